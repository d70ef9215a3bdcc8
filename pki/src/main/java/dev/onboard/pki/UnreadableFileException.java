package dev.onboard.pki;

import java.io.IOException;

/** A file does not hold what it should. The message is one sentence for a person: which file, what was found, what was expected. */
public sealed class UnreadableFileException extends IOException permits WrongPasswordException {
    private static final long serialVersionUID = 1;

    public UnreadableFileException(String message) {
        super(message);
    }

    public UnreadableFileException(String message, Throwable cause) {
        super(message, cause);
    }
}
