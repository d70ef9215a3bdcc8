package dev.onboard.server;

import java.util.Optional;

/** An operation on a device that was not carried out. The message is a sentence for a person. */
public final class OperationException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String reason;
    private final Optional<String> code;
    private final String diagnostic;

    /** With a stable reason id: {@code not-registered}, {@code timeout}, {@code refused-by-device}, {@code invalid-value}, {@code invalid-path}, {@code not-delivered}, {@code device-asleep}, {@code registrations-unavailable}. */
    public OperationException(String reason, String message) {
        super(message);
        this.reason = reason;
        this.code = Optional.empty();
        this.diagnostic = "";
    }

    private OperationException(String message, Optional<String> code, String diagnostic) {
        super(message);
        this.reason = "refused-by-device";
        this.code = code;
        this.diagnostic = diagnostic;
    }

    /** The device answered with this code, for example {@code 4.04}, and these words of its own, which may be none. */
    public static OperationException refused(String code, String diagnostic, String message) {
        return new OperationException(message, Optional.of(code), diagnostic);
    }

    /** The stable reason id. */
    public String reason() {
        return reason;
    }

    /** What the device answered, for example {@code 4.04}; empty when it did not. */
    public Optional<String> code() {
        return code;
    }

    /** The device's own words (RFC 7252, 5.5.2); empty when it said nothing. */
    public String diagnostic() {
        return diagnostic;
    }
}
