package dev.onboard.account;

import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The keys that open the account's interface. Only their digests are stored. Thread-safe. */
public interface ApiKeys {
    /** What a key is good for. */
    enum Access {
        FULL,
        /** Reading, and nothing else. */
        READ_ONLY;

        /** The name on the wire: {@code full}, {@code read-only}. */
        public String word() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }

        /** The access with this {@link #word()}; empty when there is none. */
        public static Optional<Access> of(String word) {
            for (Access access : values()) {
                if (access.word().equals(word)) {
                    return Optional.of(access);
                }
            }
            return Optional.empty();
        }
    }

    /** A key, without the key. */
    record Entry(String id, String name, Access access, Instant createdAt) {}

    /**
     * Lets this key in from now on.
     *
     * @param name 1 to 100 characters
     * @param key the key, which its owner keeps
     */
    Entry add(String name, Access access, String key);

    /** All keys, oldest first. */
    List<Entry> list();

    /** Shuts this key out from now on. Throws {@link AccountException} when there is none with this id. */
    void revoke(String id);

    /** What this key is good for; empty when it is none. Compares digests only, whose timing tells nothing about a key. */
    Optional<Entry> check(String key);
}
