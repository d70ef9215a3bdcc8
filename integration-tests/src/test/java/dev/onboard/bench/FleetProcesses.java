package dev.onboard.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.IntFunction;

/** The processes that have the devices of a fleet among them. What one is asked for all are, at the same time. */
final class FleetProcesses implements AutoCloseable {
    private final List<ContestProcess> processes = new ArrayList<>();

    private FleetProcesses() {}

    static FleetProcesses start(int count, Path folder, List<String> options) throws IOException {
        FleetProcesses started = new FleetProcesses();
        try {
            for (int i = 0; i < count; i++) {
                Path own = Files.createDirectories(folder.resolve("process-" + i));
                started.processes.add(ContestProcess.start("devices", own, options));
            }
            return started;
        } catch (IOException | RuntimeException e) {
            started.close();
            throw e;
        }
    }

    private List<JsonNode> all(IntFunction<ObjectNode> order) {
        List<CompletableFuture<JsonNode>> answers = new ArrayList<>();
        for (int i = 0; i < processes.size(); i++) {
            ContestProcess process = processes.get(i);
            ObjectNode said = order.apply(i);
            answers.add(CompletableFuture.supplyAsync(
                    () -> {
                        try {
                            return process.order(said);
                        } catch (IOException e) {
                            throw new UncheckedIOException(e);
                        }
                    },
                    task -> new Thread(task, "fleet-process").start()));
        }
        return answers.stream().map(FleetProcesses::answer).toList();
    }

    private static JsonNode answer(CompletableFuture<JsonNode> asked) {
        try {
            return asked.join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof BenchException told ? told : e;
        }
    }

    /** The roots of their factories, as PEM. */
    List<String> roots() {
        return all(process -> FleetBench.order("root")).stream()
                .map(answer -> answer.path("pem").asText())
                .toList();
    }

    /** Makes so many devices, and gives the number of addresses from which they come. */
    int make(int devices, int concurrency, JsonNode servers) {
        return all(process -> FleetBench.order("make")
                        .put("process", process)
                        .put("devices", share(devices, process))
                        .put("concurrency", Math.max(1, share(concurrency, process)))
                        .put("bootstrap_uri", servers.path("bootstrap_uri").asText())
                        .put(
                                "bootstrap_server_ca",
                                servers.path("bootstrap_server_ca").asText()))
                .stream()
                .mapToInt(answer -> answer.path("addresses").asInt())
                .sum();
    }

    private int share(int whole, int process) {
        return whole / processes.size() + (process < whole % processes.size() ? 1 : 0);
    }

    /** Has all of them onboarded; gives the milliseconds that it took. */
    double onboard() {
        return all(process -> FleetBench.order("onboard")).stream()
                .mapToDouble(answer -> answer.path("elapsed_ms").asDouble())
                .max()
                .orElseThrow();
    }

    /** What they hold together; the threads of the one that has most. */
    Part measure() {
        List<Part> parts = all(process -> FleetBench.order("measure")).stream()
                .map(Part::read)
                .toList();
        return new Part(
                parts.stream().mapToLong(Part::heap).sum(),
                parts.stream().mapToLong(Part::residentKb).sum(),
                parts.stream().mapToInt(Part::threads).max().orElseThrow(),
                parts.stream().mapToLong(Part::cpuMillis).sum());
    }

    @Override
    public void close() throws IOException {
        IOException failure = null;
        for (ContestProcess process : processes) {
            try {
                process.close();
            } catch (IOException e) {
                failure = e;
            }
        }
        if (failure != null) {
            throw failure;
        }
    }
}
