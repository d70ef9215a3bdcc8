package dev.onboard.pki;

/**
 * Which certificate a verdict is about.
 *
 * @param index its place in the chain as received, 0 the leaf; −1 when it was not in it (a trust anchor, or none)
 * @param subject its subject in RFC 4514 form, empty when it cannot be read
 * @param serial its serial number in lower-case hex, empty when it cannot be read
 */
public record CertificateReference(int index, String subject, String serial) {
    private static final CertificateReference NONE = new CertificateReference(-1, "", "");

    /** No certificate in particular. */
    public static CertificateReference none() {
        return NONE;
    }

    @Override
    public String toString() {
        if (subject.isEmpty() && index < 0) {
            return "no certificate";
        }
        String place = index < 0 ? "a trusted certificate" : "certificate " + index;
        return subject.isEmpty() ? place : place + " (" + subject + ")";
    }
}
