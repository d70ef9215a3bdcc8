package dev.onboard.manifest;

import dev.onboard.manifest.internal.MalformedCborException;
import dev.onboard.pki.internal.MalformedDerException;

/** These octets are not a package that can be processed; the message is a sentence. */
public final class UnreadableManifestException extends Exception {
    private static final long serialVersionUID = 1;

    private final ManifestReason reason;

    UnreadableManifestException(ManifestReason reason, String message) {
        super(message);
        this.reason = reason;
    }

    UnreadableManifestException(MalformedCborException cause) {
        super("the package is not a SUIT envelope: " + cause.getMessage(), cause);
        this.reason = ManifestReason.MALFORMED;
    }

    UnreadableManifestException(MalformedDerException cause) {
        super("the manifest is not one of the platform's: " + cause.getMessage(), cause);
        this.reason = ManifestReason.MALFORMED;
    }

    /** Why. */
    public ManifestReason reason() {
        return reason;
    }
}
