package dev.onboard.dtls.internal;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Link format (RFC 6690) as devices in the field write it: quoted numbers and versions, attributes of their own, a
 * {@code lwm2m} entry without a link. Reads all of that and gives back what a strict parser accepts.
 */
public final class LenientLinkFormat {
    private static final Set<String> NUMBERS = Set.of("ver", "ssid", "dim");

    private LenientLinkFormat() {}

    /**
     * The links with {@code ver}, {@code ssid} and {@code dim} unquoted, with {@code rt="oma.lwm2m"} and {@code ct}; all
     * other attributes, and entries that are no links, are dropped: they mean nothing to an LwM2M server.
     */
    public static byte[] strict(byte[] linkFormat) {
        return split(new String(linkFormat, StandardCharsets.UTF_8), ',').stream()
                .map(String::strip)
                .filter(link -> link.startsWith("<") && link.indexOf('>') > 0)
                .map(LenientLinkFormat::strict)
                .collect(Collectors.joining(","))
                .getBytes(StandardCharsets.UTF_8);
    }

    private static String strict(String link) {
        List<String> parts = split(link, ';');
        StringBuilder strict = new StringBuilder(parts.get(0).strip());
        for (String attribute : parts.subList(1, parts.size())) {
            int equals = attribute.indexOf('=');
            if (equals > 0) {
                String name = attribute.substring(0, equals).strip();
                String value = attribute.substring(equals + 1).strip().replace("\"", "");
                if (NUMBERS.contains(name) && value.matches("[0-9]+(\\.[0-9]+)?")) {
                    strict.append(';').append(name).append('=').append(value);
                } else if (name.equals("rt") && value.equals("oma.lwm2m")) {
                    strict.append(";rt=\"oma.lwm2m\"");
                } else if (name.equals("ct") && value.matches("[0-9]+( [0-9]+)*")) {
                    strict.append(value.contains(" ") ? ";ct=\"" + value + '"' : ";ct=" + value);
                }
            }
        }
        return strict.toString();
    }

    /** Splits at this character where it stands neither in quotes nor in angle brackets. */
    private static List<String> split(String text, char separator) {
        List<String> parts = new ArrayList<>();
        int start = 0;
        boolean quoted = false;
        boolean bracketed = false;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' && !bracketed) {
                quoted = !quoted;
            } else if (!quoted && (c == '<' || c == '>')) {
                bracketed = c == '<';
            } else if (c == separator && !quoted && !bracketed) {
                parts.add(text.substring(start, i));
                start = i + 1;
            }
        }
        parts.add(text.substring(start));
        return parts;
    }
}
