package dev.onboard.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.Arrays;

/**
 * What one round of onboardings took.
 *
 * @param elapsedMillis from the first device's power to the last one's registration
 * @param p50 latency of a device, in milliseconds
 * @param allocatedKb per onboarding
 * @param residentMb the most of the process in this round
 * @param threads the most of the process in this round
 */
record Round(
        int devices,
        int concurrency,
        double elapsedMillis,
        double userMillis,
        double systemMillis,
        double p50,
        double p99,
        double max,
        double allocatedKb,
        double residentMb,
        int threads) {
    /** Measures one: prepares the devices, has them onboarded, clears them away. */
    static Round of(Contestant contestant, int devices, Load load) throws Exception {
        contestant.prepare(devices);
        System.gc();
        Usage.forgetPeaks();
        Usage before = Usage.now();
        long start = System.nanoTime();
        long[] latencies = contestant.onboard(load);
        long elapsed = System.nanoTime() - start;
        Usage used = Usage.now().since(before);
        Round round = of(devices, load.atOnce(), latencies, elapsed, used);
        contestant.clear();
        return round;
    }

    private static Round of(int devices, int concurrency, long[] latencies, long elapsed, Usage used)
            throws IOException {
        long[] sorted = latencies.clone();
        Arrays.sort(sorted);
        return new Round(
                devices,
                concurrency,
                elapsed / 1e6,
                used.userMillis(),
                used.systemMillis(),
                percentile(sorted, 50),
                percentile(sorted, 99),
                sorted[sorted.length - 1] / 1e6,
                used.allocated() / 1024.0 / devices,
                Usage.residentPeak() / 1024.0,
                Usage.threadsPeak());
    }

    /** By the nearest rank. */
    private static double percentile(long[] sorted, int percent) {
        return sorted[Math.max(0, (int) Math.ceil(percent / 100.0 * sorted.length) - 1)] / 1e6;
    }

    double perSecond() {
        return devices * 1000 / elapsedMillis;
    }

    double cpuEach() {
        return (userMillis + systemMillis) / devices;
    }

    ObjectNode json() {
        return Json.object()
                .put("devices", devices)
                .put("concurrency", concurrency)
                .put("elapsed_ms", elapsedMillis)
                .put("per_second", perSecond())
                .put("cpu_user_ms", userMillis)
                .put("cpu_system_ms", systemMillis)
                .put("cpu_ms_each", cpuEach())
                .put("latency_p50_ms", p50)
                .put("latency_p99_ms", p99)
                .put("latency_max_ms", max)
                .put("allocated_kb_each", allocatedKb)
                .put("resident_peak_mb", residentMb)
                .put("threads_peak", threads);
    }

    static Round read(JsonNode json) {
        return new Round(
                json.path("devices").asInt(),
                json.path("concurrency").asInt(),
                json.path("elapsed_ms").asDouble(),
                json.path("cpu_user_ms").asDouble(),
                json.path("cpu_system_ms").asDouble(),
                json.path("latency_p50_ms").asDouble(),
                json.path("latency_p99_ms").asDouble(),
                json.path("latency_max_ms").asDouble(),
                json.path("allocated_kb_each").asDouble(),
                json.path("resident_peak_mb").asDouble(),
                json.path("threads_peak").asInt());
    }
}
