package dev.onboard.testbed;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.onboard.account.CertificateEnrollments.Enrollment;
import dev.onboard.http.DeviceOperations;
import dev.onboard.http.OperationException;
import dev.onboard.http.OperationException.Kind;
import dev.onboard.http.Rotations;
import dev.onboard.http.ServerRegistration;
import dev.onboard.http.ServerRegistration.QueueMode;
import dev.onboard.http.connect.ConnectedDevices;
import dev.onboard.server.Link;
import dev.onboard.server.LwM2mServer;
import dev.onboard.server.Node;
import dev.onboard.server.Registered;
import dev.onboard.server.Sleep;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

/** What the management port does to devices, done by the LwM2M server. */
final class RegisteredDevices implements DeviceOperations {
    /** Shorter than that of {@code ManagementClient}. */
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private static final JsonNodeFactory JSON = new ObjectMapper().getNodeFactory();

    private final Map<URI, LwM2mServer> servers;
    private final LwM2mServer server;
    private final Optional<Renewals> renewals;
    private final Optional<Rotation> rotation;

    private final ConnectedDevices connected;

    /** @param servers by where they are; the first one carries out what is asked */
    RegisteredDevices(Map<URI, LwM2mServer> servers, Renewals renewals, Rotation rotation) {
        this(servers, Optional.of(renewals), Optional.of(rotation));
    }

    /** Those of one of several processes: nothing is rotated, and no device is asked to renew. */
    RegisteredDevices(Map<URI, LwM2mServer> servers) {
        this(servers, Optional.empty(), Optional.empty());
    }

    private RegisteredDevices(Map<URI, LwM2mServer> servers, Optional<Renewals> renewals, Optional<Rotation> rotation) {
        this.servers = servers;
        this.server = servers.values().iterator().next();
        this.renewals = renewals;
        this.rotation = rotation;
        this.connected = new ConnectedRegistrations(server);
    }

    private RegisteredDevices(RegisteredDevices like, LwM2mServer server) {
        this.servers = like.servers;
        this.server = server;
        this.renewals = like.renewals;
        this.rotation = like.rotation;
        this.connected = like.connected;
    }

    @Override
    public List<URI> servers() {
        return List.copyOf(servers.keySet());
    }

    @Override
    public DeviceOperations by(URI another) {
        return Optional.ofNullable(servers.get(another))
                .map(found -> new RegisteredDevices(this, found))
                .orElseThrow(() -> new IllegalArgumentException(another + " is no LwM2M server here"));
    }

    @Override
    public ConnectedDevices connected() {
        return connected;
    }

    @Override
    public List<ServerRegistration> registrations(String endpoint) {
        List<ServerRegistration> found = new ArrayList<>();
        servers.forEach((uri, each) -> registration(each, endpoint)
                .map(registered -> new ServerRegistration(
                        uri,
                        registered.id(),
                        registered.registeredAt(),
                        registered.lastUpdate(),
                        registered.lifetime(),
                        registered.address(),
                        registered.links().stream().map(Link::path).toList(),
                        queueMode(each, registered)))
                .ifPresent(found::add));
        return found;
    }

    private static Optional<Registered> registration(LwM2mServer server, String endpoint) {
        try {
            return server.registration(endpoint);
        } catch (dev.onboard.server.OperationException e) {
            throw OperationException.of(Kind.UNAVAILABLE, String.valueOf(e.getMessage()));
        }
    }

    private static Optional<QueueMode> queueMode(LwM2mServer server, Registered registered) {
        Optional<Sleep> sleep = server.sleep(registered.endpoint());
        return registered.queueMode()
                ? Optional.of(new QueueMode(
                        sleep.map(Sleep::since), sleep.map(Sleep::waiting).orElse(0)))
                : Optional.empty();
    }

    @Override
    public Enrollment renew(String deviceId, String certificateName) {
        return renewals.orElseThrow(() -> DevicesElsewhere.notByProcesses(deviceId, certificateName))
                .begin(deviceId, certificateName);
    }

    @Override
    public Optional<Rotations> rotations() {
        return rotation.map(Rotations.class::cast);
    }

