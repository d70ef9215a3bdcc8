package dev.onboard.testbed;

import dev.onboard.http.connect.ConnectedDevices;
import dev.onboard.http.connect.DeviceFailure;
import dev.onboard.server.Answer;
import dev.onboard.server.Content;
import dev.onboard.server.DeviceRequest;
import dev.onboard.server.DeviceRequest.Operation;
import dev.onboard.server.Link;
import dev.onboard.server.LwM2mServer;
import dev.onboard.server.Node;
import dev.onboard.server.OperationException;
import dev.onboard.server.Registered;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

/**
 * The LwM2M server's registrations as the Connect API sees them. Thread-safe.
 *
 * <p>Devices of the platform name their resources when they register; devices of LwM2M name instances. What an instance
 * has is asked of the device with a Discover, once in a registration.
 */
final class ConnectedRegistrations implements ConnectedDevices {
    /** So many registrations' resources are kept. */
    private static final int MOST_KEPT = 1000;

    private final LwM2mServer server;
    private final Map<String, CompletionStage<List<Resource>>> discovered = new LinkedHashMap<>();

    ConnectedRegistrations(LwM2mServer server) {
        this.server = server;
    }

    @Override
    public Optional<Connection> connection(String endpoint) {
        return server.registration(endpoint)
                .map(registered ->
                        new Connection(registered.id(), registered.queueMode(), resources(registered.links())));
    }

    private static List<Resource> resources(List<Link> links) {
        return links.stream()
                .filter(link -> link.path().matches("(/\\d{1,5}){1,4}"))
                .map(link -> new Resource(
                        link.path(), Optional.ofNullable(link.attributes().get("rt")), true))
                .toList();
    }

    @Override
    public List<String> endpoints() {
        return server.registrations().stream()
                .map(Registered::endpoint)
                .sorted()
                .toList();
    }

    @Override
    public CompletionStage<List<Resource>> resources(String endpoint) {
        Optional<Registered> registered = server.registration(endpoint);
        if (registered.isEmpty()) {
            return CompletableFuture.failedStage(DeviceFailure.notConnected(endpoint + " is not registered"));
        }
        Registered now = registered.get();
        synchronized (discovered) {
            CompletionStage<List<Resource>> known = discovered.get(now.id());
            if (known != null) {
                return known;
            }
            if (discovered.size() >= MOST_KEPT) {
                discovered.remove(discovered.keySet().iterator().next());
            }
            CompletionStage<List<Resource>> asked = discover(now);
            discovered.put(now.id(), asked);
            return asked;
        }
    }

    private CompletionStage<List<Resource>> discover(Registered registered) {
        List<Resource> said = resources(registered.links());
        CompletionStage<List<Resource>> all = CompletableFuture.completedStage(List.of());
        for (Resource resource : said) {
            all = all.thenCombine(children(registered.endpoint(), resource), ConnectedRegistrations::joined);
        }
        return all;
    }

    private CompletionStage<List<Resource>> children(String endpoint, Resource said) {
        if (!said.uri().matches("/\\d+/\\d+")) {
            return CompletableFuture.completedStage(List.of(said));
        }
        return server.send(endpoint, DeviceRequest.of(Operation.DISCOVER, said.uri()))
                .handle((answer, failure) -> {
                    if (failure != null) {
                        return List.of(said); // what it registered is all that is known, and the journal says why
                    }
                    List<Resource> found = new ArrayList<>(List.of(said));
                    resources(answer.links()).stream()
                            .filter(child -> child.uri().startsWith(said.uri() + "/"))
                            .forEach(found::add);
                    return found;
                });
    }

    private static List<Resource> joined(List<Resource> first, List<Resource> second) {
        List<Resource> both = new ArrayList<>(first);
        both.addAll(second);
        return both;
    }

    @Override
    public CompletionStage<Optional<Value>> send(String endpoint, Request request) {
        DeviceRequest sent = new DeviceRequest(
                operation(request),
                request.path(),
                request.query(),
                request.accept(),
                request.content().map(value -> Content.of(value.contentType(), value.bytes())),
                request.delivery() == Delivery.CONFIRMABLE
                        ? DeviceRequest.Delivery.CONFIRMABLE
                        : DeviceRequest.Delivery.NON_CONFIRMABLE);
        return told(server.send(endpoint, sent)
                .thenApply(answer -> request.accept().isPresent()
                        ? answer.content().map(ConnectedRegistrations::raw)
                        : value(answer)));
    }

    private static Operation operation(Request request) {
        boolean resource = request.path().chars().filter(c -> c == '/').count() > 2;
        return switch (request.method()) {
            case GET -> Operation.READ;
            case PUT ->
                request.query().isEmpty() || request.content().isPresent()
                        ? Operation.WRITE
                        : Operation.WRITE_ATTRIBUTES;
            case POST -> resource ? Operation.EXECUTE : Operation.CREATE;
            case DELETE -> Operation.DELETE;
        };
    }

    @Override
    public CompletionStage<Subscription> subscribe(String endpoint, String path, Consumer<Value> values) {
        return told(server.observe(endpoint, path, answer -> value(answer).ifPresent(values))
                .thenApply(observation -> observation::close));
    }

    private static Value raw(Content content) {
        return new Value(content.bytes(), content.mediaType(), content.maxAge());
    }

    /** A single value as text or bytes, whatever format the device chose for it; anything else as it is on the wire. */
    private static Optional<Value> value(Answer answer) {
        OptionalLong maxAge = answer.content().map(Content::maxAge).orElse(OptionalLong.empty());
        if (answer.node().orElse(null) instanceof Node.Value single) {
            return Optional.of(
                    single.value() instanceof byte[] bytes
                            ? new Value(bytes, "application/octet-stream", maxAge)
                            : new Value(text(single.value()).getBytes(StandardCharsets.UTF_8), "text/plain", maxAge));
        }
        return answer.content().map(ConnectedRegistrations::raw);
    }

    /** As in the text format of OMA LwM2M Core, appendix C: truth values are digits, times are seconds. */
    private static String text(Object value) {
        if (value instanceof Boolean flag) {
            return flag ? "1" : "0";
        }
        if (value instanceof java.time.Instant time) {
            return String.valueOf(time.getEpochSecond());
        }
        return String.valueOf(value);
    }

    private static <T> CompletionStage<T> told(CompletionStage<T> operation) {
        return operation.exceptionallyCompose(error -> {
            Throwable cause =
                    error instanceof CompletionException && error.getCause() != null ? error.getCause() : error;
            if (!(cause instanceof OperationException failed)) {
                return CompletableFuture.failedStage(cause);
            }
            String message = String.valueOf(failed.getMessage());
            return CompletableFuture.failedStage(
                    switch (failed.reason()) {
                        case "invalid-path", "invalid-value" -> DeviceFailure.invalid(message);
                        case "refused-by-device" ->
                            DeviceFailure.refused(failed.code().orElse("4.00"), message);
                        case "timeout", "device-asleep" -> DeviceFailure.timeout(message);
                        default -> DeviceFailure.notConnected(message);
                    });
        });
    }
}
