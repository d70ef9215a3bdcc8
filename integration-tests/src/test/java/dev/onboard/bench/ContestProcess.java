package dev.onboard.bench;

import com.fasterxml.jackson.databind.JsonNode;
import dev.onboard.pki.CryptoProvider;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A {@link Contest} as the bench sees it. Not thread-safe. */
final class ContestProcess implements AutoCloseable {
    private final Process process;
    private final BufferedReader answers;
    private final PrintWriter orders;
    private final String name;

    /** What {@code ./onboard} gives to commands that go on: its comment there says why. */
    private static final List<String> COMPILE = List.of(
            "-XX:Tier4InvocationThreshold=25000",
            "-XX:Tier4MinInvocationThreshold=3000",
            "-XX:Tier4CompileThreshold=75000",
            "-XX:Tier4BackEdgeThreshold=200000");

    private ContestProcess(String name, Process process) {
        this.name = name;
        this.process = process;
        this.answers = process.inputReader(StandardCharsets.UTF_8);
        this.orders = new PrintWriter(process.outputWriter(StandardCharsets.UTF_8), true);
    }

    /**
     * Starts one on this Java, with the heap and the collector that {@code ./onboard} gives; returns when it is ready. Onboard's
     * have its settings for the compiler, too; the stock one has Java's own, with which it is quicker.
     */
    static ContestProcess start(String kind, Path folder, List<String> options) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx2g", "-XX:+UseParallelGC"));
        command.add("-D" + CryptoProvider.PROPERTY + "="
                + (kind.equals("stock") ? "jdk" : System.getProperty(CryptoProvider.PROPERTY, "auto")));
        if (!kind.equals("stock")) {
            command.addAll(COMPILE);
        }
        command.addAll(options);
        command.addAll(List.of(
                "-cp", System.getProperty("java.class.path"), Contest.class.getName(), kind, folder.toString()));
        ContestProcess started = new ContestProcess(
                kind,
                new ProcessBuilder(command)
                        .redirectError(folder.resolve(kind + ".err").toFile())
                        .start());
        started.answer();
        return started;
    }

    Round round(int devices, Load load) throws IOException {
        return Round.read(order(load.json().put("devices", devices)));
    }

    JsonNode order(JsonNode what) throws IOException {
        orders.println(Json.line(what));
        return answer();
    }

    private JsonNode answer() throws IOException {
        String line = answers.readLine();
        if (line == null) {
            throw new BenchException("the process '" + name + "' ended; its last words are in " + name + ".err");
        }
        JsonNode answer = Json.read(line);
        if (answer.has("problem")) {
            throw new BenchException(name + ": " + answer.path("problem").asText());
        }
        return answer;
    }

    @Override
    public void close() throws IOException {
        orders.close();
        try {
            if (!process.waitFor(20, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
