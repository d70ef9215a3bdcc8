package dev.onboard.factory;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/**
 * The name under which a device is known (OMA LwM2M Core 6.2.1 calls it Endpoint Client Name).
 *
 * <p>At most 64 characters (Unicode code points), which is what a common name in a certificate can hold (RFC 5280 appendix A,
 * ub-common-name). As a {@link #directory() directory} it is percent-encoded in UTF-8, which may take no more than 255
 * bytes, the limit of file systems: 64 letters of ASCII always fit, 43 of two bytes each just do not.
 *
 * @param value the name as it stands in the certificate and on the wire
 */
public record EndpointName(String value) {
    /** The most characters that a name may have. */
    public static final int MOST_CHARACTERS = 64;

    private static final int MOST_BYTES_IN_A_PATH = 255;
    private static final String UNRESERVED = "-._~";

    /**
     * @throws IllegalArgumentException when the name is empty, too long, or holds a control character or half a surrogate
     *     pair; the message is a sentence for a person
     */
    public EndpointName {
        if (value.isEmpty()) {
            throw new IllegalArgumentException("an endpoint name must not be empty; give each device a name");
        }
        int characters = value.codePointCount(0, value.length());
        if (characters > MOST_CHARACTERS) {
            throw new IllegalArgumentException("the endpoint name '" + printable(value) + "' has " + characters
                    + " characters; at most " + MOST_CHARACTERS + " fit into a certificate");
        }
        if (value.codePoints().anyMatch(Character::isISOControl)) {
            throw new IllegalArgumentException("the endpoint name '" + printable(value)
                    + "' holds a control character; use letters, digits and punctuation");
        }
        if (encoded(value).length() > MOST_BYTES_IN_A_PATH) {
            throw new IllegalArgumentException("the endpoint name '" + printable(value) + "' takes more than "
                    + MOST_BYTES_IN_A_PATH + " bytes as the name of a directory; shorten it");
        }
    }

    /** As the constructor. */
    public static EndpointName of(String value) {
        return new EndpointName(value);
    }

    /**
     * The name of this device's directory: percent-encoded (RFC 3986 section 2.1), except for letters, digits and
     * {@code - . _ ~}; in the names {@code .} and {@code ..} the dots are encoded too.
     */
    public String directory() {
        return encoded(value);
    }

    @Override
    public String toString() {
        return value;
    }

    private static String encoded(String name) {
        if (name.equals(".") || name.equals("..")) {
            return name.replace(".", "%2E");
        }
        StringBuilder path = new StringBuilder();
        ByteBuffer bytes = utf8(name);
        while (bytes.hasRemaining()) {
            byte b = bytes.get();
            boolean plain = b >= '0' && b <= '9'
                    || b >= 'A' && b <= 'Z'
                    || b >= 'a' && b <= 'z'
                    || b > 0 && UNRESERVED.indexOf(b) >= 0;
            if (plain) {
                path.append((char) b);
            } else {
                path.append('%');
                path.append(Character.toUpperCase(Character.forDigit((b >> 4) & 0xF, 16)));
                path.append(Character.toUpperCase(Character.forDigit(b & 0xF, 16)));
            }
        }
        return path.toString();
    }

    private static ByteBuffer utf8(String name) {
        try {
            return StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(name));
        } catch (CharacterCodingException e) {
            throw new IllegalArgumentException(
                    "the endpoint name '" + printable(name) + "' holds half a surrogate pair and cannot be written", e);
        }
    }

    private static String printable(String name) {
        StringBuilder shown = new StringBuilder();
        name.codePoints().limit(80).forEach(c -> {
            if (Character.isISOControl(c) || Character.getType(c) == Character.SURROGATE) {
                shown.append(String.format("\\u%04x", c));
            } else {
                shown.appendCodePoint(c);
            }
        });
        return shown.toString();
    }
}
