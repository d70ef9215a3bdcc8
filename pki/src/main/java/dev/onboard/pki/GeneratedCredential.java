package dev.onboard.pki;

import dev.onboard.manifest.internal.CborReader;
import dev.onboard.manifest.internal.CborWriter;
import dev.onboard.manifest.internal.MalformedCborException;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;

/**
 * A key that an EST server made, with its certificate: two representations in one body, {@code application/multipart-core}
 * (content format {@value #CONTENT_FORMAT}, RFC 8710), a CBOR array of content format, octets, content format, octets. The
 * key is unencrypted PKCS#8, {@value #PRIVATE_KEY}; the session it goes through protects it (RFC 9148, 4.8).
 */
public final class GeneratedCredential {
    /** {@code application/multipart-core}. */
    public static final int CONTENT_FORMAT = 62;

    private static final int PRIVATE_KEY = 284;
    private static final int ENCRYPTED_KEY = 280;
    private static final int CERTIFICATES = 281;
    private static final int CERTIFICATE = 287;

    private GeneratedCredential() {}

    /**
     * The body.
     *
     * @param format the content format of the certificates: 281, PKCS#7, or 287, a single one
     * @param certificates in that format
     */
    public static byte[] encode(PrivateKey key, int format, byte[] certificates) {
        return new CborWriter()
                .array(4)
                .integer(PRIVATE_KEY)
                .bytes(PrivateKeys.shortest(key))
                .integer(format)
                .bytes(certificates)
                .done();
    }

    /**
     * The key with its certificate, and those above it as far as they came.
     *
     * @throws EnrolmentFault when the body is not as described, or the certificate is not for the key
     */
    public static Credential read(byte[] body) throws EnrolmentFault {
        PrivateKey key = null;
        List<X509Certificate> certificates = List.of();
        try {
            CborReader reader = CborReader.of(body);
            int items = reader.array("the answer");
            for (int i = 0; i + 1 < items; i += 2) {
                int format = (int) reader.unsigned("a content format");
                byte[] content = reader.bytes("what content format " + format + " announces");
                switch (format) {
                    case PRIVATE_KEY -> key = CredentialFiles.readPrivateKey(content, "the answer");
                    case CERTIFICATE -> certificates = CredentialFiles.readCertificates(content, "the answer");
                    case CERTIFICATES -> certificates = CertificateBag.read(content);
                    case ENCRYPTED_KEY ->
                        throw new EnrolmentFault(
                                EnrolmentFault.ENCRYPTED_KEY,
                                "the key came encrypted (content format 280), which nobody asked for");
                    default -> {
                        // more than was asked for
                    }
                }
            }
            reader.end("the answer");
        } catch (MalformedCborException | UnreadableFileException e) {
            throw new EnrolmentFault(
                    EnrolmentFault.MALFORMED,
                    "the answer is no key with its certificate (RFC 9148, 4.8): " + e.getMessage());
        }
        if (key == null || certificates.isEmpty()) {
            throw new EnrolmentFault(
                    EnrolmentFault.MALFORMED,
                    "the answer holds " + (key == null ? "no private key (284)" : "no certificate (281 or 287)"));
        }
        return credential(key, certificates);
    }

    private static Credential credential(PrivateKey key, List<X509Certificate> certificates) throws EnrolmentFault {
        for (X509Certificate leaf : certificates) {
            try {
                Credential.of(key, List.of(leaf));
            } catch (IllegalArgumentException e) {
                continue; // of somebody else, or one of those above it
            }
            return Credential.unchecked(key, CertificateBag.chain(leaf.getPublicKey(), certificates));
        }
        throw new EnrolmentFault(
                "key-does-not-fit-certificate",
                "none of the " + certificates.size() + " certificates that came is for the key that came");
    }
}
