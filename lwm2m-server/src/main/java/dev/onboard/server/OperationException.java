package dev.onboard.server;

/** An operation on a device that was not carried out. The message is a sentence for a person. */
public final class OperationException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String reason;

    /** With a stable reason id: {@code not-registered}, {@code timeout}, {@code refused-by-device}, {@code invalid-value}, {@code invalid-path}, {@code not-delivered}. */
    public OperationException(String reason, String message) {
        super(message);
        this.reason = reason;
    }

    /** The stable reason id. */
    public String reason() {
        return reason;
    }
}
