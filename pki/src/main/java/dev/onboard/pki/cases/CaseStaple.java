package dev.onboard.pki.cases;

import dev.onboard.pki.internal.Der;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Optional;

/** Writes an OCSP response (RFC 6960, 4.2.1) about one certificate, signed with a P-256 key. */
final class CaseStaple {
    private static final byte[] SHA256_ECDSA = Der.sequence(Der.oid("1.2.840.10045.4.3.2"));

    private CaseStaple() {}

    static byte[] response(
            X509Certificate about,
            X509Certificate issuer,
            String state,
            Instant thisUpdate,
            Instant nextUpdate,
            PrivateKey signer,
            Optional<X509Certificate> responder) {
        try {
            MessageDigest sha1 = MessageDigest.getInstance("SHA-1");
            byte[] key = issuer.getPublicKey().getEncoded();
            byte[] point = java.util.Arrays.copyOfRange(key, key.length - 65, key.length);
            byte[] id = Der.sequence(
                    Der.sequence(Der.oid("1.3.14.3.2.26"), Der.nul()),
                    Der.octets(sha1.digest(issuer.getSubjectX500Principal().getEncoded())),
                    Der.octets(sha1.digest(point)),
                    Der.integer(about.getSerialNumber()));
            byte[] status = switch (state) {
                case "good" -> Der.implicit(0, new byte[0]);
                case "revoked" -> Der.explicit(1, Der.generalizedTime(thisUpdate));
                case "unknown" -> Der.implicit(2, new byte[0]);
                default ->
                    throw new IllegalArgumentException("'" + state + "' is no state; good, revoked, unknown are");
            };
            byte[] single = Der.sequence(
                    id, status, Der.generalizedTime(thisUpdate), Der.explicit(0, Der.generalizedTime(nextUpdate)));
            byte[] data = Der.sequence(
                    Der.explicit(1, issuer.getSubjectX500Principal().getEncoded()),
                    Der.generalizedTime(thisUpdate),
                    Der.sequence(single));
            Signature signature = Signature.getInstance("SHA256withECDSA");
            signature.initSign(signer);
            signature.update(data);
            byte[] bits = Der.bits(signature.sign());
            byte[] basic = responder.isPresent()
                    ? Der.sequence(
                            data,
                            SHA256_ECDSA,
                            bits,
                            Der.explicit(0, Der.sequence(responder.get().getEncoded())))
                    : Der.sequence(data, SHA256_ECDSA, bits);
            byte[] typed = Der.sequence(Der.oid("1.3.6.1.5.5.7.48.1.1"), Der.octets(basic));
            return Der.sequence(Der.tlv(0x0a, new byte[1]), Der.explicit(0, typed));
        } catch (GeneralSecurityException e) {
            throw new IllegalArgumentException("the response cannot be signed: " + e.getMessage(), e);
        }
    }
}
