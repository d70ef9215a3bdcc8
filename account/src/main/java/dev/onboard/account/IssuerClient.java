package dev.onboard.account;

import java.util.concurrent.CompletionStage;

/** A connection to a third-party certificate issuer. Thread-safe. */
public interface IssuerClient extends CertificateIssuer {
    /**
     * Asks the issuer whether it would sign, with the credentials that it was given.
     *
     * @return a sentence for a person about what was found. The stage fails with {@link AccountException.Kind#ISSUER} when the
     *     issuer cannot be reached or refuses
     */
    CompletionStage<String> verify();
}
