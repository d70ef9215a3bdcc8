package dev.onboard.dtls.internal;

import dev.onboard.pki.CertificateBag;
import dev.onboard.pki.GeneratedCredential;
import java.io.ByteArrayOutputStream;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.util.List;

/** In which octets certificates come back from an enrolment. */
public enum EstFormat {
    /** {@code application/pkcs7-mime; smime-type=certs-only} (RFC 9148, 4.3). */
    CERTIFICATES(281),
    /** {@code application/pkix-cert}: one certificate. */
    CERTIFICATE(287),
    /** The platform's: octet 1, how many, then for each its length in two octets and its DER, leaf first. */
    PLATFORM(-1);

    /** {@code application/pkcs10}. */
    public static final int REQUEST = 286;
    /** {@code application/multipart-core}: a private key and its certificate. */
    static final int KEY = GeneratedCredential.CONTENT_FORMAT;
    /** {@code application/csrattrs}. */
    public static final int ATTRIBUTES = 285;

    private final int code;

    EstFormat(int code) {
        this.code = code;
    }

    /** CoAP's content format; negative when it has none. */
    public int code() {
        return code;
    }

    /** The certificate, first of these, in this form; with the others where the form has room and custom for them. */
    public byte[] encode(List<X509Certificate> chain) {
        try {
            return switch (this) {
                case CERTIFICATE -> chain.get(0).getEncoded();
                case CERTIFICATES -> CertificateBag.encode(chain);
                case PLATFORM -> list(chain);
            };
        } catch (CertificateEncodingException e) {
            throw new IllegalArgumentException("a certificate that was read cannot be encoded", e);
        }
    }

    private static byte[] list(List<X509Certificate> chain) throws CertificateEncodingException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(1);
        out.write(chain.size());
        for (X509Certificate certificate : chain) {
            byte[] der = certificate.getEncoded();
            out.write(der.length >> 8);
            out.write(der.length);
            out.writeBytes(der);
        }
        return out.toByteArray();
    }
}
