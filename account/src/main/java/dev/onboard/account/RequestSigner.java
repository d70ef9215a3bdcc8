package dev.onboard.account;

import dev.onboard.pki.CertificateRecipe;
import dev.onboard.pki.CertificationRequest;
import java.security.KeyPair;

/**
 * Proves to a certificate issuer that somebody has the private half of a public key, by a certification request that this
 * key has signed (PKCS#10, RFC 2986). The private key stays where it is. Thread-safe.
 */
@FunctionalInterface
public interface RequestSigner {
    /**
     * A certification request in DER.
     *
     * @param subject what the certificate shall say; its subject alone counts
     * @throws AccountException {@link AccountException.Kind#ISSUER} when there is no proof
     */
    byte[] sign(CertificateRecipe subject);

    /** Signs with this key. */
    static RequestSigner with(KeyPair keys) {
        return subject -> CertificationRequest.encode(subject, keys);
    }

    /** No proof: the account's own CA signs such a key, a third party's does not. */
    static RequestSigner none() {
        return subject -> {
            throw AccountException.issuer(
                    "issuer-needs-proof",
                    "a third-party issuer signs a certification request, and nobody here has the private key to sign one");
        };
    }
}
