package dev.onboard.http.connect;

import io.javalin.websocket.WsConfig;
import io.javalin.websocket.WsContext;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.eclipse.jetty.websocket.api.Callback;

/** {@code /v2/notification/websocket-connect}: the notifications of a WebSocket channel, one text message each time. */
final class SocketDocuments {
    private final Channels channels;
    private final Map<String, Open> open = new ConcurrentHashMap<>();

    private record Open(Channel channel, Channel.Socket socket) {}

    SocketDocuments(Channels channels) {
        this.channels = channels;
    }

    void configure(WsConfig config) {
        config.onConnect(this::connect);
        config.onClose(ctx -> left(ctx));
        config.onError(ctx -> left(ctx));
    }

    private void connect(WsContext ctx) {
        String key = ctx.attribute(Connect.KEY_ATTRIBUTE);
        Optional<Channel> channel = key == null ? Optional.empty() : channels.find(key);
        Channel.Socket socket = socket(ctx);
        if (channel.isEmpty()) {
            socket.close(1011, "there is no WebSocket channel; PUT /v2/notification/websocket first");
            return;
        }
        open.put(ctx.sessionId(), new Open(channel.get(), socket));
        if (!channel.get().connect(socket, channels.clock().instant())) {
            socket.close(1011, "there is no WebSocket channel; PUT /v2/notification/websocket first");
        }
    }

    private void left(WsContext ctx) {
        Open ended = open.remove(ctx.sessionId());
        if (ended != null) {
            ended.channel().disconnected(ended.socket(), channels.clock().instant());
        }
    }

    private static Channel.Socket socket(WsContext ctx) {
        return new Channel.Socket() {
            @Override
            public void send(String message, Consumer<Boolean> sent) {
                ctx.session.sendText(message, Callback.from(() -> sent.accept(true), failure -> sent.accept(false)));
            }

            @Override
            public void close(int code, String why) {
                ctx.closeSession(code, why);
            }

            @Override
            public void ping() {
                ctx.sendPing();
            }
        };
    }
}
