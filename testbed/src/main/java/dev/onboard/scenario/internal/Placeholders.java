package dev.onboard.scenario.internal;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.Map;

/** Puts values in the place of {@code ${name}}: a text that is nothing else becomes the value, whatever its type. */
final class Placeholders {
    private Placeholders() {}

    static JsonNode fill(JsonNode node, Map<String, JsonNode> values) {
        if (node.isObject()) {
            ObjectNode filled = JsonNodeFactory.instance.objectNode();
            node.fields()
                    .forEachRemaining(
                            field -> filled.set(text(field.getKey(), values), fill(field.getValue(), values)));
            return filled;
        }
        if (node.isArray()) {
            ArrayNode filled = JsonNodeFactory.instance.arrayNode();
            node.forEach(item -> filled.add(fill(item, values)));
            return filled;
        }
        if (node.isTextual()) {
            String written = node.asText();
            for (Map.Entry<String, JsonNode> value : values.entrySet()) {
                if (written.equals("${" + value.getKey() + "}")) {
                    return value.getValue();
                }
            }
            return TextNode.valueOf(text(written, values));
        }
        return node;
    }

    private static String text(String written, Map<String, JsonNode> values) {
        String filled = written;
        for (Map.Entry<String, JsonNode> value : values.entrySet()) {
            filled =
                    filled.replace("${" + value.getKey() + "}", value.getValue().asText());
        }
        return filled;
    }
}
