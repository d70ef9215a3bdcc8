package dev.onboard.account.internal;

import java.security.SecureRandom;
import java.util.HexFormat;

/** New ids in the platform's form: 32 lower-case hexadecimal digits. Thread-safe. */
public record Ids(SecureRandom random) {
    /** An id that nobody has. */
    public String next() {
        byte[] bytes = new byte[16];
        random.nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }
}
