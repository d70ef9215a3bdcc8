package dev.onboard.pki;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.util.HexFormat;

/** Digests by which a certificate is named. */
public final class Fingerprint {
    private Fingerprint() {}

    /** The SHA-256 digest of the DER certificate, 64 lower-case hex digits. */
    public static String sha256(X509Certificate certificate) {
        return HexFormat.of().formatHex(digest(encoded(certificate)));
    }

    /** The SHA-256 digest of these bytes, 64 lower-case hex digits. */
    public static String sha256(byte[] der) {
        return HexFormat.of().formatHex(digest(der));
    }

    /** The platform's enrolment identity: {@code A-} and the SHA-256 digest as 32 upper-case hex octets with colons. */
    public static String enrollmentIdentity(X509Certificate certificate) {
        return "A-" + HexFormat.ofDelimiter(":").withUpperCase().formatHex(digest(encoded(certificate)));
    }

    private static byte[] digest(byte[] bytes) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(bytes);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this Java has no SHA-256", e);
        }
    }

    private static byte[] encoded(X509Certificate certificate) {
        try {
            return certificate.getEncoded();
        } catch (CertificateEncodingException e) {
            throw new IllegalArgumentException("the certificate cannot be encoded: " + e.getMessage(), e);
        }
    }
}
