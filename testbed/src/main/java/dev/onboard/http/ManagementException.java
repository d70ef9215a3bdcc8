package dev.onboard.http;

/** The management port did not do what it was asked to. The message is one sentence for a person. */
public final class ManagementException extends RuntimeException {
    /** {@link #status()} when there was no answer. */
    public static final int NO_ANSWER = 0;

    private final int status;

    ManagementException(int status, String message) {
        super(message);
        this.status = status;
    }

    ManagementException(String message, Throwable cause) {
        super(message, cause);
        this.status = NO_ANSWER;
    }

    /** The HTTP status, or {@link #NO_ANSWER}. */
    public int status() {
        return status;
    }
}
