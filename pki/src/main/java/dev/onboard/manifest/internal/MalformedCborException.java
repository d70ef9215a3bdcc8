package dev.onboard.manifest.internal;

/** These octets are not the CBOR that belongs there; the message says what was found where. */
public final class MalformedCborException extends Exception {
    private static final long serialVersionUID = 1;

    public MalformedCborException(String message) {
        super(message);
    }
}
