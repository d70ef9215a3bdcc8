package dev.onboard.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * How devices are switched on.
 *
 * @param atOnce so many are on their way at a time, at most
 * @param perSecond so many are switched on in a second, evenly, or 0: the next as soon as there is a place for it
 */
record Load(int atOnce, double perSecond) {
    ObjectNode json() {
        return Json.object().put("concurrency", atOnce).put("rate", perSecond);
    }

    static Load read(JsonNode json) {
        return new Load(json.path("concurrency").asInt(), json.path("rate").asDouble());
    }
}
