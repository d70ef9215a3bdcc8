package dev.onboard.testbed;

/** Something the user asked for cannot be done as asked. The message is one sentence: what, where, and what to do. */
public final class UsageException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** With that sentence. */
    public UsageException(String sentence) {
        super(sentence);
    }

    /** With that sentence and what caused it. */
    public UsageException(String sentence, Throwable cause) {
        super(sentence, cause);
    }
}
