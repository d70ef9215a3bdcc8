package dev.onboard.http.leshan;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.javalin.http.Context;

/** A request's body, whatever type it says it has. */
final class JsonBody {
    private static final ObjectMapper JSON = new ObjectMapper();

    private JsonBody() {}

    static JsonNode of(Context ctx) {
        try {
            JsonNode json = JSON.readTree(ctx.body());
            if (json != null && json.isObject()) {
                return json;
            }
        } catch (JsonProcessingException e) {
            throw new LeshanRefusal(400, "Invalid request body: " + e.getOriginalMessage());
        }
        throw new LeshanRefusal(400, "Invalid request body: a JSON object is expected");
    }
}
