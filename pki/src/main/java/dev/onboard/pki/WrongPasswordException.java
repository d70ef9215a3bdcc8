package dev.onboard.pki;

/** A PKCS#12 container does not open with the password given, or with none. */
public final class WrongPasswordException extends UnreadableFileException {
    private static final long serialVersionUID = 1;

    WrongPasswordException(String message, Throwable cause) {
        super(message, cause);
    }
}
