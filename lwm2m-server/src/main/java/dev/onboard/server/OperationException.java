package dev.onboard.server;

import java.util.Optional;

/** An operation on a device that was not carried out. The message is a sentence for a person. */
public final class OperationException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String reason;
    private final Optional<String> code;

    /** With a stable reason id: {@code not-registered}, {@code timeout}, {@code refused-by-device}, {@code invalid-value}, {@code invalid-path}, {@code not-delivered}. */
    public OperationException(String reason, String message) {
        super(message);
        this.reason = reason;
        this.code = Optional.empty();
    }

    private OperationException(String message, Optional<String> code) {
        super(message);
        this.reason = "refused-by-device";
        this.code = code;
    }

    /** The device answered with this code, for example {@code 4.04}. */
    public static OperationException refused(String code, String message) {
        return new OperationException(message, Optional.of(code));
    }

    /** The stable reason id. */
    public String reason() {
        return reason;
    }

    /** What the device answered, for example {@code 4.04}; empty when it did not. */
    public Optional<String> code() {
        return code;
    }
}
