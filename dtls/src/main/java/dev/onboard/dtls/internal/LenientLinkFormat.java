package dev.onboard.dtls.internal;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import org.eclipse.californium.core.WebLink;
import org.eclipse.californium.core.coap.LinkFormat;

/**
 * Link format (RFC 6690) as devices in the field write it: quoted numbers and versions, attributes of their own, a
 * {@code lwm2m} entry without a link. Reads all of that and gives back what a strict parser accepts.
 */
public final class LenientLinkFormat {
    /** The attributes that mean something to an LwM2M server; all others are dropped. */
    private static final Set<String> NUMBERS = Set.of("ver", "ssid", "dim");

    private LenientLinkFormat() {}

    /** The links with unquoted {@code ver}, {@code ssid}, {@code dim}, with {@code rt="oma.lwm2m"} and {@code ct}, and nothing else. */
    public static byte[] strict(byte[] linkFormat) {
        String text = new String(linkFormat, StandardCharsets.UTF_8);
        int firstLink = text.indexOf('<');
        StringBuilder strict = new StringBuilder(text.length());
        for (WebLink link : LinkFormat.parse(firstLink < 0 ? "" : text.substring(firstLink))) {
            if (strict.length() > 0) {
                strict.append(',');
            }
            strict.append('<').append(link.getURI()).append('>');
            for (String name : link.getAttributes().getAttributeKeySet()) {
                List<String> values = link.getAttributes().getAttributeValues(name);
                String value = values.isEmpty() ? "" : values.get(0).replace("\"", "");
                if (NUMBERS.contains(name) && value.matches("[0-9.]+")) {
                    strict.append(';').append(name).append('=').append(value);
                } else if (name.equals("rt") && value.equals("oma.lwm2m")) {
                    strict.append(";rt=\"oma.lwm2m\"");
                } else if (name.equals("ct") && value.matches("[0-9 ]+")) {
                    strict.append(";ct=\"").append(value).append('"');
                }
            }
        }
        return strict.toString().getBytes(StandardCharsets.UTF_8);
    }
}
