package dev.onboard.server;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * A device's registration (OMA LwM2M Core 6.2.1).
 *
 * @param id of the registration, the last part of its location
 * @param queueMode whether the device sleeps between its messages
 * @param binding for example {@code U}
 * @param rootPath under which the objects are, for example {@code /}
 * @param attributes further ones that the device gave
 * @param links of the objects and instances that the device has
 */
public record Registered(
        String id,
        String endpoint,
        InetSocketAddress address,
        String lwm2mVersion,
        Duration lifetime,
        Instant registeredAt,
        Instant lastUpdate,
        boolean queueMode,
        String binding,
        String rootPath,
        Map<String, String> attributes,
        List<Link> links) {
    /** Whether the device said that it has this object. */
    public boolean hasObject(int id) {
        String path = (rootPath.endsWith("/") ? rootPath : rootPath + "/") + id;
        return links.stream().anyMatch(link -> (link.path() + "/").startsWith(path + "/"));
    }
}
