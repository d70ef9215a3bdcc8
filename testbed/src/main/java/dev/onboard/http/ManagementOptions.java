package dev.onboard.http;

import java.net.InetAddress;
import java.security.SecureRandom;
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
 */
public record ManagementOptions(InetAddress bind, int port, Set<String> hosts, ApiKey key, SecureRandom random) {
    public ManagementOptions {
        hosts = Set.copyOf(hosts);
    }

    /** On loopback, as {@code localhost}. */
    public static ManagementOptions loopback(int port, ApiKey key, SecureRandom random) {
        return new ManagementOptions(InetAddress.getLoopbackAddress(), port, Set.of(), key, random);
    }
}
