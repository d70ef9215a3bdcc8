package dev.onboard.server.internal;

import dev.onboard.journal.Journal;
import dev.onboard.server.ServerEvent;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.eclipse.californium.core.coap.EmptyMessage;
import org.eclipse.californium.core.coap.Message;
import org.eclipse.californium.core.coap.Request;
import org.eclipse.californium.core.coap.Response;
import org.eclipse.californium.core.network.interceptors.MessageInterceptor;
import org.eclipse.californium.elements.EndpointContext;
import org.eclipse.leshan.server.registration.Registration;
import org.eclipse.leshan.server.registration.RegistrationStore;
import org.jspecify.annotations.Nullable;

/** The CoAP messages of devices that somebody watches; costs nothing as long as nobody does. Thread-safe, never blocks. */
final class MessageTrace implements MessageInterceptor {
    private final RegistrationStore registrations;
    private final InstantSource clock;
    private final Map<String, List<Consumer<ServerEvent.Message>>> watchers = new ConcurrentHashMap<>();

    MessageTrace(RegistrationStore registrations, InstantSource clock) {
        this.registrations = registrations;
        this.clock = clock;
    }

    Journal.Subscription add(String endpoint, Consumer<ServerEvent.Message> watcher) {
        watchers.compute(endpoint, (name, before) -> {
            List<Consumer<ServerEvent.Message>> all = new ArrayList<>(before == null ? List.of() : before);
            all.add(watcher);
            return List.copyOf(all);
        });
        return () -> watchers.computeIfPresent(endpoint, (name, before) -> {
            List<Consumer<ServerEvent.Message>> left = new ArrayList<>(before);
            left.remove(watcher);
            return left.isEmpty() ? null : List.copyOf(left);
        });
    }

    private void tell(Message message, String code, @Nullable EndpointContext peer, boolean incoming) {
        if (watchers.isEmpty() || peer == null) {
            return;
        }
        InetSocketAddress address = peer.getPeerAddress();
        Registration registration = registrations.getRegistrationByAdress(address);
        List<Consumer<ServerEvent.Message>> told =
                registration == null ? null : watchers.get(registration.getEndpoint());
        if (told == null) {
            return;
        }
        ServerEvent.Message event = new ServerEvent.Message(
                registration.getEndpoint(),
                clock.instant(),
                incoming,
                String.valueOf(message.getType()),
                code,
                message.getMID(),
                message.getTokenString(),
                message.getOptions().toString(),
                payload(message.getPayload()));
        told.forEach(watcher -> watcher.accept(event));
    }

    private static String payload(byte @Nullable [] bytes) {
        if (bytes == null || bytes.length == 0) {
            return "";
        }
        String text = new String(bytes, StandardCharsets.US_ASCII);
        return text.chars().allMatch(c -> c >= ' ' && c < 127)
                ? text
                : "Hex:" + HexFormat.of().formatHex(bytes);
    }

    @Override
    public void sendRequest(Request request) {
        tell(request, String.valueOf(request.getCode()), request.getDestinationContext(), false);
    }

    @Override
    public void sendResponse(Response response) {
        tell(response, String.valueOf(response.getCode()), response.getDestinationContext(), false);
    }

    @Override
    public void sendEmptyMessage(EmptyMessage message) {
        tell(message, "", message.getDestinationContext(), false);
    }

    @Override
    public void receiveRequest(Request request) {
        tell(request, String.valueOf(request.getCode()), request.getSourceContext(), true);
    }

    @Override
    public void receiveResponse(Response response) {
        tell(response, String.valueOf(response.getCode()), response.getSourceContext(), true);
    }

    @Override
    public void receiveEmptyMessage(EmptyMessage message) {
        tell(message, "", message.getSourceContext(), true);
    }
}
