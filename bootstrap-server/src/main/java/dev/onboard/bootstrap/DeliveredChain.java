package dev.onboard.bootstrap;

import dev.onboard.pki.CredentialFiles;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.util.List;

/** What /0/x/3 holds of the chain of a device's LwM2M certificate. */
public enum DeliveredChain {
    /** The device's certificate alone, in DER: what every client takes. */
    LEAF,
    /** The whole chain as PEM: Anjay takes it so. */
    PEM,
    /** The whole chain as DER, one certificate after the other (LwM2M 1.2). */
    DER;

    byte[] encode(List<X509Certificate> chain) {
        try {
            return switch (this) {
                case LEAF -> chain.get(0).getEncoded();
                case PEM -> CredentialFiles.pem(chain).getBytes(StandardCharsets.US_ASCII);
                case DER -> {
                    ByteArrayOutputStream all = new ByteArrayOutputStream();
                    for (X509Certificate certificate : chain) {
                        all.writeBytes(certificate.getEncoded());
                    }
                    yield all.toByteArray();
                }
            };
        } catch (CertificateEncodingException e) {
            throw new IllegalArgumentException("a certificate that was read has no encoding", e);
        }
    }
}
