package dev.onboard.account.internal;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.security.cert.CertificateEncodingException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.List;

/** Certificates as they stand in the database: DER, one after the other. */
final class DerChain {
    private DerChain() {}

    static byte[] encode(List<X509Certificate> chain) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (X509Certificate certificate : chain) {
            try {
                bytes.writeBytes(certificate.getEncoded());
            } catch (CertificateEncodingException e) {
                throw new IllegalArgumentException("a certificate cannot be encoded: " + e.getMessage(), e);
            }
        }
        return bytes.toByteArray();
    }

    static List<X509Certificate> decode(byte[] der) {
        try {
            CertificateFactory factory = CertificateFactory.getInstance("X.509");
            ByteArrayInputStream in = new ByteArrayInputStream(der);
            java.util.ArrayList<X509Certificate> chain = new java.util.ArrayList<>();
            while (in.available() > 0) {
                chain.add((X509Certificate) factory.generateCertificate(in));
            }
            return List.copyOf(chain);
        } catch (CertificateException e) {
            throw new IllegalStateException("the database holds a chain that is not readable: " + e.getMessage(), e);
        }
    }
}
