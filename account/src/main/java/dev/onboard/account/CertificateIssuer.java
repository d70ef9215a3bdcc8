package dev.onboard.account;

import java.math.BigInteger;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.concurrent.CompletionStage;

/** Signs LwM2M device certificates: the account's own CA, or a third party's. Thread-safe. */
public interface CertificateIssuer {
    /** The certificate that this issuer signs with; serials are unique below it. */
    X509Certificate certificate();

    /**
     * What the certificate shall say.
     *
     * @param endpoint becomes CN
     * @param accountId becomes OU
     * @param deviceId becomes L
     * @param unusedSerial a serial that this issuer has not used yet; an issuer that counts its own does not take it
     */
    record Subject(String endpoint, String accountId, String deviceId, PublicKey publicKey, BigInteger unusedSerial) {}

    /**
     * Signs. The stage fails with {@link AccountException} when the issuer does not.
     *
     * @return the device's certificate first, then those above it as a device needs them
     */
    CompletionStage<List<X509Certificate>> issue(Subject subject);
}
