package dev.onboard.scenario.internal;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A command line of the user's, with {@code {name}} in the place of values, which the shell sees quoted. Used by one thread. */
final class Command implements AutoCloseable {
    private static final long PATIENCE_SECONDS = 60;
    private static final int LINES = 3;

    private final String line;
    private final Path output;
    private @Nullable Process process;

    /** @param output takes what the command prints */
    Command(String template, Map<String, String> values, Path output) {
        String filled = template;
        for (Map.Entry<String, String> value : values.entrySet()) {
            filled = filled.replace("{" + value.getKey() + "}", quoted(value.getValue()));
        }
        this.line = filled;
        this.output = output;
    }

    private static String quoted(String value) {
        return "'" + value.replace("'", "'\\''") + "'";
    }

    /** Starts it. */
    void start() throws IOException {
        process = new ProcessBuilder("/bin/sh", "-c", line)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(output.toFile()))
                .redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")))
                .start();
    }

    /**
     * Runs it to its end.
     *
     * @throws IOException when it does not end well; the message is a sentence
     */
    void run() throws IOException {
        start();
        Process running = process;
        try {
            if (running == null || !running.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                throw new IOException("the command did not end within " + PATIENCE_SECONDS + " s: " + line);
            }
            if (running.exitValue() != 0) {
                throw new IOException(ending(running.exitValue()));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        } finally {
            close();
        }
    }

    /** How it ended of itself, in a sentence; empty while it runs. */
    Optional<String> ended() {
        Process running = process;
        return running == null || running.isAlive() ? Optional.empty() : Optional.of(ending(running.exitValue()));
    }

    /** Whether it ended of itself and badly: it does nothing any more. One that ended well may have left something running. */
    boolean failed() {
        Process running = process;
        return running != null && !running.isAlive() && running.exitValue() != 0;
    }

    private String ending(int code) {
        try {
            List<String> said = Files.readAllLines(output);
            String last = String.join(" / ", said.subList(Math.max(0, said.size() - LINES), said.size()));
            return "the command ended with " + code + ": " + line
                    + (last.isBlank() ? "; it said nothing" : "; the last that it said: " + last);
        } catch (IOException e) {
            return "the command ended with " + code + ": " + line + "; what it said cannot be read: " + e.getMessage();
        }
    }

    /** Ends it, and what it started. */
    @Override
    public void close() {
        Process running = process;
        process = null;
        if (running != null) {
            running.descendants().forEach(ProcessHandle::destroyForcibly);
            running.destroyForcibly();
        }
    }
}
