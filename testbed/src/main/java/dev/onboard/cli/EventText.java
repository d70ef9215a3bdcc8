package dev.onboard.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Locale;

/** An event as a line for people. */
final class EventText {
    private EventText() {}

    static String line(JsonNode event) {
        StringBuilder text = new StringBuilder(String.format(
                Locale.ROOT,
                "%-24s %-20s %-18s %-8s",
                event.path("time").asText().replaceAll("(\\.\\d{3})\\d*Z", "$1Z"),
                event.path("stage").asText(),
                event.path("party").asText(),
                event.path("outcome").asText()));
        if (event.hasNonNull("duration_ms")) {
            text.append(String.format(
                    Locale.ROOT, " %8.1f ms", event.get("duration_ms").asDouble()));
        } else {
            text.append("            ");
        }
        if (event.hasNonNull("reason")) {
            text.append("  ").append(event.get("reason").asText());
        }
        if (event.hasNonNull("refused_by")) {
            text.append(" (by ").append(event.get("refused_by").asText()).append(')');
        }
        if (event.hasNonNull("alert")) {
            text.append(" alert ").append(event.get("alert").asInt());
        }
        if (event.hasNonNull("detail")) {
            text.append(": ").append(event.get("detail").asText());
        }
        if (event.path("facts").hasNonNull("operation")) {
            text.append("  ")
                    .append(event.get("facts").get("operation").asText())
                    .append(' ')
                    .append(event.path("facts").path("path").asText());
        }
        if (event.path("stage").asText().equals("power") && event.path("facts").hasNonNull("action")) {
            text.append("  ").append(event.get("facts").get("action").asText());
        }
        return text.toString().stripTrailing();
    }
}
