package dev.onboard.http.leshan;

/** A request that is not carried out: answered with this status and text, as Leshan's demo servers do. */
final class LeshanRefusal extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int status;
    private final String text;

    LeshanRefusal(int status, String text) {
        super(text, null, false, false);
        this.status = status;
        this.text = text;
    }

    int status() {
        return status;
    }

    String text() {
        return text;
    }
}
