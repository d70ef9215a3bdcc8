package dev.onboard.scenario.internal;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import java.util.regex.Pattern;

/**
 * Checks a document against the part of JSON Schema that our schema uses, and says what is wrong in words for the person
 * who wrote it: each fault once, at its place, with what was expected and the nearest word. Immutable and thread-safe.
 */
final class SchemaCheck {
    /** What is longer is no word that somebody mistyped. */
    private static final int LONGEST_WORD = 200;

    private final JsonNode schema;

    SchemaCheck(JsonNode schema) {
        this.schema = schema;
    }

    /** Tells every fault: its JSON Pointer and a sentence. */
    void check(JsonNode document, BiConsumer<String, String> faults) {
        check(schema, document, "", faults);
    }

    private void check(JsonNode rule, JsonNode value, String at, BiConsumer<String, String> faults) {
        if (rule.has("$ref")) {
            check(schema.at(rule.path("$ref").asText().substring(1)), value, at, faults);
        }
        if (rule.has("type") && !isOfType(rule.path("type"), value)) {
            faults.accept(at, "expected " + typeName(rule) + ", found " + shown(value));
            return;
        }
        if (rule.has("oneOf")) {
            checkOneOf(rule, value, at, faults);
        }
        if (rule.has("const") && !rule.path("const").equals(value)) {
            faults.accept(at, "expected " + shown(rule.path("const")) + ", found " + shown(value));
        }
        if (rule.has("enum")) {
            checkEnum(rule.path("enum"), value, at, faults);
        }
        if (value.isTextual()) {
            checkText(rule, value.asText(), at, faults);
        } else if (value.isNumber()) {
            checkNumber(rule, value, at, faults);
        } else if (value.isArray()) {
            checkArray(rule, value, at, faults);
        } else if (value.isObject()) {
            checkObject(rule, value, at, faults);
        }
    }

    private static boolean isOfType(JsonNode types, JsonNode value) {
        if (types.isArray()) {
            for (JsonNode type : types) {
                if (isOfType(type, value)) {
                    return true;
                }
            }
            return false;
        }
        return switch (types.asText()) {
            case "string" -> value.isTextual();
            case "integer" -> value.isIntegralNumber();
            case "number" -> value.isNumber();
            case "boolean" -> value.isBoolean();
            case "array" -> value.isArray();
            case "object" -> value.isObject();
            default -> throw new IllegalStateException("the schema names the type " + types);
        };
    }

    private static String typeName(JsonNode rule) {
        JsonNode type = rule.path("type");
        if (type.isArray()) {
            List<String> names = new ArrayList<>();
            type.forEach(one -> names.add(typeName(one.asText())));
            return String.join(" or ", names);
        }
        return typeName(type.asText());
    }

    private static String typeName(String type) {
        return switch (type) {
            case "string" -> "a text";
            case "integer" -> "a whole number";
            case "number" -> "a number";
            case "boolean" -> "true or false";
            case "array" -> "a list";
            default -> "a map of fields";
        };
    }

    /** Of several forms the one whose kind of value this is; its faults are the faults. */
    private void checkOneOf(JsonNode rule, JsonNode value, String at, BiConsumer<String, String> faults) {
        List<String> forms = new ArrayList<>();
        List<JsonNode> fitting = new ArrayList<>();
        for (JsonNode form : rule.path("oneOf")) {
            JsonNode resolved = resolved(form);
            for (JsonNode flat : resolved.has("oneOf") ? resolved.path("oneOf") : List.of(resolved)) {
                JsonNode one = resolved(flat);
                forms.add(one.has("const") ? "'" + one.path("const").asText() + "'" : typeName(one));
                if (one.has("const")
                        ? one.path("const").getNodeType() == value.getNodeType()
                        : isOfType(one.path("type"), value)) {
                    fitting.add(one);
                }
            }
        }
        if (fitting.isEmpty()) {
            faults.accept(at, "expected " + String.join(" or ", new TreeSet<>(forms)) + ", found " + shown(value));
        } else if (fitting.get(0).has("const")) {
            List<JsonNode> words =
                    fitting.stream().map(form -> form.path("const")).toList();
            if (!words.contains(value)) {
                faults.accept(
                        at,
                        wrongWord(value, words.stream().map(JsonNode::asText).toList()));
            }
        } else {
            check(fitting.get(0), value, at, faults);
        }
    }

    private JsonNode resolved(JsonNode rule) {
        return rule.has("$ref") ? resolved(schema.at(rule.path("$ref").asText().substring(1))) : rule;
    }

    private static void checkEnum(JsonNode words, JsonNode value, String at, BiConsumer<String, String> faults) {
        List<String> allowed = new ArrayList<>();
        for (JsonNode word : words) {
            if (word.equals(value)) {
                return;
            }
            allowed.add(word.asText());
        }
        faults.accept(at, wrongWord(value, allowed));
    }

    private static String wrongWord(JsonNode value, List<String> allowed) {
        String nearest = nearest(value.asText(), allowed);
        return shown(value) + " is not one of the words here"
                + (nearest.isEmpty() ? "" : "; did you mean '" + nearest + "'?")
                + (allowed.size() <= 20 ? " Expected one of " + String.join(", ", allowed) : "");
    }

