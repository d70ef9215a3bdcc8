package dev.onboard.pki;

import java.time.Duration;
import java.util.Optional;

/** A device that asked for a certificate gets none, and why. The message is one sentence for a person. */
public final class NotCertified extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final Kind kind;
    private final String reason;
    private final transient Optional<Duration> pause;

    /** What the device can make of it. */
    public enum Kind {
        /** It is not to have one. */
        REFUSED,
        /** The one who signs could not be asked, or did not answer in time: the same request may come again. */
        UNAVAILABLE,
        /** The one who signs answered what must not reach a device. */
        WRONG_ANSWER
    }

    /** @param reason a stable id */
    public NotCertified(Kind kind, String reason, String sentence) {
        this(kind, reason, sentence, Optional.empty());
    }

    private NotCertified(Kind kind, String reason, String sentence, Optional<Duration> pause) {
        super(sentence);
        this.pause = pause;
        this.kind = kind;
        this.reason = reason;
    }

    /** The answer is put off: the same request shall come again after this time (RFC 9148, 4.7). */
    public static NotCertified putOff(Duration pause) {
        return new NotCertified(
                Kind.UNAVAILABLE, "put-off", "there is no certificate yet; ask again later", Optional.of(pause));
    }

    /** After which time the same request may come again; empty: nobody knows. */
    public Optional<Duration> pause() {
        return pause;
    }

    /** What the device can make of it. */
    public Kind kind() {
        return kind;
    }

    /** A stable id. */
    public String reason() {
        return reason;
    }
}
