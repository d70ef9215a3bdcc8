package dev.onboard.account;

import dev.onboard.pki.CertificateRecipe;
import java.math.BigInteger;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** Signs LwM2M device certificates: the account's own CA, or a third party's. Thread-safe. */
public interface CertificateIssuer {
    /** The certificate that this issuer signs with; empty when only its answers tell. Serials are unique below it. */
    Optional<X509Certificate> certificate();

    /** What it is called in events and messages. */
    String name();

    /**
     * What the certificate shall say.
     *
     * @param endpoint becomes CN
     * @param accountId becomes OU
     * @param deviceId becomes L
     * @param unusedSerial a serial that this issuer has not used yet; an issuer that counts its own does not take it
     * @param proof that somebody has the private half of the key
     */
    record Subject(
            String endpoint,
            String accountId,
            String deviceId,
            PublicKey publicKey,
            BigInteger unusedSerial,
            RequestSigner proof) {
        /** As a recipe for a device's certificate. */
        public CertificateRecipe recipe() {
            return CertificateRecipe.device(endpoint)
                    .withOrganizationalUnit(accountId)
                    .withLocality(deviceId);
        }
    }

    /**
     * What was signed.
     *
     * @param chain the device's certificate first, then those above it as a device needs them
     * @param issuer the certificate of the CA that signed
     */
    record Signed(List<X509Certificate> chain, X509Certificate issuer) {
        public Signed {
            chain = List.copyOf(chain);
        }
    }

    /** Signs. The stage fails with {@link AccountException} when the issuer does not. */
    CompletionStage<Signed> issue(Subject subject);
}