    private static void checkText(JsonNode rule, String text, String at, BiConsumer<String, String> faults) {
        if (text.length() < rule.path("minLength").asInt(0)) {
            faults.accept(at, "must not be empty");
        }
        if (rule.has("pattern")
                && !Pattern.compile(rule.path("pattern").asText()).matcher(text).find()) {
            faults.accept(
                    at,
                    "'" + text + "' has not the form of "
                            + rule.path("description")
                                    .asText("what is expected: "
                                            + rule.path("pattern").asText()));
        }
    }

    private static void checkNumber(JsonNode rule, JsonNode value, String at, BiConsumer<String, String> faults) {
        if (rule.has("minimum") && value.asDouble() < rule.path("minimum").asDouble()) {
            faults.accept(at, value + " is too small; at least " + rule.path("minimum") + " is expected");
        }
        if (rule.has("maximum") && value.asDouble() > rule.path("maximum").asDouble()) {
            faults.accept(at, value + " is too large; at most " + rule.path("maximum") + " is expected");
        }
    }

    private void checkArray(JsonNode rule, JsonNode value, String at, BiConsumer<String, String> faults) {
        if (value.size() < rule.path("minItems").asInt(0)) {
            faults.accept(at, "the list must not be empty");
        }
        if (rule.path("uniqueItems").asBoolean() && Set.copyOf(list(value)).size() < value.size()) {
            faults.accept(at, "the list names something twice");
        }
        if (rule.has("items")) {
            for (int i = 0; i < value.size(); i++) {
                check(rule.path("items"), value.get(i), at + "/" + i, faults);
            }
        }
    }

    private static List<JsonNode> list(JsonNode array) {
        List<JsonNode> list = new ArrayList<>();
        array.forEach(list::add);
        return list;
    }

    private void checkObject(JsonNode rule, JsonNode value, String at, BiConsumer<String, String> faults) {
        JsonNode properties = rule.path("properties");
        JsonNode others = rule.path("additionalProperties");
        for (JsonNode required : rule.path("required")) {
            if (!value.has(required.asText())) {
                faults.accept(at, "'" + required.asText() + "' is missing");
            }
        }
        if (value.size() < rule.path("minProperties").asInt(0)) {
            faults.accept(
                    at,
                    "says nothing; expected " + (rule.path("maxProperties").asInt(0) == 1 ? "one" : "some") + " of "
                            + String.join(", ", names(properties)));
        }
        if (value.size() > rule.path("maxProperties").asInt(Integer.MAX_VALUE)) {
            faults.accept(at, "says " + String.join(" and ", names(value)) + " at once; one of them is expected here");
        }
        Iterator<Map.Entry<String, JsonNode>> fields = value.fields();
        while (fields.hasNext()) {
            Map.Entry<String, JsonNode> field = fields.next();
            String place = at + "/" + field.getKey().replace("~", "~0").replace("/", "~1");
            if (rule.has("propertyNames")) {
                check(
                        rule.path("propertyNames"),
                        new com.fasterxml.jackson.databind.node.TextNode(field.getKey()),
                        place,
                        faults);
            }
            if (properties.has(field.getKey())) {
                check(properties.path(field.getKey()), field.getValue(), place, faults);
            } else if (others.isObject()) {
                check(others, field.getValue(), place, faults);
            } else if (others.isBoolean() && !others.asBoolean()) {
                String nearest = nearest(field.getKey(), names(properties));
                faults.accept(
                        place,
                        "is not a field here"
                                + (nearest.isEmpty()
                                        ? "; the fields are " + String.join(", ", names(properties))
                                        : "; did you mean '" + nearest + "'?"));
            }
        }
    }

    private static List<String> names(JsonNode object) {
        List<String> names = new ArrayList<>();
        object.fieldNames().forEachRemaining(names::add);
        return names;
    }

    private static String shown(JsonNode value) {
        if (value.isContainerNode()) {
            return value.isArray() ? "a list" : "a map of fields";
        }
        return value.isTextual() ? "'" + value.asText() + "'" : value.isNull() ? "nothing" : value.toString();
    }

    /** The word nearest to what was written, two letters or a third of it wrong; empty when none is near. */
    static String nearest(String written, Iterable<String> words) {
        if (written.length() > LONGEST_WORD) {
            return "";
        }
        String best = "";
        int least = Math.min(Math.max(2, written.length() / 3), written.length() - 1) + 1;
        for (String word : words) {
            // each letter too many or too few is a wrong one
            int distance = Math.abs(word.length() - written.length()) < least ? distance(written, word) : least;
            if (distance < least) {
                least = distance;
                best = word;
            }
        }
        return best;
    }

    private static int distance(String a, String b) {
        int[] row = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int above = row[j];
                row[j] = Math.min(
                        Math.min(row[j], row[j - 1]) + 1, diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1));
                diagonal = above;
            }
        }
        return row[b.length()];
    }
}
