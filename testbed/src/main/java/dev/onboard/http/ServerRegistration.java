package dev.onboard.http;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * A device's registration with one LwM2M server.
 *
 * @param server {@code coaps://host:port}
 * @param id what the server calls it
 * @param address the device's
 * @param paths the objects and instances that it said to have
 * @param queueMode what its use of queue mode means now; empty when it uses none
 */
public record ServerRegistration(
        URI server,
        String id,
        Instant registeredAt,
        Instant updatedAt,
        Duration lifetime,
        InetSocketAddress address,
        List<String> paths,
        Optional<QueueMode> queueMode) {
    /**
     * The device sleeps from time to time (OMA LwM2M Core 6.5).
     *
     * @param asleepSince when it is taken to sleep
     * @param waiting how many operations wait for it to wake
     */
    public record QueueMode(Optional<Instant> asleepSince, int waiting) {}

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
        queueMode.ifPresent(mode -> {
            ObjectNode queue = document.putObject("queue_mode").put("waiting", mode.waiting());
            mode.asleepSince().ifPresent(since -> queue.put("asleep_since", Json.time(since)));
        });
        return document;
    }
}
