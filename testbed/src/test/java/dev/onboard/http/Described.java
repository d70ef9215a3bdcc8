package dev.onboard.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.Error;
import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;

/**
 * Holds every answer that a test gets against {@code /openapi.json}: the path is there, the status is named, the body is
 * as described and has no member that is not.
 */
final class Described {
    private static final SchemaRegistry REGISTRY =
            SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12);
    /** What a path or method that is not there answers; 413 comes before any operation. */
    private static final List<Integer> BEFORE_OPERATIONS = List.of(401, 403, 404, 405, 413);

    private final ObjectNode document;
    private final Map<String, Schema> schemas = new ConcurrentHashMap<>();

    Described(JsonNode document) {
        this.document = document.deepCopy();
        close(this.document.path("components").path("schemas"));
        close(this.document.path("paths"));
    }

    /** An object that lists its members has no others. */
    private static void close(JsonNode node) {
        if (node instanceof ObjectNode object
                && object.path("properties").isObject()
                && object.path("type").asText().equals("object")
                && !object.has("additionalProperties")) {
            object.put("additionalProperties", false);
        }
        node.forEach(Described::close);
    }

    JsonNode document() {
        return document;
    }

    /** Throws {@link AssertionError} when the answer is not as described. */
    void check(String method, String pathAndQuery, int status, String contentType, String body) {
        String path = pathAndQuery.replaceAll("\\?.*", "").replaceAll("(?<=.)/$", "");
        JsonNode operation = operation(method, path);
        JsonNode answer = operation.path("responses").path(Integer.toString(status));
        if (operation.isMissingNode() ? BEFORE_OPERATIONS.contains(status) : status == 413) {
            return;
        }
        if (answer.isMissingNode()) {
            throw new AssertionError(
                    method + " " + path + " answers " + status + ", which /openapi.json does not name:\n" + body);
        }
        if (!answer.has("content")) {
            if (!body.isEmpty()) {
                throw new AssertionError(method + " " + path + " answers " + status + " with a body:\n" + body);
            }
            return;
        }
        String type = contentType.replaceAll(";.*", "");
        JsonNode described = answer.path("content").path(type).path("schema");
        if (described.isMissingNode()) {
            throw new AssertionError(
                    method + " " + path + " answers with the type '" + type + "', which /openapi.json does not name");
        }
        if (type.equals("application/json")) {
            List<Error> errors = schema(described).validate(body, InputFormat.JSON);
            if (!errors.isEmpty()) {
                throw new AssertionError(method + " " + path + " " + status + ": " + errors + "\n" + body);
            }
        }
    }

    private Schema schema(JsonNode described) {
        return schemas.computeIfAbsent(described.toString(), text -> {
            ObjectNode whole = described.deepCopy();
            whole.set("components", document.path("components"));
            return REGISTRY.getSchema(whole.toString(), InputFormat.JSON);
        });
    }

    /** The most exact path that fits. */
    private JsonNode operation(String method, String path) {
        String name = method.toLowerCase(Locale.ROOT);
        return document.path("paths").properties().stream()
                .filter(entry -> entry.getValue().has(name) && fits(entry.getKey(), path))
                .min(java.util.Comparator.comparingInt(
                        entry -> entry.getKey().replaceAll("[^{]", "").length()))
                .map(entry -> entry.getValue().path(name))
                .orElse(com.fasterxml.jackson.databind.node.MissingNode.getInstance());
    }

    private static boolean fits(String template, String path) {
        String pattern =
                Pattern.quote(template).replace("{path}", "\\E.+\\Q").replaceAll("\\{\\w+}", "\\\\E[^/]+\\\\Q");
        return Pattern.matches(pattern, path);
    }
}
