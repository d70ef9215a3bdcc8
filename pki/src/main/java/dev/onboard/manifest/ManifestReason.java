package dev.onboard.manifest;

/**
 * Why a package is refused, beyond the reasons of {@link dev.onboard.pki.Reason} for which its signer is. The ids are stable.
 */
public enum ManifestReason {
    MALFORMED(
            "malformed-manifest",
            "SUIT, 8.2; RFC 8949",
            "write it with a tool that makes SUIT envelopes, CMS or the platform's manifests, and transfer it as it is"),
    UNSUPPORTED(
            "unsupported-manifest",
            "SUIT, 8.4.1 and 9",
            "write a manifest for one component, signed by ECDSA on P-256 with SHA-256, without anything further"),
    NOT_SIGNED(
            "not-signed",
            "SUIT, 8.3; RFC 9124, 4.3.4",
            "sign the manifest with the key of the update authenticity certificate"),
    MANIFEST_CHANGED("manifest-changed", "SUIT, 8.3", "transfer the manifest as it was signed, or sign it again"),
    BAD_SIGNATURE(
            "bad-manifest-signature",
            "SUIT, 8.3; RFC 9052, 4.4",
            "sign the manifest with the private key of the certificate that it names"),
    WRONG_VENDOR("wrong-vendor", "RFC 9124, 4.3.2", "sign a manifest with the vendor id of these devices"),
    WRONG_CLASS("wrong-class", "RFC 9124, 4.3.10", "sign a manifest with the class id of these devices"),
    ROLLBACK("rollback", "RFC 9124, 4.3.1; SUIT, 8.4.2", "sign a manifest with a version above the installed one"),
    WRONG_COMPONENT("wrong-component", "RFC 9124, 3.7", "sign a manifest for the component MAIN"),
    UNSUPPORTED_PAYLOAD(
            "unsupported-payload", "RFC 9124, 3.13", "send a whole image, or a patch of format 5, not encrypted"),
    WRONG_PRECURSOR(
            "wrong-precursor",
            "RFC 9124, 3.5 and 4.3.16",
            "make the patch for the image that runs on these devices, or send a whole image"),
    PAYLOAD_MISSING("payload-missing", "SUIT, 5.3", "put the image into the package, under the name in the manifest"),
    WRONG_SIZE(
            "wrong-size", "RFC 9124, 4.3.15", "send the image that the manifest was made for, whole and nothing more"),
    WRONG_DIGEST("wrong-digest", "RFC 9124, 4.3.4", "send the image that the manifest was made for");

    private final String id;
    private final String clause;
    private final String fix;

    ManifestReason(String id, String clause, String fix) {
        this.id = id;
        this.clause = clause;
        this.fix = fix;
    }

    /** The stable word for events, documents and tests. */
    public String id() {
        return id;
    }

    /** Where the rule stands. */
    public String clause() {
        return clause;
    }

    /** What to do about it, one sentence without its full stop. */
    public String fix() {
        return fix;
    }
}
