package dev.onboard.account.internal;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.Map;

/** Texts by name as they stand in the database: a JSON object. */
final class StoredTexts {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final TypeReference<Map<String, String>> TEXTS = new TypeReference<>() {};

    private StoredTexts() {}

    static String json(Map<String, String> texts) {
        if (texts.isEmpty()) {
            return "{}";
        }
        try {
            return JSON.writeValueAsString(texts);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("texts cannot be written as JSON: " + e.getMessage(), e);
        }
    }

    static Map<String, String> of(String json) {
        if (json.equals("{}")) {
            return Map.of();
        }
        try {
            return JSON.readValue(json, TEXTS);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("the database holds JSON that is not readable: " + e.getOriginalMessage());
        }
    }
}
