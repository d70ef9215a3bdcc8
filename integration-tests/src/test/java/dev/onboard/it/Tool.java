package dev.onboard.it;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/** An independent program that judges us. Where it is missing a test is skipped with a message; with {@code CI=true} it fails. */
final class Tool {
    private static final Set<Process> LASTING = ConcurrentHashMap.newKeySet();

    static {
        Runtime.getRuntime()
                .addShutdownHook(new Thread(() -> LASTING.forEach(Process::destroyForcibly), "stop-programs"));
    }

    private Tool() {}

    /** What it left: its exit code, and standard output and error together. */
    record Result(int exitCode, String output) {}

    /** The first of these programs that is installed. */
    static String need(String debianPackage, String... names) {
        Optional<String> found = Arrays.stream(names)
                .filter(name -> Arrays.stream(System.getenv("PATH").split(File.pathSeparator))
                        .anyMatch(directory -> Files.isExecutable(Path.of(directory, name))))
                .findFirst();
        if (found.isEmpty() && "true".equals(System.getenv("CI"))) {
            throw new AssertionError(String.join(" or ", names) + " is missing; apt-get install " + debianPackage);
        }
        assumeTrue(
                found.isPresent(),
                "skipped: " + String.join(" or ", names) + " is not installed (Debian: apt-get install " + debianPackage
                        + ")");
        return found.orElseThrow();
    }

    /** Starts a program that is not to outlive this JVM, however it ends, short of {@code kill -9}. */
    static Process lasting(ProcessBuilder program) throws IOException {
        Process process = program.start();
        LASTING.add(process);
        process.onExit().thenRun(() -> LASTING.remove(process));
        return process;
    }

    static Result run(String input, Object... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(
                        Arrays.stream(command).map(Object::toString).toList())
                .redirectErrorStream(true)
                .start();
        process.getOutputStream().write(input.getBytes(StandardCharsets.UTF_8));
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (!process.waitFor(60, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new AssertionError(Arrays.toString(command) + " did not end:\n" + output);
        }
        return new Result(process.exitValue(), output);
    }
}
