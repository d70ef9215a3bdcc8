package dev.onboard.pki;

/** A device that asked for a certificate gets none, and why. The message is one sentence for a person. */
public final class NotCertified extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final Kind kind;
    private final String reason;

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
        super(sentence);
        this.kind = kind;
        this.reason = reason;
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
