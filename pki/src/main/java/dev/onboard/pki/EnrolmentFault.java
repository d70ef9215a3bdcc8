package dev.onboard.pki;

/** A certification request, or the answer to one, that is not acceptable. */
public final class EnrolmentFault extends Exception {
    private static final long serialVersionUID = 1;

    /** The octets are not what they should be. */
    public static final String MALFORMED = "malformed-request";
    /** The signature is not that of the private half of the key in the request. */
    public static final String NO_PROOF = "proof-of-possession-failed";
    /** A key that LwM2M devices do not have. */
    public static final String UNSUPPORTED_KEY = "unsupported-key";
    /** The request names somebody else. */
    public static final String OTHER_NAME = "request-names-another";
    /** The request is linked to a TLS session (RFC 7030, 3.5), which this server cannot check. */
    public static final String LINKED = "linking-not-supported";

    /** A key that the server makes shall come encrypted within the session (RFC 9148, 4.8). */
    public static final String ENCRYPTED_KEY = "key-encryption-not-supported";

    private final String reason;

    /**
     * @param reason a stable id
     * @param sentence what was found and what was expected
     */
    public EnrolmentFault(String reason, String sentence) {
        super(sentence);
        this.reason = reason;
    }

    /** A stable id. */
    public String reason() {
        return reason;
    }
}
