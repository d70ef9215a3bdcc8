package dev.onboard.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.onboard.testbed.UsageException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * The reports of shards, as one. Reports that cannot be of one fleet are refused: another number of shards, of devices or
 * another goal, a shard or a device twice. Not thread-safe.
 */
final class MergedReport {
    private static final int MOST_NAMES = 3;

    private final Map<Integer, Path> shards = new TreeMap<>();
    private final Map<String, Path> devices = new HashMap<>();
    private final Map<String, Failure> failures = new TreeMap<>();
    private final List<Double> latencies = new ArrayList<>();
    private JsonNode first = Console.json().createObjectNode();
    private Instant started = Instant.MAX;
    private Instant ended = Instant.MIN;
    private int reached;

    /** Devices that ended short of the goal for one reason. */
    private static final class Failure {
        private final ObjectNode why;
        private final List<String> endpoints = new ArrayList<>();

        Failure(ObjectNode why) {
            this.why = why;
        }
    }

    /** Adds the report of a shard. */
    void add(Path file, JsonNode report) {
        if (shards.isEmpty()) {
            first = report;
        }
        same(file, report, "/shard/of", "shards");
        same(file, report, "/in_all", "devices");
        same(file, report, "/goal", "as the goal");
        int number = report.at("/shard/number").asInt();
        Path before = shards.put(number, file);
        if (before != null) {
            throw new UsageException(
                    file + " and " + before + " are both of shard " + number + "; give the report of each shard once");
        }
        Instant start = Instant.parse(report.path("started_at").asText());
        Instant end =
                start.plus(Duration.ofNanos((long) (report.path("elapsed_ms").asDouble() * 1e6)));
        started = start.isBefore(started) ? start : started;
        ended = end.isAfter(ended) ? end : ended;
        report.path("devices").forEach(device -> count(file, device));
    }

    private void same(Path file, JsonNode report, String member, String what) {
        String here = report.at(member).asText();
        String there = first.at(member).asText();
        if (!here.equals(there)) {
            throw new UsageException(file + " has " + here + " " + what + ", and "
                    + shards.values().iterator().next() + " has " + there + ": they are not of one fleet");
        }
    }

    private void count(Path file, JsonNode device) {
        String endpoint = device.path("endpoint").asText();
        Path before = devices.put(endpoint, file);
        if (before != null) {
            throw new UsageException("the device " + endpoint + " is in " + before + " and in " + file
                    + ": the shards did not have the same list of devices");
        }
        if (device.hasNonNull("latency_ms")) {
            latencies.add(device.path("latency_ms").asDouble());
        }
        if (device.path("state").asText().equals(first.path("goal").asText())) {
            reached++;
            return;
        }
        ObjectNode why = Console.json().createObjectNode();
        why.put("stage", device.path("stage").asText("power"));
        why.put("refused_by", device.path("refused_by").asText(null));
        why.put("reason", device.path("reason").asText("time-over"));
        failures.computeIfAbsent(why.toString(), key -> new Failure(why))
                .endpoints
                .add(endpoint);
    }

    /** The shards of which there is no report. */
    List<Integer> missing() {
        return IntStream.rangeClosed(1, first.at("/shard/of").asInt())
                .filter(number -> !shards.containsKey(number))
                .boxed()
                .toList();
    }

    /** Whether every device of every shard came to its goal. */
    boolean isWhole() {
        return missing().isEmpty() && reached == inAll();
    }

    private int inAll() {
        return first.path("in_all").asInt();
    }

    ObjectNode document() {
        ObjectNode document = Console.json().createObjectNode();
        document.put("shards", first.at("/shard/of").asInt());
        ArrayNode missing = document.putArray("missing_shards");
        missing().forEach(missing::add);
        document.put("goal", first.path("goal").asText())
                .put("in_all", inAll())
                .put("reported", devices.size())
                .put("reached", reached)
                .put("failed", devices.size() - reached);
        ArrayNode why = document.putArray("failures");
        failures.values().stream()
                .sorted((one, other) -> other.endpoints.size() - one.endpoints.size())
                .forEach(failure -> {
                    ObjectNode entry = failure.why.deepCopy().put("count", failure.endpoints.size());
                    ArrayNode names = entry.putArray("endpoints");
                    failure.endpoints.stream().limit(MOST_NAMES).forEach(names::add);
                    why.add(entry);
                });
        double[] sorted =
                latencies.stream().mapToDouble(Double::doubleValue).sorted().toArray();
        ObjectNode latency = document.putObject("latency_ms");
        for (Map.Entry<String, Double> share :
                List.of(Map.entry("p50", 0.5), Map.entry("p90", 0.9), Map.entry("p99", 0.99), Map.entry("max", 1.0))) {
            if (sorted.length == 0) {
                latency.putNull(share.getKey());
            } else {
                latency.put(share.getKey(), percentile(sorted, share.getValue()));
            }
        }
        double seconds = Duration.between(started, ended).toNanos() / 1e9;
        document.put("elapsed_ms", Math.round(seconds * 10_000) / 10.0);
        document.put("per_s", seconds <= 0 ? 0 : Math.round(reached / seconds * 10) / 10.0);
        return document;
    }

    private static double percentile(double[] sorted, double share) {
        return sorted[(int) Math.max(0, Math.ceil(share * sorted.length) - 1)];
    }

    List<String> lines() {
        ObjectNode document = document();
        List<String> lines = new ArrayList<>();
        lines.add(String.format(
                Locale.ROOT,
                "%d of %d devices %s in %.1f s, %s per second; %d of %d shards reported",
                reached,
                inAll(),
                first.path("goal").asText(),
                document.path("elapsed_ms").asDouble() / 1000,
                document.path("per_s").asText(),
                shards.size(),
                document.path("shards").asInt()));
        if (!latencies.isEmpty()) {
            lines.add("latency "
                    + Arrays.stream(new String[] {"p50", "p90", "p99", "max"})
                            .map(name -> String.format(
                                    Locale.ROOT,
                                    "%s %.1f ms",
                                    name,
                                    document.path("latency_ms").path(name).asDouble()))
                            .collect(Collectors.joining(", ")));
        }
        for (JsonNode failure : document.path("failures")) {
            List<String> names = new ArrayList<>();
            failure.path("endpoints").forEach(name -> names.add(name.asText()));
            int count = failure.path("count").asInt();
            lines.add("  " + count + " × " + failure.path("stage").asText() + ": "
                    + (failure.hasNonNull("refused_by")
                            ? "refused by " + failure.path("refused_by").asText() + ", "
                            : "")
                    + failure.path("reason").asText() + " (" + String.join(", ", names)
                    + (count > names.size() ? ", …" : "") + ")");
        }
        if (!missing().isEmpty()) {
            lines.add("no report of shard "
                    + missing().stream().map(String::valueOf).collect(Collectors.joining(", "))
                    + ": " + (inAll() - devices.size()) + " devices of which nothing is known");
        }
        return lines;
    }
}
