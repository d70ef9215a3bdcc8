package dev.onboard.pki;

import java.io.ByteArrayInputStream;
import java.security.PublicKey;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;

/**
 * Certificates in a PKCS#7 message without a signature, "certs-only" (RFC 5652, RFC 8551 3.8): a bag, since their order says
 * nothing.
 */
public final class CertificateBag {
    private CertificateBag() {}

    /** These certificates in DER. */
    public static byte[] encode(List<X509Certificate> certificates) {
        try {
            return CertificateFactory.getInstance("X.509")
                    .generateCertPath(certificates)
                    .getEncoded("PKCS7");
        } catch (CertificateException e) {
            throw new IllegalArgumentException("certificates that were read cannot be encoded", e);
        }
    }

    /**
     * Its certificates, in the order in which they lie.
     *
     * @throws EnrolmentFault when it is no such message or empty
     */
    public static List<X509Certificate> read(byte[] der) throws EnrolmentFault {
        List<X509Certificate> certificates = new ArrayList<>();
        try {
            CertificateFactory.getInstance("X.509")
                    .generateCertPath(new ByteArrayInputStream(der), "PKCS7")
                    .getCertificates()
                    .forEach(certificate -> certificates.add((X509Certificate) certificate));
        } catch (CertificateException e) {
            throw new EnrolmentFault(
                    EnrolmentFault.MALFORMED, "these octets are no PKCS#7 with certificates: " + e.getMessage());
        }
        if (certificates.isEmpty()) {
            throw new EnrolmentFault(EnrolmentFault.MALFORMED, "the PKCS#7 holds no certificate");
        }
        return certificates;
    }

    /**
     * The certificate of this key, then those above it as far as they lie in the bag.
     *
     * @throws EnrolmentFault when none is for this key
     */
    public static List<X509Certificate> chain(PublicKey key, List<X509Certificate> bag) throws EnrolmentFault {
        List<X509Certificate> chain = new ArrayList<>();
        X509Certificate next = bag.stream()
                .filter(certificate -> certificate.getPublicKey().equals(key))
                .findFirst()
                .orElseThrow(() -> new EnrolmentFault(
                        "key-does-not-fit-certificate",
                        "none of the " + bag.size() + " certificates that came is for the key that was sent"));
        while (next != null && !chain.contains(next)) {
            chain.add(next);
            X509Certificate below = next;
            next = bag.stream()
                    .filter(certificate -> certificate.getSubjectX500Principal().equals(below.getIssuerX500Principal()))
                    .findFirst()
                    .orElse(null);
        }
        return chain;
    }
}
