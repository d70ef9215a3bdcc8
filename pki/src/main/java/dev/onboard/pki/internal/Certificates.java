package dev.onboard.pki.internal;

import java.io.ByteArrayInputStream;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;

/** Certificates as Java's own objects. */
public final class Certificates {
    private Certificates() {}

    /**
     * The certificate in these bytes: by Java's parser, or by Bouncy Castle's where Java does not know the curve.
     *
     * @throws IllegalArgumentException when neither reads it
     */
    public static X509Certificate certificate(byte[] der) {
        try {
            return (X509Certificate)
                    CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(der));
        } catch (CertificateException e) {
            return byBouncyCastle(der, e);
        }
    }

    private static X509Certificate byBouncyCastle(byte[] der, CertificateException first) {
        try {
            X509Certificate certificate =
                    (X509Certificate) CertificateFactory.getInstance("X.509", Providers.bouncyCastle())
                            .generateCertificate(new ByteArrayInputStream(der));
            if (certificate == null) {
                throw new IllegalArgumentException("no certificate in " + der.length + " octets", first);
            }
            return certificate;
        } catch (CertificateException | RuntimeException e) {
            throw new IllegalArgumentException("not a certificate: " + first.getMessage(), first);
        }
    }
}
