package dev.onboard.pki;

import dev.onboard.pki.internal.Der;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.util.Base64;
import java.util.List;

/** Certification requests (PKCS#10, RFC 2986): a subject, a public key, and the signature that proves who has its private half. */
public final class CertificationRequest {
    private static final Base64.Encoder BASE64 = Base64.getMimeEncoder(64, new byte[] {'\n'});

    private static final String EXTENSION_REQUEST = "1.2.840.113549.1.9.14";
    private static final String ALTERNATIVE_NAMES = "2.5.29.17";

    private CertificationRequest() {}

    /**
     * A request in DER for the subject of this recipe, without attributes, signed by the key that it is for. Nothing else
     * of the recipe counts: extensions are the issuer's to choose.
     */
    public static byte[] encode(CertificateRecipe recipe, KeyPair keys) {
        return signed(CertificateEncoder.subject(recipe), new byte[0], keys);
    }

    /** A request in DER for the successor of this certificate: the same subject and subjectAltName (RFC 7030, 4.2.2), another key. */
    public static byte[] renewing(X509Certificate certificate, KeyPair keys) {
        byte[] names = certificate.getExtensionValue(ALTERNATIVE_NAMES);
        return signed(certificate.getSubjectX500Principal().getEncoded(), names == null ? new byte[0] : names, keys);
    }

    /**
     * A request in DER for what another one asked for, and another key.
     *
     * @param subject a Name in DER
     * @param alternativeNames GeneralNames in DER; empty octets when there are none
     */
    static byte[] encode(byte[] subject, byte[] alternativeNames, KeyPair keys) {
        return signed(subject, alternativeNames.length == 0 ? alternativeNames : Der.octets(alternativeNames), keys);
    }

    /** @param names the value of the extension, an OCTET STRING; empty octets when there is none */
    private static byte[] signed(byte[] subject, byte[] names, KeyPair keys) {
        SigningAlgorithm algorithm = SigningAlgorithm.of(keys.getPrivate(), keys.getPublic());
        byte[] information = Der.sequence(List.of(
                Der.integer(0),
                subject,
                keys.getPublic().getEncoded(),
                names.length == 0
                        ? Der.explicit(0)
                        : Der.explicit(
                                0,
                                Der.sequence(
                                        Der.oid(EXTENSION_REQUEST),
                                        Der.set(Der.sequence(Der.sequence(Der.oid(ALTERNATIVE_NAMES), names)))))));
        byte[] signature = CertificateEncoder.sign(keys.getPrivate(), algorithm, information);
        return Der.sequence(information, algorithm.identifier(), Der.bits(signature));
    }

    /** A request in DER as PEM text, with a newline at the end (RFC 7468, section 7). */
    public static String pem(byte[] der) {
        return "-----BEGIN CERTIFICATE REQUEST-----\n" + BASE64.encodeToString(der)
                + "\n-----END CERTIFICATE REQUEST-----\n";
    }
}
