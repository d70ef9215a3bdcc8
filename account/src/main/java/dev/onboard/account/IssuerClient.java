package dev.onboard.account;

import java.security.cert.X509Certificate;
import java.util.List;
import java.util.concurrent.CompletionStage;

/** A connection to a third-party certificate issuer; what it answers is not to be believed before it was checked. Thread-safe. */
@FunctionalInterface
public interface IssuerClient {
    /**
     * Asks for a certificate. The stage fails with {@link AccountException.Kind#ISSUER} and a reason when the issuer cannot
     * be reached, is too slow, refuses, or answers what is no certificate.
     *
     * @return the device's certificate first, then those above it that the issuer sent
     */
    CompletionStage<List<X509Certificate>> sign(CertificateIssuer.Subject subject);
}
