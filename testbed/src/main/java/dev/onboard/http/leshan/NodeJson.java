package dev.onboard.http.leshan;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.onboard.server.Node;
import dev.onboard.server.ObjectSpec;
import java.time.Instant;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Nodes in Leshan's JSON: {@code kind} is {@code obj}, {@code instance}, {@code singleResource}, {@code multiResource} or
 * {@code resourceInstance}; whole numbers and floats are texts, times are milliseconds, bytes are hexadecimal, object
 * links have {@code objectId} and {@code objectInstanceId}. Immutable.
 */
final class NodeJson {
    private static final ObjectMapper JSON = new ObjectMapper();

    /** The type of each resource, by {@code object/resource}. */
    private final Map<String, String> types = new HashMap<>();

    NodeJson(List<ObjectSpec> objects) {
        for (ObjectSpec object : objects) {
            for (ObjectSpec.Resource resource : object.resources()) {
                types.put(object.id() + "/" + resource.id(), resource.type().toUpperCase(Locale.ROOT));
            }
        }
    }

    /** A node that stands at this path, such as {@code /3/0}. */
    ObjectNode write(String path, Node node) {
        String[] ids = path.substring(1).split("/");
        ObjectNode json = JSON.createObjectNode().put("id", Integer.parseInt(ids[ids.length - 1]));
        if (ids.length <= 2) {
            ArrayNode children = json.put("kind", ids.length == 1 ? "obj" : "instance")
                    .putArray(ids.length == 1 ? "instances" : "resources");
            if (node instanceof Node.Children of) {
                of.byId().forEach((id, child) -> children.add(write(path + "/" + id, child)));
            }
            return json;
        }
        String known = types.getOrDefault(ids[0] + "/" + ids[2], "NONE");
        if (node instanceof Node.Children multiple) {
            ObjectNode values = json.put("kind", "multiResource").putObject("values");
            String type = known;
            for (Map.Entry<Integer, Node> each : multiple.byId().entrySet()) {
                Object value = ((Node.Value) each.getValue()).value();
                type = type(known, value);
                values.set(each.getKey().toString(), value(value, type));
            }
            return json.put("type", type.equals("NONE") ? "STRING" : type);
        }
        Object value = ((Node.Value) node).value();
        json.put("kind", ids.length == 3 ? "singleResource" : "resourceInstance")
                .put("type", type(known, value));
        json.set("value", value(value, type(known, value)));
        return json;
    }

    /** Several, by path. */
    ObjectNode write(SortedMap<String, Node> nodes) {
        ObjectNode json = JSON.createObjectNode();
        nodes.forEach((path, node) -> json.set(path, write(path, node)));
        return json;
    }

    private static String type(String known, Object value) {
        if (value instanceof Long) {
            return known.equals("UNSIGNED_INTEGER") ? known : "INTEGER";
        }
        if (value instanceof String) {
            return known.equals("OBJLNK") || known.equals("CORELNK") ? known : "STRING";
        }
        return value instanceof Double
                ? "FLOAT"
                : value instanceof Boolean ? "BOOLEAN" : value instanceof byte[] ? "OPAQUE" : "TIME";
    }

    private static JsonNode value(Object value, String type) {
        if (value instanceof byte[] bytes) {
            return JSON.getNodeFactory().textNode(HexFormat.of().formatHex(bytes));
        }
        if (value instanceof Boolean flag) {
            return JSON.getNodeFactory().booleanNode(flag);
        }
        if (value instanceof Instant time) {
            return JSON.getNodeFactory().numberNode(time.toEpochMilli());
        }
        String text = String.valueOf(value);
        if (type.equals("OBJLNK")) {
            String[] link = text.split(":");
            return JSON.createObjectNode()
                    .put("objectId", Integer.parseInt(link[0]))
                    .put("objectInstanceId", Integer.parseInt(link[1]));
        }
        return JSON.getNodeFactory().textNode(text);
    }

    /** What a program wrote. @throws LeshanRefusal with the field, its value and what is expected */
    static Node read(JsonNode json) {
        String kind = json.path("kind").asText();
        if (kind.equals("obj") || json.has("instances")) {
            return children(json, "instances");
        }
        if (kind.equals("instance") || json.has("resources")) {
            return children(json, "resources");
        }
        String type = json.path("type").asText("").toUpperCase(Locale.ROOT);
        if (kind.equals("multiResource") || json.has("values")) {
            SortedMap<Integer, Node> values = new TreeMap<>();
            json.path("values")
                    .properties()
                    .forEach(each ->
                            values.put(number("values", each.getKey()), new Node.Value(value(type, each.getValue()))));
            return new Node.Children(values);
        }
        if (!json.has("value")) {
            throw invalid("the node has neither 'value' nor 'values', 'resources' or 'instances': " + json);
        }
        return new Node.Value(value(type, json.path("value")));
    }

    private static Node children(JsonNode json, String field) {
        SortedMap<Integer, Node> children = new TreeMap<>();
        for (JsonNode child : json.path(field)) {
            children.put(number(field + ".id", child.path("id").asText()), read(child));
        }
        return new Node.Children(children);
    }

    private static int number(String field, String text) {
        try {
            return Integer.parseInt(text);
        } catch (NumberFormatException e) {
            throw invalid("'" + field + "' has '" + text + "' where a number is expected");
        }
    }

    private static Object value(String type, JsonNode value) {
        try {
            switch (type) {
                case "STRING", "CORELINK", "CORELNK":
                    if (value.isTextual()) {
                        return value.asText();
                    }
                    break;
                case "INTEGER", "UNSIGNED_INTEGER":
                    if (value.isTextual() || value.isIntegralNumber()) {
                        return Long.parseLong(value.asText());
                    }
                    break;
                case "FLOAT":
                    if (value.isTextual() || value.isNumber()) {
                        return Double.parseDouble(value.asText());
                    }
                    break;
                case "BOOLEAN":
                    if (value.isBoolean()) {
                        return value.asBoolean();
                    }
                    break;
                case "TIME":
                    if (value.isIntegralNumber()) {
                        return Instant.ofEpochMilli(value.asLong());
                    }
                    break;
                case "OPAQUE":
                    if (value.isTextual()) {
                        return HexFormat.of().parseHex(value.asText());
                    }
                    break;
                case "OBJLNK":
                    if (value.path("objectId").isInt()
                            && value.path("objectInstanceId").isInt()) {
                        return value.path("objectId").asInt() + ":"
                                + value.path("objectInstanceId").asInt();
                    }
                    break;
                default:
                    throw invalid("'type' is '" + type
                            + "'; expected string, integer, unsigned_integer, float, boolean, time, opaque or objlnk");
            }
        } catch (IllegalArgumentException e) {
            throw invalid("'value' " + value + " is no " + type.toLowerCase(Locale.ROOT) + ": " + e.getMessage());
        }
        throw invalid("'value' " + value + " is no " + type.toLowerCase(Locale.ROOT));
    }

    private static LeshanRefusal invalid(String why) {
        return new LeshanRefusal(400, "Invalid request: " + why);
    }
}
