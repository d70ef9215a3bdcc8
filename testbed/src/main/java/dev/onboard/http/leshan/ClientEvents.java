package dev.onboard.http.leshan;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.onboard.http.EventFeed;
import dev.onboard.http.EventFeeds;
import dev.onboard.journal.Journal;
import dev.onboard.server.LwM2mServer;
import dev.onboard.server.ServerEvent;
import io.javalin.http.Context;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;

/**
 * {@code /api/event}: what happens, as it happens, with Leshan's names and documents; {@code ?ep=} for one device, which
 * also tells its CoAP messages. Thread-safe.
 */
final class ClientEvents {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final LwM2mServer server;
    private final EventFeeds feeds;
    private final NodeJson nodes;
    private final Set<String> sleeping = ConcurrentHashMap.newKeySet();

    ClientEvents(LwM2mServer server, EventFeeds feeds, NodeJson nodes) {
        this.server = server;
        this.feeds = feeds;
        this.nodes = nodes;
    }

    /** Whether the device is taken to sleep. */
    boolean isSleeping(String endpoint) {
        return sleeping.contains(endpoint);
    }

    void stream(Context ctx) {
        String only = ctx.queryParam("ep");
        feeds.open(ctx, (feed, ending) -> {
            Journal.Subscription watched = server.watch(event -> {
                if (only == null || only.equals(event.endpoint())) {
                    tell(feed, event);
                }
            });
            ending.add(watched::close);
            if (only != null) {
                ending.add(server.watchMessages(only, message -> tell(feed, message))::close);
            }
        });
    }

    /** Keeps what lists of clients say of devices that sleep. */
    void follow(ServerEvent event) {
        if (event instanceof ServerEvent.Sleeping) {
            sleeping.add(event.endpoint());
        } else if (event instanceof ServerEvent.Awake
                || event instanceof ServerEvent.Appeared
                || event instanceof ServerEvent.Disappeared) {
            sleeping.remove(event.endpoint());
        }
    }

    private void tell(EventFeed feed, ServerEvent event) {
        BiConsumer<String, ObjectNode> send = (name, data) -> feed.send(name, data.toString(), "");
        ObjectNode json = JSON.createObjectNode().put("ep", event.endpoint());
        if (event instanceof ServerEvent.Appeared appeared) {
            send.accept("REGISTRATION", RegistrationJson.of(appeared.registration(), false));
        } else if (event instanceof ServerEvent.Updated updated) {
            send.accept("UPDATED", RegistrationJson.of(updated, isSleeping(event.endpoint())));
        } else if (event instanceof ServerEvent.Disappeared gone) {
            send.accept("DEREGISTRATION", RegistrationJson.of(gone.registration(), false));
        } else if (event instanceof ServerEvent.Sleeping) {
            send.accept("SLEEPING", json);
        } else if (event instanceof ServerEvent.Awake) {
            send.accept("AWAKE", json);
        } else if (event instanceof ServerEvent.Notified notified) {
            json.put("kind", "single").put("res", notified.path());
            json.set("val", nodes.write(notified.path(), notified.content()));
            send.accept("NOTIFICATION", json);
        } else if (event instanceof ServerEvent.NotifiedTogether together) {
            json.put("kind", "composite").set("val", nodes.write(together.content()));
            together.paths().forEach(json.putArray("paths")::add);
            send.accept("NOTIFICATION", json);
        } else if (event instanceof ServerEvent.Sent sent) {
            json.set("val", nodes.write(sent.content()));
            send.accept("SEND", json);
        } else if (event instanceof ServerEvent.Message message) {
            json.put("timestamp", message.at().toEpochMilli())
                    .put("incoming", message.incoming())
                    .put("type", message.type())
                    .put("code", message.code())
                    .put("mId", message.messageId())
                    .put("token", message.token())
                    .put("options", message.options())
                    .put("payload", message.payload());
            send.accept("COAPLOG", json);
        }
    }
}
