package dev.onboard.pki.internal;

/** Bytes are not the DER they should be. The message is one clause without a full stop: what was found, and where. */
public final class MalformedDerException extends Exception {
    public MalformedDerException(String message) {
        // hostile input makes many of these: no stack trace, it always points to the parser
        super(message, null, false, false);
    }
}
