package dev.onboard.http.connect;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.javalin.http.Context;
import java.util.Optional;
import java.util.concurrent.CompletionException;

/** {@code /v2/notification}: how answers and notifications are fetched. */
public final class NotificationDocuments {
    private final Channels channels;
    private final Subscriptions subscriptions;

    NotificationDocuments(Channels channels, Subscriptions subscriptions) {
        this.channels = channels;
        this.subscriptions = subscriptions;
    }

    /** {@code GET /v2/notification/pull}: 200 with what there is, or 204 after twenty seconds with nothing. */
    public void pull(Context ctx) {
        String key = Caller.key(ctx);
        ctx.future(() -> channels.poll(key).handle((message, failure) -> {
            if (failure != null) {
                ConnectRefusal refusal = refusal(failure);
                ctx.status(refusal.status()).contentType("text/plain").result(refusal.text());
            } else if (message.isPresent()) {
                ctx.status(200).contentType("application/json").result(message.get());
            } else {
                ctx.status(204);
            }
            return message;
        }));
    }

    private static ConnectRefusal refusal(Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        return cause instanceof ConnectRefusal refusal ? refusal : new ConnectRefusal(500, "the poll failed");
    }

    /** {@code DELETE /v2/notification/pull}. */
    public void removePull(Context ctx) {
        boolean removed = channels.remove(Caller.key(ctx), Channel.Kind.PULL);
        if (removed) {
            subscriptions.forget(Caller.key(ctx));
        }
        ctx.contentType("text/plain").result(removed ? "REMOVED" : "ALREADY_DELETED");
    }

    /** {@code GET /v2/notification/channel}. */
    public void channel(Context ctx) {
        Channel.Kind kind = channels.find(Caller.key(ctx)).map(Channel::kind).orElse(Channel.Kind.NONE);
        if (kind == Channel.Kind.NONE) {
            throw new ConnectRefusal(404, "this API key has no notification channel");
        }
        answer(
                ctx,
                200,
                JsonNodeFactory.instance
                        .objectNode()
                        .put("delivery_mechanism", kind == Channel.Kind.PULL ? "LONG_POLLING" : "WEB_SOCKET"));
    }

    /** {@code GET} and {@code DELETE /v2/notification/callback}: there never is one. */
    public void noCallback(Context ctx) {
        throw new ConnectRefusal(404, "this API key has no callback URL");
    }

    /** {@code PUT /v2/notification/callback}. */
    public void refuseCallback(Context ctx) {
        throw new ConnectRefusal(
                400,
                "this testbed calls nobody back; fetch notifications with GET /v2/notification/pull or over"
                        + " /v2/notification/websocket");
    }

    /** {@code GET /v2/notification/websocket}. */
    public void webSocket(Context ctx) {
        answer(ctx, 200, document(existing(ctx)));
    }

    /** {@code PUT /v2/notification/websocket}. */
    public void openWebSocket(Context ctx) {
        Channel channel = channels.of(Caller.key(ctx));
        boolean opened = channel.openWebSocket(channels.clock().instant());
        answer(ctx, opened ? 201 : 200, document(channel));
    }

    /** {@code DELETE /v2/notification/websocket}. */
    public void removeWebSocket(Context ctx) {
        existing(ctx);
        channels.remove(Caller.key(ctx), Channel.Kind.WEBSOCKET);
        subscriptions.forget(Caller.key(ctx));
        ctx.status(204);
    }

    /** {@code GET /v2/notification/websocket-connect} without an upgrade. */
    public void upgradeRequired(Context ctx) {
        ctx.header("Upgrade", "websocket");
        throw new ConnectRefusal(
                426, "this is where a WebSocket is opened: Connection: Upgrade and Upgrade: websocket are missing");
    }

    private Channel existing(Context ctx) {
        Optional<Channel> channel = channels.find(Caller.key(ctx));
        return channel.filter(found -> found.kind() == Channel.Kind.WEBSOCKET)
                .orElseThrow(() -> new ConnectRefusal(404, "this API key has no WebSocket channel"));
    }

    private static ObjectNode document(Channel channel) {
        ObjectNode document = JsonNodeFactory.instance
                .objectNode()
                .put("status", channel.isConnected() ? "connected" : "disconnected")
                .put("queue_size", channel.size());
        document.putObject("serialization").put("type", "v2");
        return document;
    }

    private static void answer(Context ctx, int status, ObjectNode document) {
        ctx.status(status).contentType("application/json").result(document.toString());
    }
}
