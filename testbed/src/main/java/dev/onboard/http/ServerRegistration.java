package dev.onboard.http;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * A device's registration with one LwM2M server.
 *
 * @param server {@code coaps://host:port}
 * @param id what the server calls it
 * @param address the device's
 * @param paths the objects and instances that it said to have
 */
public record ServerRegistration(
        URI server,
        String id,
        Instant registeredAt,
        Instant updatedAt,
        Duration lifetime,
        InetSocketAddress address,
        List<String> paths) {
    ObjectNode document() {
        ObjectNode document = Json.object()
                .put("server_uri", server.toString())
                .put("registration", id)
                .put("registered_at", Json.time(registeredAt))
                .put("updated_at", Json.time(updatedAt))
                .put("lifetime_s", lifetime.toSeconds())
                .put("address", address.getAddress().getHostAddress() + ":" + address.getPort());
        ArrayNode said = document.putArray("paths");
        paths.forEach(said::add);
        return document;
    }
}
