package dev.onboard.account;

import dev.onboard.account.internal.issuer.ConnectedIssuers;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Makes clients of third-party certificate issuers, one kind for each {@link IssuerType}. Thread-safe. */
@FunctionalInterface
public interface IssuerClients {
    /** How long an issuer may take for a certificate, unless told otherwise. */
    Duration PATIENCE = Duration.ofSeconds(10);

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

    /**
     * CFSSL, EST, and these commands.
     *
     * @param commands program and arguments by the name of an issuer of type {@link IssuerType#COMMAND}; thread-safe if it
     *     grows
     * @param patience how long an issuer may take for a certificate, the time it waits for its turn included
     */
    static IssuerClients standard(Map<String, List<String>> commands, Duration patience) {
        return new ConnectedIssuers(commands, patience);
    }
}
