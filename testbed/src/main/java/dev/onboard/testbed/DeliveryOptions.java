package dev.onboard.testbed;

import dev.onboard.bootstrap.DeliveredChain;
import dev.onboard.bootstrap.KeySource;
import dev.onboard.bootstrap.LwM2mServerAccount;
import dev.onboard.pki.CertificateUsage;
import dev.onboard.pki.MatchingType;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * What a bootstrap gives devices for the LwM2M server. Immutable; {@code with…} returns a copy.
 *
 * @param usage /0/x/15; with 0 and 2 the LwM2M server CA certificate is delivered, with 1 and 3 the server's own
 * @param matching /0/x/13: the certificate, or a digest of it
 * @param serverName /0/x/14
 * @param chain what /0/x/3 holds
 * @param suites /0/x/16, the IANA numbers of DTLS cipher suites; empty: not delivered
 * @param certificateLife for how long the account's own CA signs; empty: ten years
 * @param keys where the LwM2M key is made
 */
public record DeliveryOptions(
        CertificateUsage usage,
        MatchingType matching,
        Optional<String> serverName,
        DeliveredChain chain,
        List<Integer> suites,
        Optional<Duration> certificateLife,
        KeySource keys) {
    /** Usage 2, the certificate itself, no name, the leaf alone. */
    public static final DeliveryOptions USUAL = new DeliveryOptions(
            CertificateUsage.TRUST_ANCHOR_ASSERTION,
            MatchingType.EXACT,
            Optional.empty(),
            DeliveredChain.LEAF,
            List.of(),
            Optional.empty(),
            KeySource.BOOTSTRAP_SERVER);

    /** With keys made there. */
    public DeliveryOptions withKeys(KeySource value) {
        return new DeliveryOptions(usage, matching, serverName, chain, suites, certificateLife, value);
    }

    /** @param account with the LwM2M server CA certificate
     * @param server the server's own certificate */
    LwM2mServerAccount applyTo(LwM2mServerAccount account, X509Certificate server) {
        boolean authority = usage == CertificateUsage.TRUST_ANCHOR_ASSERTION || usage == CertificateUsage.CA_CONSTRAINT;
        LwM2mServerAccount told = account.withServerCertificate(
                        authority ? account.serverCertificate() : server, usage, matching)
                .withChain(chain)
                .withSuites(suites);
        return serverName.map(told::withServerName).orElse(told);
    }
}
