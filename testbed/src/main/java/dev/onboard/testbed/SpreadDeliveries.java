package dev.onboard.testbed;

import dev.onboard.bootstrap.Deliveries;
import dev.onboard.bootstrap.Delivery;
import dev.onboard.bootstrap.KeySource;
import dev.onboard.bootstrap.LwM2mServerAccount;
import dev.onboard.pki.CertificateUsage;
import dev.onboard.pki.Credential;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;

/**
 * Tells each device of one of several LwM2M servers, chosen by its endpoint name: every bootstrap server with the same list
 * chooses the same, in whichever order it stands, and a server more or less moves only that one's share of the devices
 * (rendezvous hashing). Immutable.
 */
final class SpreadDeliveries implements Deliveries {
    private static final int SHORT_SERVER_ID = 1;
    private static final Duration LIFETIME = Duration.ofMinutes(5);

    private final List<URI> servers;
    private final DeliveryOptions options;
    private final X509Certificate serverCa;
    private final List<X509Certificate> authorities;

    /**
     * @param options with a Certificate Usage that delivers the CA: the servers' own certificates are not known here
     * @param serverCa of all the LwM2M servers
     * @param authorities what a device that enrols shall trust
     */
    SpreadDeliveries(
            List<URI> servers, DeliveryOptions options, X509Certificate serverCa, List<X509Certificate> authorities) {
        if (options.usage() == CertificateUsage.SERVICE_CERTIFICATE_CONSTRAINT
                || options.usage() == CertificateUsage.DOMAIN_ISSUED_CERTIFICATE) {
            throw new UsageException("--usage " + options.usage().number()
                    + " delivers the LwM2M server's own certificate, which a bootstrap server in another process does not"
                    + " know; give --usage 2 or 0, which deliver its CA");
        }
        this.servers = List.copyOf(servers);
        this.options = options;
        this.serverCa = serverCa;
        this.authorities = List.copyOf(authorities);
    }

    /** The server of this device. */
    URI of(String endpoint) {
        return servers.stream()
                .max(Comparator.comparingLong((URI server) -> weight(server, endpoint))
                        .thenComparing(Comparator.naturalOrder()))
                .orElseThrow(
                        () -> new UsageException("no LwM2M server is named; give --lwm2m-server coaps://HOST:PORT"));
    }

    private static long weight(URI server, String endpoint) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256")
                    .digest((server + "\n" + endpoint).getBytes(StandardCharsets.UTF_8));
            return ByteBuffer.wrap(digest).getLong();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e); // every Java has SHA-256
        }
    }

    private List<LwM2mServerAccount> told(String endpoint) {
        LwM2mServerAccount account = new LwM2mServerAccount(of(endpoint), serverCa, SHORT_SERVER_ID, LIFETIME);
        return List.of(options.applyTo(account, serverCa));
    }

    @Override
    public Delivery of(String endpoint, Credential issued) {
        return Delivery.of(issued, told(endpoint));
    }

    @Override
    public KeySource keys() {
        return options.keys();
    }

    @Override
    public Delivery enrolling(String endpoint) {
        return Delivery.enrolling(told(endpoint));
    }

    @Override
    public List<X509Certificate> authorities() {
        return authorities;
    }
}
