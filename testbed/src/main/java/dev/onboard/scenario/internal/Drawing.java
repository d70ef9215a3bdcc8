package dev.onboard.scenario.internal;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The certificates of a scenario drawn as trees: who signs whom, what is out of the ordinary, who is trusted.
 *
 * @param content the file's content
 */
public record Drawing(JsonNode content) {
    /** A line for each certificate, below the one that signed it. */
    public List<String> lines() {
        Map<String, JsonNode> all = new LinkedHashMap<>();
        JsonNode given = content.path("certificates");
        JsonNode nothing = JsonNodeFactory.instance.objectNode();
        all.put("root", given.has("root") ? given.path("root") : nothing);
        given.fields().forEachRemaining(entry -> {
            if (!entry.getKey().equals("leaf")) {
                all.putIfAbsent(entry.getKey(), entry.getValue());
            }
        });
        all.put("leaf", given.has("leaf") ? given.path("leaf") : nothing);
        List<String[]> rows = new ArrayList<>();
        all.forEach((id, spec) -> {
            if (issuer(id, spec).equals("self")) {
                draw(id, all, "", rows);
            }
        });
        int width = rows.stream().mapToInt(row -> row[0].length()).max().orElse(0);
        return rows.stream()
                .map(row -> (row[0] + " ".repeat(width - row[0].length()) + "   " + row[1]).stripTrailing())
                .toList();
    }

    private static String issuer(String id, JsonNode spec) {
        String issuer = spec.path("issuer").asText(id.equals("root") ? "self" : "root");
        return issuer.isEmpty() ? "self" : issuer;
    }

    private void draw(String id, Map<String, JsonNode> all, String indent, List<String[]> rows) {
        JsonNode spec = all.getOrDefault(id, JsonNodeFactory.instance.objectNode());
        String shown =
                spec.has("series") ? id + "1 to " + id + spec.path("series").asInt() : id;
        rows.add(new String[] {indent + shown, said(id, spec)});
        all.forEach((below, other) -> {
            String issuer = issuer(below, other);
            boolean ofSeries = spec.has("series") && issuer.matches(java.util.regex.Pattern.quote(id) + "[0-9]+");
            if (!below.equals(id) && (issuer.equals(id) || ofSeries)) {
                draw(below, all, indent + "  ", rows);
            }
        });
    }

    private String said(String id, JsonNode spec) {
        List<String> parts = new ArrayList<>();
        for (Map.Entry<String, JsonNode> field : spec.properties()) {
            JsonNode value = field.getValue();
            switch (field.getKey()) {
                case "issuer" -> {
                    // its place says so
                }
                case "defects" -> parts.add(StepWords.value(value));
                case "kind" ->
                    parts.add(
                            switch (value.asText()) {
                                case "ca" -> "a CA";
                                case "developer" -> "a developer certificate";
                                case "firmware" -> "for signing firmware";
                                default -> "for a " + value.asText();
                            });
                case "name" -> parts.add("named '" + value.asText() + "'");
                case "keyOf" -> parts.add("with the key of " + value.asText());
                case "series" -> parts.add("each under the one before");
                case "from" -> parts.add("from " + when(value.asText()));
                case "until" -> parts.add("until " + when(value.asText()));
                case "edit" ->
                    value.forEach(edit ->
                            parts.add("the octets " + edit.path("octets").asText() + " made "
                                    + edit.path("become").asText()));
                default -> parts.add(words(field.getKey()) + (value.isBoolean() ? "" : " " + StepWords.value(value)));
            }
        }
        if (parts.isEmpty()) {
            parts.add("good");
        }
        if (isTrusted(id)) {
            parts.add("trusted");
        }
        return String.join(", ", parts);
    }

    private static String when(String time) {
        if (time.endsWith("Z")) {
            return time;
        }
        java.time.Duration from = java.time.Duration.parse(time);
        return from.isZero() ? "now" : Words.of(from.abs()) + (from.isNegative() ? " ago" : " from now");
    }

    /** {@code extendedKeyUsage} as {@code extended key usage}. */
    private static String words(String field) {
        return field.replaceAll("([A-Z])", " $1").toLowerCase(java.util.Locale.ROOT);
    }

    private boolean isTrusted(String id) {
        JsonNode trust = content.path("trust");
        if (trust.isMissingNode()) {
            return id.equals("root");
        }
        for (JsonNode one : trust) {
            if (id.equals(
                    one.isTextual() ? one.asText() : one.path("certificate").asText())) {
                return true;
            }
        }
        return false;
    }

    /** The ids of what is sent; empty where more than ids is sent. */
    List<String> ids() {
        List<String> ids = new ArrayList<>();
        content.path("send").forEach(id -> ids.add(id.asText()));
        return content.has("send")
                ? ids.stream().allMatch(id -> id.matches("[A-Za-z0-9_-]+")) ? ids : List.of()
                : List.of("leaf");
    }

    /** What the party under test sends, its own certificate first. */
    public String sent() {
        return content.has("send")
                ? content.path("send").isEmpty() ? "no certificate" : StepWords.value(content.path("send"))
                : "leaf";
    }
}
