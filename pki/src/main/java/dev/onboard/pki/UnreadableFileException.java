package dev.onboard.pki;

import java.io.IOException;

/** A file does not hold what it should. The message is one sentence for a person: which file, what was found, what was expected. */
public final class UnreadableFileException extends IOException {
    public UnreadableFileException(String message) {
        super(message);
    }

    public UnreadableFileException(String message, Throwable cause) {
        super(message, cause);
    }
}
