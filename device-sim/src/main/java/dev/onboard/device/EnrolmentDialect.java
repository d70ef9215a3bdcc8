package dev.onboard.device;

import java.util.Optional;

/** How a device has a key of its own certified. */
public enum EnrolmentDialect {
    /** EST-coaps, RFC 9148. */
    RFC9148("rfc9148"),
    /** The platform's own. */
    PLATFORM("izuma");

    private final String word;

    EnrolmentDialect(String word) {
        this.word = word;
    }

    /** As in files and options. */
    public String word() {
        return word;
    }

    /** The dialect with this {@link #word()}. */
    public static Optional<EnrolmentDialect> of(String word) {
        for (EnrolmentDialect dialect : values()) {
            if (dialect.word.equals(word)) {
                return Optional.of(dialect);
            }
        }
        return Optional.empty();
    }
}
