package dev.onboard.pki;

/**
 * Why a certificate chain is refused. The ids are stable; {@code docs/verdicts.md} lists them with an example each and is
 * generated from here.
 */
public enum Reason {
    NO_CERTIFICATE(
            "no-certificate",
            Alert.BAD_CERTIFICATE,
            "RFC 5246, 7.4.6; OMA Transport 5.2.8.3",
            "The peer sent no certificate.",
            "give the peer a certificate and its private key; it offered none"),
    MALFORMED(
            "malformed",
            Alert.BAD_CERTIFICATE,
            "RFC 5280, 4.1; X.690",
            "A certificate is not exact DER, or a field does not hold what it must.",
            "write the certificate again as exact DER: no PEM text, nothing after its end, no BER"),
    TOO_LARGE(
            "too-large",
            Alert.BAD_CERTIFICATE,
            "RFC 7925, 4.4.4; a limit of this evaluation",
            "A certificate or the chain is larger than the limit.",
            "make the certificate smaller: fewer names, fewer extensions, fewer certificates in the chain"),
    CHAIN_TOO_LONG(
            "chain-too-long",
            Alert.BAD_CERTIFICATE,
            "RFC 7925, 4.4.4; a limit of the profile",
            "The chain has more certificates than the profile allows.",
            "issue the device certificate from a CA nearer to the root, or upload a CA nearer to the device"),
    CHAIN_MISORDERED(
            "chain-misordered",
            Alert.BAD_CERTIFICATE,
            "RFC 5246, 7.4.2",
            "The first certificate sent is not the peer's own, but the issuer of another one in the chain.",
            "send the peer's own certificate first, each issuer after it"),
    UNKNOWN_CA(
            "unknown-ca",
            Alert.UNKNOWN_CA,
            "RFC 5280, 6.1; RFC 5246, 7.2.2",
            "No path leads from the certificate to a trusted one.",
            "upload the certificate of the issuing CA, or have the peer send the certificates in between"),
    BAD_SIGNATURE(
            "bad-signature",
            Alert.BAD_CERTIFICATE,
            "RFC 5280, 6.1.3 (a)(1)",
            "A signature does not verify under the issuer's key.",
            "issue the certificate again; it was changed after it was signed, or signed with another key"),
    EXPIRED(
            "expired",
            Alert.CERTIFICATE_EXPIRED,
            "RFC 5280, 6.1.3 (a)(2); OMA Transport 5.2.8.5",
            "A certificate of the path has ended.",
            "renew the certificate, or set the clock right"),
    NOT_YET_VALID(
            "not-yet-valid",
            Alert.BAD_CERTIFICATE,
            "RFC 5280, 6.1.3 (a)(2)",
            "A certificate of the path has not begun.",
            "wait until the certificate begins, or set the clock right"),
    VALIDITY_REVERSED(
            "validity-reversed",
            Alert.BAD_CERTIFICATE,
            "RFC 5280, 4.1.2.5",
            "A certificate ends before it begins.",
            "issue the certificate again with notBefore before notAfter"),
    ANCHOR_EXPIRED(
            "anchor-expired",
            Alert.CERTIFICATE_EXPIRED,
            "RFC 5280, 6.1.1 (d); a rule of this evaluation",
            "The trusted certificate, or one uploaded above it, has ended.",
            "replace the trusted certificate by one that is valid"),
    ANCHOR_NOT_YET_VALID(
            "anchor-not-yet-valid",
            Alert.BAD_CERTIFICATE,
            "RFC 5280, 6.1.1 (d); a rule of this evaluation",
            "The trusted certificate, or one uploaded above it, has not begun.",
            "wait until the trusted certificate begins, or set the clock right"),
    ANCHOR_UNUSABLE(
            "anchor-unusable",
            Alert.UNKNOWN_CA,
            "RFC 5280, 4.2.1.9 and 4.2.1.3; a rule of this evaluation",
            "The trusted certificate cannot issue: it is no CA, or says something that cannot be honoured.",
            "upload a CA certificate: version 3, cA TRUE, keyCertSign, no unknown critical extension"),
    NOT_A_CA(
            "not-a-ca",
            Alert.BAD_CERTIFICATE,
            "RFC 5280, 6.1.4 (k)",
            "An issuer of the path is not a CA.",
            "issue with a CA certificate (basicConstraints cA TRUE)"),
    PATH_LENGTH_EXCEEDED(
            "path-length-exceeded",
            Alert.BAD_CERTIFICATE,
            "RFC 5280, 6.1.4 (l) and (m)",
            "More CAs follow than a CA above allows.",
            "issue from a CA further up, or raise pathLenConstraint there"),
    ISSUER_MAY_NOT_SIGN(
            "issuer-may-not-sign",
            Alert.BAD_CERTIFICATE,
            "RFC 5280, 6.1.4 (n)",
            "An issuer's key usage lacks keyCertSign.",
            "give the CA certificate keyCertSign"),
    WRONG_EXTENDED_KEY_USAGE(
            "wrong-extended-key-usage",
            Alert.UNSUPPORTED_CERTIFICATE,
            "RFC 5280, 4.2.1.12; RFC 7925, 4.4",
            "The extended key usage does not allow this purpose.",
            "issue the certificate with clientAuth for a device, serverAuth for a server, codeSigning for firmware"),
    WRONG_KEY_USAGE(
            "wrong-key-usage",
            Alert.UNSUPPORTED_CERTIFICATE,
            "RFC 5280, 4.2.1.3; RFC 7925, 4.4",
            "The key usage does not allow signatures.",
            "issue the certificate with digitalSignature"),
    CA_AS_END_ENTITY(
            "ca-as-end-entity",
            Alert.UNSUPPORTED_CERTIFICATE,
            "RFC 7925, 4.4; a rule of the profile",
            "A CA certificate is used as a device's or server's own.",
            "issue an end-entity certificate from this CA, or mark the CA as a developer certificate"),
    NAME_CONSTRAINT(
            "name-constraint",
            Alert.BAD_CERTIFICATE,
            "RFC 5280, 6.1.3 (b) and (c)",
            "A name is outside what a CA above may issue for.",
            "use a name that the CA may issue for, or another CA"),
    POLICY_MISSING(
            "policy-missing",
            Alert.BAD_CERTIFICATE,
            "RFC 5280, 6.1.5 (g)",
            "A certificate policy is required and no certificate policy holds along the path.",
            "issue the certificates with the required policy"),
    UNKNOWN_CRITICAL_EXTENSION(
            "unknown-critical-extension",
            Alert.BAD_CERTIFICATE,
            "RFC 5280, 4.2",
            "A critical extension is not known here.",
            "issue the certificate without the extension, or not critical"),
    DUPLICATE_EXTENSION(
            "duplicate-extension",
            Alert.BAD_CERTIFICATE,
            "RFC 5280, 4.2",
            "An extension occurs twice.",
            "issue the certificate with each extension once"),
    INVALID_EXTENSION(
            "invalid-extension",
            Alert.BAD_CERTIFICATE,
            "RFC 5280, 4.2",
            "An extension may not be there, or not like this.",
            "issue the certificate without that extension, or as RFC 5280 asks for it"),
    WRONG_VERSION(
            "wrong-version",
            Alert.BAD_CERTIFICATE,
            "RFC 5280, 4.1.2.1; OMA Transport 5.2.8.3",
            "The certificate is not of version 3.",
            "issue the certificate as X.509 version 3"),
    BAD_SERIAL(
            "bad-serial",
            Alert.BAD_CERTIFICATE,
            "RFC 5280, 4.1.2.2",
            "The serial number is zero, negative or longer than 20 octets.",
            "issue the certificate with a positive serial number of at most 20 octets"),
    SIGNATURE_ALGORITHM_MISMATCH(
            "signature-algorithm-mismatch",
            Alert.BAD_CERTIFICATE,
            "RFC 5280, 4.1.1.2",
            "The signature algorithm beside the signature differs from the one that was signed.",
            "issue the certificate with a tool that writes the same algorithm in both places"),
    WEAK_SIGNATURE(
            "weak-signature",
            Alert.BAD_CERTIFICATE,
            "RFC 7925, 4.4 and table 1",
            "A certificate is signed with MD5 or SHA-1.",
            "sign the certificate with SHA-256 or stronger"),
    UNSUPPORTED_SIGNATURE(
            "unsupported-signature",
            Alert.UNSUPPORTED_CERTIFICATE,
            "RFC 7925, 4.4; a rule of the profile",
            "A certificate is signed with an algorithm that is not supported here.",
            "sign the certificate with ECDSA and SHA-256"),
    WEAK_KEY(
            "weak-key",
            Alert.BAD_CERTIFICATE,
            "OMA Transport 5.2.3; a rule of the profile",
            "A key is too short.",
            "use a P-256 key, or RSA of at least 2048 bits"),
    UNSUPPORTED_KEY(
            "unsupported-key",
            Alert.UNSUPPORTED_CERTIFICATE,
            "OMA Transport 5.2.3; RFC 7925, 4.4",
            "A key is of an algorithm or on a curve that is not supported here.",
            "use a P-256 key"),
    INVALID_KEY(
            "invalid-key",
            Alert.BAD_CERTIFICATE,
            "RFC 5480, 2; RFC 8017, 3.1",
            "A public key is impossible: a point off its curve, a curve spelled out, a negative modulus.",
            "make a new key with a tool that names the curve, and a certificate for it"),
    REVOKED(
            "revoked",
            Alert.CERTIFICATE_REVOKED,
            "RFC 5280, 6.3",
            "A certificate of the path is revoked.",
            "issue another certificate; if it was revoked by mistake and is on hold, release it"),
    REVOCATION_UNKNOWN(
            "revocation-unknown",
            Alert.CERTIFICATE_UNKNOWN,
            "RFC 5280, 6.3.3",
            "No usable revocation list says whether a certificate of the path is revoked, and one is required.",
            "upload a current revocation list of the issuing CA, or let revocation fail soft"),
    BAD_STATUS_RESPONSE(
            "bad-status-response",
            Alert.BAD_CERTIFICATE_STATUS_RESPONSE,
            "RFC 6066, 8; RFC 7633",
            "A stapled OCSP response is unusable, or one is demanded and none was stapled.",
            "have the server staple a current OCSP response for this certificate"),
    NAME_MISMATCH(
            "name-mismatch",
            Alert.BAD_CERTIFICATE,
            "RFC 6125, 6; RFC 7925, 4.4.1; OMA Transport 5.2.8.3",
            "The server's certificate is for another name.",
            "issue the server certificate for the name in the URI (or the SNI resource), or correct the URI"),
    NO_NAME(
            "no-name",
            Alert.BAD_CERTIFICATE,
            "RFC 5280, 4.1.2.6",
            "The certificate names nobody.",
            "issue the certificate with a common name, or with a subjectAltName that is critical"),
    INVALID_NAME(
            "invalid-name",
            Alert.BAD_CERTIFICATE,
            "RFC 5280, 4.1.2.6; a rule of this evaluation",
            "A name holds a NUL, a control or a bidirectional formatting character.",
            "issue the certificate with a name of visible characters"),
    AMBIGUOUS_NAME(
            "ambiguous-name",
            Alert.ACCESS_DENIED,
            "OMA Transport 5.2.6; a rule of this evaluation",
            "The certificate has several common names.",
            "issue the certificate with one common name"),
    ENDPOINT_MISMATCH(
            "endpoint-mismatch",
            Alert.ACCESS_DENIED,
            "OMA Transport 5.2.6",
            "The certificate is for another endpoint name than the device asked as; answered 4.00, not by an alert.",
            "let the device ask under the name in its certificate, or issue the certificate for the endpoint name"),
    ACCOUNT_MISMATCH(
            "account-mismatch",
            Alert.ACCESS_DENIED,
            "the platform's rule for LwM2M mode",
            "The organizational unit of the certificate is not the account.",
            "issue the certificate with OU = account id"),
    PIN_MISMATCH(
            "pin-mismatch",
            Alert.BAD_CERTIFICATE,
            "OMA Transport 5.2.8.7, usages 1 and 3",
            "The server's certificate is not the one the device was given.",
            "deliver the server's present certificate to the device, or use Certificate Usage 2 with its CA"),
    CA_NOT_IN_PATH(
            "ca-not-in-path",
            Alert.UNKNOWN_CA,
            "OMA Transport 5.2.8.7, usage 0",
            "The path is valid, but the CA the device was given is not part of it.",
            "deliver the CA that issues the server's certificate"),
    TRUST_NOT_CONFIGURED(
            "trust-not-configured",
            Alert.UNKNOWN_CA,
            "OMA Transport 5.2.8.7",
            "The verifier lacks what the Certificate Usage needs: a trust store for 0 and 1, a certificate for all.",
            "give the device the certificate, and for Certificate Usage 0 or 1 a trust store"),
    NOT_CONFORMING(
            "not-conforming",
            Alert.BAD_CERTIFICATE,
            "the strict profile; the finding names the clause",
            "A finding that only the strict profile refuses.",
            "issue the certificate without what the finding names, or use the device profile"),
    TOO_MUCH_WORK(
            "too-much-work",
            Alert.BAD_CERTIFICATE,
            "a limit of this evaluation",
            "The certificates send the evaluation round too many paths.",
            "send the chain without certificates that do not belong to it"),
    EVALUATION_FAILED(
            "evaluation-failed",
            Alert.CERTIFICATE_UNKNOWN,
            "a fault of this evaluation",
            "The evaluation itself failed. This is a fault of Onboard.",
            "report the chain that caused it");

    private final String id;
    private final Alert alert;
    private final String clause;
    private final String meaning;
    private final String fix;

    Reason(String id, Alert alert, String clause, String meaning, String fix) {
        this.id = id;
        this.alert = alert;
        this.clause = clause;
        this.meaning = meaning;
        this.fix = fix;
    }

    /** The stable word for events, documents and tests, for example {@code expired}. */
    public String id() {
        return id;
    }

    /** The alert to send; a certificate fault has only alerts after which a device does not try again. */
    public Alert alert() {
        return alert;
    }

    /** Where the rule stands. */
    public String clause() {
        return clause;
    }

    /** What the reason means, one sentence. */
    public String meaning() {
        return meaning;
    }

    /** What to do about it in general, one sentence without its full stop; a verdict fills the names in. */
    public String fix() {
        return fix;
    }

    /**
     * The reason with this id.
     *
     * @throws IllegalArgumentException when there is none
     */
    public static Reason parse(String id) {
        for (Reason reason : values()) {
            if (reason.id.equals(id)) {
                return reason;
            }
        }
        throw new IllegalArgumentException("'" + id + "' is not a reason; docs/verdicts.md lists them");
    }
}
