package dev.onboard.it;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * How the tests start the program's many short processes: with the jar's classes as {@code ./onboard} keeps them, too, and
 * compiled in haste. Load, kill and endurance runs ({@code -Pheavy}) compile as users do.
 */
final class QuickStart {
    private QuickStart() {}

    /** The Java command and its options, without those for the heap. */
    static List<String> of(Path jar) {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        List<String> command = new ArrayList<>(List.of(java, "-XX:+UseSerialGC", "-Dfile.encoding=UTF-8"));
        if (!Boolean.getBoolean("onboard.heavy")) {
            command.add("-XX:TieredStopAtLevel=1");
        }
        Path archive = jar.resolveSibling("onboard-tests-" + Runtime.version().toString() + ".jsa");
        try {
            if (!Files.exists(archive)
                    || Files.getLastModifiedTime(archive).compareTo(Files.getLastModifiedTime(jar)) < 0) {
                make(archive, jar, command);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        command.addAll(List.of(
                "-XX:+UnlockDiagnosticVMOptions",
                "-XX:ArchiveRelocationMode=0",
                "-XX:SharedArchiveFile=" + archive,
                "-Xlog:cds=off",
                "-Xlog:cds+dynamic=off"));
        return command;
    }

    private static void make(Path archive, Path jar, List<String> java) throws IOException {
        Path home = Files.createTempDirectory("onboard-practice-");
        Path made = home.resolve("classes.jsa");
        List<String> command = new ArrayList<>(java);
        command.addAll(List.of("-Xmx1g", "-XX:ArchiveClassesAtExit=" + made, "-jar", jar.toString()));
        command.addAll(List.of("demo", "--devices", "2", "--exit", "--http-port", "0", "--work-dir"));
        command.add(home.resolve("work").toString());
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(home.resolve("said").toFile());
        builder.environment().put("HOME", home.toString());
        Process process = builder.start();
        try {
            if (!process.waitFor(2, TimeUnit.MINUTES) || process.exitValue() != 0) {
                process.destroyForcibly();
                throw new AssertionError("the demo that shows which classes are wanted fails:\n"
                        + Files.readString(home.resolve("said")));
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
        Files.move(made, archive, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    }
}
