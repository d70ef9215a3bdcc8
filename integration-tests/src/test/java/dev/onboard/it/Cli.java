package dev.onboard.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.onboard.journal.Event;
import dev.onboard.journal.Journal;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Runs the packaged program as its users do, in processes of its own, with a home directory of its own. */
final class Cli implements AutoCloseable {
    static final ObjectMapper JSON = new ObjectMapper();
    private static final Path JAR =
            Path.of(System.getProperty("onboard.root", ".."), "testbed", "target", "onboard.jar");
    private static final Duration LIMIT = Duration.ofMinutes(3);
    private static final List<String> JAVA = QuickStart.of(JAR);

    private final Path home;
    private final Map<String, String> environment = new HashMap<>();
    private final List<Process> started = new ArrayList<>();

    Cli(Path home) {
        this.home = home;
    }

    /** What a command left. */
    record Result(int exitCode, String out, String err) {
        JsonNode json() {
            try {
                return JSON.readTree(out);
            } catch (IOException e) {
                throw new AssertionError("not one JSON document on standard output:\n" + out + "\n" + err, e);
            }
        }
    }

    /** The same command as a line for a shell; whoever runs it has this home directory's environment. */
    String line(String... arguments) {
        return "HOME='" + home + "' "
                + JAVA.stream().map(word -> "'" + word + "'").collect(Collectors.joining(" ")) + " -Xmx512m -jar '"
                + JAR
                + "' " + String.join(" ", arguments);
    }

    /** From now on commands have this in their environment. */
    void with(String variable, String value) {
        environment.put(variable, value);
    }

    /** Runs a command to its end. */
    Result run(Object... arguments) throws Exception {
        Process process = start(arguments);
        CompletableFuture<String> out = read(process.inputReader(StandardCharsets.UTF_8));
        CompletableFuture<String> err = read(process.errorReader(StandardCharsets.UTF_8));
        if (!process.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new AssertionError("not done after " + LIMIT + ": " + List.of(arguments) + "\n" + err.join());
        }
        return new Result(process.exitValue(), out.join(), err.join());
    }

    /** Runs a command to its end, which must be a good one. */
    Result good(Object... arguments) throws Exception {
        Result result = run(arguments);
        assertThat(result.exitCode()).as(result.out() + result.err()).isZero();
        return result;
    }

    /** Starts a command and leaves it running. */
    Process start(Object... arguments) throws IOException {
        List<String> command = new ArrayList<>(JAVA);
        command.addAll(List.of("-Xmx1g", "-jar", JAR.toString()));
        for (Object argument : arguments) {
            command.add(argument.toString());
        }
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().put("HOME", home.toString());
        builder.environment().putAll(environment);
        Process process = Tool.lasting(builder);
        started.add(process);
        return process;
    }

    /** {@code onboard device run} with one device, left running; returns when the device says that it is registered. */
    Process onboarded(Path bundle, Object... more) throws IOException {
        List<Object> arguments = new ArrayList<>(List.of("device", "run", "--bundle", bundle));
        arguments.addAll(List.of(more));
        Process device = start(arguments.toArray());
        BufferedReader says = device.errorReader(StandardCharsets.UTF_8);
        List<String> said = new ArrayList<>();
        String line;
        do {
            line = says.readLine();
            assertThat(line).as("the device registers; it said %s", said).isNotNull();
            said.add(line);
        } while (!(line.contains("registered") && line.contains(" ok")));
        return device;
    }

    /** The same; returns when the account has it as registered, too. */
    Process registered(Up up, Path bundle, Object... more) throws Exception {
        Process device = onboarded(bundle, more);
        long deadline = System.nanoTime() + LIMIT.toNanos();
        JsonNode state;
        do {
            state = good("device", "show", bundle.getFileName(), "--json", "--work-dir", up.workDirectory())
                    .json()
                    .at("/device/state");
            assertThat(System.nanoTime()).as("%s", state).isLessThan(deadline);
        } while (!state.asText().equals("registered"));
        return device;
    }

    /** {@code onboard up} on free ports; returns when it says where it answers. */
    Up up(Path workDirectory) throws Exception {
        return up(workDirectory, 0, 0);
    }

    /** The same on the ports of an earlier run, with further arguments. */
    Up up(Path workDirectory, int bootstrapPort, int lwm2mPort, Object... more) throws Exception {
        List<Object> arguments = new ArrayList<>(List.of(
                "up",
                "--work-dir",
                workDirectory,
                "--bootstrap-port",
                bootstrapPort,
                "--lwm2m-port",
                lwm2mPort,
                "--http-port",
                0));
        arguments.addAll(List.of(more));
        Process process = start(arguments.toArray());
        BufferedReader out = process.inputReader(StandardCharsets.UTF_8);
        CompletableFuture<String> err = read(process.errorReader(StandardCharsets.UTF_8));
        String line;
        while ((line = out.readLine()) != null) {
            if (line.startsWith("Ready.")) {
                return new Up(
                        process,
                        workDirectory,
                        JSON.readTree(workDirectory.resolve("endpoints.json").toFile()));
            }
        }
        throw new AssertionError("'onboard up' did not come up:\n" + err.join());
    }

    /** A running testbed. */
    record Up(Process process, Path workDirectory, JsonNode endpoints) {
        int port(String which) {
            return java.net.URI.create(endpoints.path(which).asText()).getPort();
        }

        /** Every event so far. */
        List<Event> events() {
            try (Stream<Event> events = Journal.read(workDirectory.resolve("events.jsonl"))) {
                return events.toList();
            }
        }

        /** How many events there are: what {@link #after} is to leave out. Taken before the act whose event is awaited. */
        int mark() {
            return events().size();
        }

        /** The first event that matches, when it comes within ten seconds; fails with the timeline otherwise. */
        Event first(String what, Predicate<Event> condition) {
            return after(0, what, condition);
        }

        /** The same among the events that came after a {@link #mark()}: an answer may be there before its event is. */
        Event after(int mark, String what, Predicate<Event> condition) {
            long deadline = System.nanoTime() + Duration.ofSeconds(10).toNanos();
            while (true) {
                List<Event> all = events();
                Optional<Event> match =
                        all.stream().skip(mark).filter(condition).findFirst();
                if (match.isPresent()) {
                    return match.get();
                }
                if (System.nanoTime() > deadline) {
                    throw new AssertionError("no " + what + "; the journal says:\n"
                            + String.join(
                                    "\n", all.stream().map(Event::toString).toList()));
                }
                Thread.onSpinWait();
            }
        }

        void kill() throws InterruptedException {
            process.destroyForcibly().waitFor();
        }

        void stop() throws InterruptedException {
            process.destroy();
            process.waitFor(20, TimeUnit.SECONDS);
        }
    }

    private static CompletableFuture<String> read(BufferedReader reader) {
        return CompletableFuture.supplyAsync(() -> {
            try (reader) {
                StringBuilder text = new StringBuilder();
                for (int c = reader.read(); c >= 0; c = reader.read()) {
                    text.append((char) c);
                }
                return text.toString();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }

    @Override
    public void close() throws Exception {
        for (Process process : started) {
            process.destroyForcibly().waitFor();
        }
    }

    static Path folder(Path parent, String name) throws IOException {
        return Files.createDirectories(parent.resolve(name));
    }
}
