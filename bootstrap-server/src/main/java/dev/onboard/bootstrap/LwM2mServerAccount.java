package dev.onboard.bootstrap;

import dev.onboard.pki.CertificateUsage;
import dev.onboard.pki.MatchingType;
import java.net.URI;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * What a device is told of an LwM2M server: objects 0 and 1 of its new server account, less the device's own key and
 * certificate. Immutable; {@code with…} returns a copy.
 *
 * @param uri the LwM2M server's address, {@code coaps://host:port} (/0/x/0)
 * @param serverCertificate what the device verifies the server by: a CA of it with usage 0 or 2, its own certificate with 1
 *     or 3 (/0/x/4)
 * @param usage how the device uses it (/0/x/15)
 * @param matching whether /0/x/4 holds the certificate or a digest of it (/0/x/13)
 * @param serverName for SNI and the name check in place of the URI's host (/0/x/14)
 * @param chain what /0/x/3 holds
 * @param suites which DTLS cipher suites the device offers, by their IANA numbers, the first preferred (/0/x/16); empty: not said
 * @param shortServerId 1 to 65534 (/0/x/10, /1/0/0)
 * @param lifetime of the registration (/1/0/1)
 */
public record LwM2mServerAccount(
        URI uri,
        X509Certificate serverCertificate,
        CertificateUsage usage,
        MatchingType matching,
        Optional<String> serverName,
        DeliveredChain chain,
        List<Integer> suites,
        int shortServerId,
        Duration lifetime) {
    public LwM2mServerAccount {
        suites = List.copyOf(suites);
        if (!"coaps".equals(uri.getScheme())) {
            throw new IllegalArgumentException("the LwM2M server's URI must begin with coaps://, not " + uri);
        }
        if (shortServerId < 1 || shortServerId > 65_534) {
            throw new IllegalArgumentException("short server id " + shortServerId + " is not within 1 to 65534");
        }
    }

    /** The LwM2M server CA certificate as the only trust anchor: Certificate Usage 2. */
    public LwM2mServerAccount(URI uri, X509Certificate serverCa, int shortServerId, Duration lifetime) {
        this(
                uri,
                serverCa,
                CertificateUsage.TRUST_ANCHOR_ASSERTION,
                MatchingType.EXACT,
                Optional.empty(),
                DeliveredChain.LEAF,
                List.of(),
                shortServerId,
                lifetime);
    }

    /** With this certificate, used like this, delivered whole or as a digest. */
    public LwM2mServerAccount withServerCertificate(
            X509Certificate certificate, CertificateUsage how, MatchingType as) {
        return new LwM2mServerAccount(uri, certificate, how, as, serverName, chain, suites, shortServerId, lifetime);
    }

    /** With a name for SNI. */
    public LwM2mServerAccount withServerName(String name) {
        return new LwM2mServerAccount(
                uri, serverCertificate, usage, matching, Optional.of(name), chain, suites, shortServerId, lifetime);
    }

    /** With so much of the device's chain. */
    public LwM2mServerAccount withChain(DeliveredChain value) {
        return new LwM2mServerAccount(
                uri, serverCertificate, usage, matching, serverName, value, suites, shortServerId, lifetime);
    }

    /** With these cipher suites and no others. */
    public LwM2mServerAccount withSuites(List<Integer> numbers) {
        return new LwM2mServerAccount(
                uri, serverCertificate, usage, matching, serverName, chain, numbers, shortServerId, lifetime);
    }
}
