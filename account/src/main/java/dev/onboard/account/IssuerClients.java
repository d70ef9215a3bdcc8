package dev.onboard.account;

import java.util.Optional;

/** Makes clients of third-party certificate issuers, one kind for each {@link IssuerType}. Thread-safe. */
@FunctionalInterface
public interface IssuerClients {
    /**
     * A client for this issuer. It is asked for again after every change of the issuer, and may be kept until then by its
     * id and revision.
     *
     * @return empty while this program has no client for its type
     */
    Optional<IssuerClient> connect(Issuers.Issuer issuer, IssuerCredentials credentials);

    /** No client for any type. */
    static IssuerClients none() {
        return (issuer, credentials) -> Optional.empty();
    }
}
