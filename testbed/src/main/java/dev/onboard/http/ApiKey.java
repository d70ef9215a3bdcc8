package dev.onboard.http;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.HexFormat;

/** The bearer key of the management port. Compared in constant time; never shown by {@link #toString}. Immutable. */
public final class ApiKey {
    private final String text;

    private ApiKey(String text) {
        this.text = text;
    }

    /** A new key: {@code ak_} and 48 random hexadecimal digits. */
    public static ApiKey fresh(SecureRandom random) {
        byte[] bytes = new byte[24];
        random.nextBytes(bytes);
        return new ApiKey("ak_" + HexFormat.of().formatHex(bytes));
    }

    /** A key that exists; space around it is not part of it. Throws {@link IllegalArgumentException} when it is shorter than 16 characters. */
    public static ApiKey of(String text) {
        String trimmed = text.strip();
        if (trimmed.length() < 16) {
            throw new IllegalArgumentException(
                    "an API key has at least 16 characters; this one has " + trimmed.length());
        }
        return new ApiKey(trimmed);
    }

    /** Whether this is the key; takes the same time whatever is given. */
    public boolean matches(String candidate) {
        return MessageDigest.isEqual(text.getBytes(StandardCharsets.UTF_8), candidate.getBytes(StandardCharsets.UTF_8));
    }

    /** The key itself, to be shown to its owner once or kept in a file of mode 0600. */
    public String text() {
        return text;
    }

    @Override
    public String toString() {
        return "ApiKey[hidden]";
    }
}
