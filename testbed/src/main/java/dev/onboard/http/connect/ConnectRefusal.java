package dev.onboard.http.connect;

/** A request to {@code /v2} that is refused. The answer is bare text, unlike everywhere else. */
public final class ConnectRefusal extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int status;

    ConnectRefusal(int status, String text) {
        super(text, null, false, false);
        this.status = status;
    }

    /** The HTTP status. */
    public int status() {
        return status;
    }

    /** What the body says. */
    public String text() {
        return String.valueOf(getMessage());
    }
}
