package dev.onboard.http;

import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Exchanges what devices or servers are known by, in two steps: from {@link #begin} on the new one is in use and the old one is
 * still good; {@link #finish} ends that, and {@link #undo} turns it round before. Thread-safe; everything throws {@link dev.onboard.account.AccountException} when it
 * cannot be done.
 */
public interface Rotations {
    /** What is exchanged. */
    enum Subject {
        /** The LwM2M server's key and certificate, under the same CA. */
        SERVER_LEAF,
        /** The CA of the LwM2M server's certificate, which devices know the server by. */
        LWM2M_SERVER_CA,
        /** The account's own CA, which signs LwM2M device certificates. */
        DEVICE_CA;

        /** As in paths and commands: {@code server-leaf}. */
        public String word() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }

        /** The subject with this {@link #word()}. */
        public static Optional<Subject> of(String word) {
            for (Subject subject : values()) {
                if (subject.word().equals(word)) {
                    return Optional.of(subject);
                }
            }
            return Optional.empty();
        }
    }

    /** Whether devices that have not followed stop the end of a rotation. */
    enum Leaving {
        NOBODY,
        STRAGGLERS
    }

    /** A device that still depends on the old one. */
    record Straggler(String endpoint, String state, Optional<Instant> bootstrappedAt) {}

    /**
     * How a rotation stands.
     *
     * @param begunAt empty when none is under way
     * @param undoneAt since when it is on its way back; the new one and the old one have changed their places then
     * @param fingerprint SHA-256 of the certificate in use
     * @param before SHA-256 of the old one, while a rotation is under way
     * @param stragglers by endpoint name
     */
    record Report(
            Subject subject,
            Optional<Instant> begunAt,
            Optional<Instant> undoneAt,
            String fingerprint,
            Optional<String> before,
            List<Straggler> stragglers) {}

    /** Puts a new one into use beside the old one. */
    Report begin(Subject subject);

    /** Puts the old one into use again beside the new one, which is to go. */
    Report undo(Subject subject);

    /** How it stands. */
    Report report(Subject subject);

    /** The old one is no longer good. */
    Report finish(Subject subject, Leaving leaving);
}