    @Override
    public CompletionStage<JsonNode> read(String endpoint, String path) {
        return inTime(endpoint, told(server.read(endpoint, path).thenApply(RegisteredDevices::json)));
    }

    @Override
    public CompletionStage<Void> write(String endpoint, String path, JsonNode value) {
        String text;
        if (value.isObject() && value.hasNonNull("opaque")) {
            text = value.get("opaque").asText();
        } else if (value.isObject() && value.hasNonNull("link")) {
            text = value.get("link").asText();
        } else if (value.isValueNode() && !value.isNull()) {
            text = value.asText();
        } else {
            return CompletableFuture.failedStage(OperationException.of(
                    Kind.BAD_VALUE, "a resource takes one value: a text, a number, true or false; not " + value));
        }
        return inTime(endpoint, told(server.write(endpoint, path, text)));
    }

    @Override
    public CompletionStage<Void> execute(String endpoint, String path, String arguments) {
        return inTime(endpoint, told(server.execute(endpoint, path, arguments)));
    }

    @Override
    public CompletionStage<Observation> observe(String endpoint, String path, Consumer<JsonNode> values) {
        return told(server.observe(endpoint, path, answer -> answer.node().ifPresent(node -> values.accept(json(node))))
                .thenApply(observation -> observation::close));
    }

    private <T> CompletionStage<T> inTime(String endpoint, CompletionStage<T> operation) {
        return inTime(server.sleep(endpoint), operation, PATIENCE);
    }

    /** Who asks something of a device that sleeps is answered in time, though it may be carried out later. */
    static <T> CompletionStage<T> inTime(Optional<Sleep> asleep, CompletionStage<T> operation, Duration patience) {
        if (asleep.isEmpty()) {
            return operation;
        }
        Sleep sleep = asleep.get();
        return operation
                .toCompletableFuture()
                .copy()
                .orTimeout(patience.toNanos(), TimeUnit.NANOSECONDS)
                .exceptionallyCompose(error -> CompletableFuture.failedStage(
                        error instanceof TimeoutException
                                ? OperationException.of(
                                        Kind.ASLEEP,
                                        "the device sleeps since " + sleep.since()
                                                + " (queue mode) and did not wake within "
                                                + patience.toSeconds()
                                                + " s; the operation waits until it wakes, at the"
                                                + " longest until " + sleep.until()
                                                + ", when its registration ends. 'onboard"
                                                + " device show' tells what came of it")
                                : error));
    }

    private static <T> CompletionStage<T> told(CompletionStage<T> operation) {
        return operation.exceptionallyCompose(error -> {
            Throwable cause =
                    error instanceof CompletionException && error.getCause() != null ? error.getCause() : error;
            if (cause instanceof dev.onboard.server.OperationException failed) {
                Kind kind = switch (failed.reason()) {
                    case "not-registered" -> Kind.NOT_REGISTERED;
                    case "invalid-path" -> Kind.BAD_PATH;
                    case "invalid-value" -> Kind.BAD_VALUE;
                    case "refused-by-device" -> Kind.REFUSED;
                    case "device-asleep" -> Kind.ASLEEP;
                    case "registrations-unavailable" -> Kind.UNAVAILABLE;
                    default -> Kind.TIMEOUT;
                };
                return CompletableFuture.failedStage(OperationException.of(kind, String.valueOf(failed.getMessage())));
            }
            return CompletableFuture.failedStage(cause);
        });
    }

    private static JsonNode json(Node node) {
        if (node instanceof Node.Children children) {
            ObjectNode object = JSON.objectNode();
            children.byId().forEach((id, child) -> object.set(String.valueOf(id), json(child)));
            return object;
        }
        Object value = ((Node.Value) node).value();
        if (value instanceof Long number) {
            return JSON.numberNode(number);
        }
        if (value instanceof Double number) {
            return JSON.numberNode(number);
        }
        if (value instanceof Boolean flag) {
            return JSON.booleanNode(flag);
        }
        if (value instanceof byte[] bytes) {
            return JSON.objectNode().put("opaque", java.util.Base64.getEncoder().encodeToString(bytes));
        }
        return JSON.textNode(String.valueOf(value));
    }
}
