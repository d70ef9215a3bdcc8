package dev.onboard.http;

import dev.onboard.pki.Credential;
import java.net.InetAddress;
import java.security.SecureRandom;
import java.util.Optional;
import java.util.Set;

/**
 * Where the management port listens and whom it answers. Immutable.
 *
 * @param bind the address to listen at; loopback unless told otherwise
 * @param port the port; 0 takes a free one
 * @param hosts names under which it may be addressed besides {@code localhost} and addresses: a request with another
 *     {@code Host} or {@code Origin} is refused
 * @param key the bearer key
 * @param random for the ids of requests
 * @param tls the server's key and certificate; empty: HTTP
 * @param vitals what it tells of its process to who watches that
 */
public record ManagementOptions(
        InetAddress bind,
        int port,
        Set<String> hosts,
        ApiKey key,
        SecureRandom random,
        Optional<Credential> tls,
        Vitals vitals) {
    public ManagementOptions {
        hosts = Set.copyOf(hosts);
    }

    /** The name in its address: {@code localhost}, or the first of {@link #hosts} when it listens elsewhere, or the address. */
    String name() {
        if (bind.isLoopbackAddress()) {
            return "localhost";
        }
        return hosts.stream()
                .filter(host -> !host.equals("localhost"))
                .findFirst()
                .orElse(bind.getHostAddress());
    }

    /** The same over TLS. */
    public ManagementOptions withTls(Credential credential) {
        return new ManagementOptions(bind, port, hosts, key, random, Optional.of(credential), vitals);
    }

    /** On loopback, as {@code localhost}. */
    public static ManagementOptions loopback(int port, ApiKey key, SecureRandom random) {
        return new ManagementOptions(
                InetAddress.getLoopbackAddress(), port, Set.of(), key, random, Optional.empty(), Vitals.NONE);
    }
}
