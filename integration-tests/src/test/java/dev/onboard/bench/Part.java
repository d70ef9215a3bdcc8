package dev.onboard.bench;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;

/**
 * What a process holds and has used.
 *
 * @param heap in use after full collections, octets
 * @param residentKb resident memory
 * @param threads live ones
 * @param cpuMillis of processor time since its start
 */
record Part(long heap, long residentKb, int threads, long cpuMillis) {
    static Part now() throws IOException {
        long heap = Usage.heap();
        return new Part(
                heap,
                Usage.resident(),
                Thread.getAllStackTraces().size(),
                Usage.now().cpuMillis());
    }

    ObjectNode json() {
        return Json.object()
                .put("heap", heap)
                .put("resident_kb", residentKb)
                .put("threads", threads)
                .put("cpu_ms", cpuMillis);
    }

    static Part read(com.fasterxml.jackson.databind.JsonNode json) {
        return new Part(
                json.path("heap").asLong(),
                json.path("resident_kb").asLong(),
                json.path("threads").asInt(),
                json.path("cpu_ms").asLong());
    }
}
