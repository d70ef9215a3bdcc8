package dev.onboard.bootstrap;

import java.net.URI;
import java.security.cert.X509Certificate;
import java.time.Duration;

/**
 * What a device is told of the LwM2M server: objects 0 and 1 of its new server account, less the device's own key and
 * certificate.
 *
 * @param uri the LwM2M server's address, {@code coaps://host:port} (/0/x/0)
 * @param serverCa the LwM2M server CA certificate, delivered as the only trust anchor: Certificate Usage 2 (/0/x/4, /0/x/15)
 * @param shortServerId 1 to 65534 (/0/x/10, /1/0/0)
 * @param lifetime of the registration (/1/0/1)
 */
public record LwM2mServerAccount(URI uri, X509Certificate serverCa, int shortServerId, Duration lifetime) {
    public LwM2mServerAccount {
        if (!"coaps".equals(uri.getScheme())) {
            throw new IllegalArgumentException("the LwM2M server's URI must begin with coaps://, not " + uri);
        }
        if (shortServerId < 1 || shortServerId > 65_534) {
            throw new IllegalArgumentException("short server id " + shortServerId + " is not within 1 to 65534");
        }
    }
}
