package dev.onboard.http.leshan;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.onboard.server.Answer;
import dev.onboard.server.Content;
import dev.onboard.server.DeviceRequest;
import dev.onboard.server.DeviceRequest.Operation;
import dev.onboard.server.LwM2mServer;
import dev.onboard.server.LwM2mServer.Observation;
import dev.onboard.server.Node;
import dev.onboard.server.Registered;
import dev.onboard.server.ServerEvent;
import io.javalin.http.Context;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;

/**
 * {@code /api/clients}: registered devices, and requests to them that are answered with what the device answered.
 * {@code format} names a content format, {@code timeout} gives seconds. Thread-safe.
 *
 * <p>Longer than others because every operation of OMA LwM2M Core 6.3 and 6.4 hangs at this one address.
 */
final class ClientDocuments {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Map<String, String> FORMATS = Map.of(
            "TEXT", "text/plain",
            "OPAQUE", "application/octet-stream",
            "TLV", "application/vnd.oma.lwm2m+tlv",
            "JSON", "application/vnd.oma.lwm2m+json",
            "CBOR", "application/cbor",
            "SENML_JSON", "application/senml+json",
            "SENML_CBOR", "application/senml+cbor");

    private record Observed(String endpoint, String path) {}

    private final LwM2mServer server;
    private final ClientEvents events;
    private final NodeJson nodes;
    private final Map<Observed, Observation> observations = new ConcurrentHashMap<>();

    ClientDocuments(LwM2mServer server, ClientEvents events, NodeJson nodes) {
        this.server = server;
        this.events = events;
        this.nodes = nodes;
    }

    /** Forgets the observations of a registration that ended: they ended with it. */
    void follow(ServerEvent event) {
        if (event instanceof ServerEvent.Disappeared) {
            observations.keySet().removeIf(observed -> observed.endpoint().equals(event.endpoint()));
        }
    }

    void list(Context ctx) {
        ArrayNode all = JSON.createArrayNode();
        server.registrations().stream()
                .sorted(Comparator.comparing(Registered::endpoint))
                .forEach(registered ->
                        all.add(RegistrationJson.of(registered, events.isSleeping(registered.endpoint()))));
        LeshanAnswer.json(ctx, all);
    }

    void get(Context ctx) {
        Registered registered = registered(ctx);
        LeshanAnswer.json(ctx, RegistrationJson.of(registered, events.isSleeping(registered.endpoint())));
    }

    /** Refuses when the path's device is not registered. */
    void need(Context ctx) {
        registered(ctx);
    }

    private Registered registered(Context ctx) {
        String endpoint = ctx.pathParam("endpoint");
        return server.registration(endpoint)
                .orElseThrow(() -> new LeshanRefusal(400, "No registered client with id '" + endpoint + "'"));
    }

    /** {@code GET}: a read, {@code …/discover}, or {@code composite}. */
    void read(Context ctx) {
        String endpoint = registered(ctx).endpoint();
        String path = path(ctx);
        if (path.equals("/composite")) {
            LeshanAnswer.send(
                    ctx,
                    server.readTogether(endpoint, paths(ctx), format(ctx, "nodeformat", "SENML_CBOR")),
                    content -> LeshanAnswer.success("2.05").set("content", nodes.write(content)));
        } else if (path.endsWith("/discover")) {
            LeshanAnswer.send(
                    ctx,
                    server.send(endpoint, DeviceRequest.of(Operation.DISCOVER, without(path, "/discover"))),
                    answer -> LeshanAnswer.success(answer.code())
                            .set("objectLinks", RegistrationJson.links(answer.links())));
        } else {
            DeviceRequest request = DeviceRequest.of(Operation.READ, lwm2m(path));
            LeshanAnswer.send(
                    ctx,
                    server.send(endpoint, format(ctx).map(request::accepting).orElse(request)),
                    answer -> content(path, answer));
        }
    }

    private ObjectNode content(String path, Answer answer) {
        ObjectNode json = LeshanAnswer.success(answer.code());
        answer.node().ifPresent(node -> json.set("content", nodes.write(path, node)));
        return json;
    }

    /** {@code PUT}: a write ({@code replace=false} leaves the rest of an instance), {@code …/attributes}, or {@code composite}. */
    void write(Context ctx) {
        String endpoint = registered(ctx).endpoint();
        String path = path(ctx);
        if (path.equals("/composite")) {
            Map<String, Node> values = new TreeMap<>();
            JsonBody.of(ctx)
                    .properties()
                    .forEach(each -> values.put(lwm2m(each.getKey()), NodeJson.read(each.getValue())));
            LeshanAnswer.send(
                    ctx,
                    server.writeTogether(endpoint, values, format(ctx, "nodeformat", "SENML_CBOR")),
                    done -> LeshanAnswer.success("2.04"));
        } else if (path.endsWith("/attributes")) {
            String query = ctx.queryString() == null ? "" : ctx.queryString();
            String attributes = String.join(
                    "&",
                    Stream.of(query.split("&"))
                            .filter(one -> !one.startsWith("timeout=") && !one.startsWith("format="))
                            .toList());
            send(
                    ctx,
                    endpoint,
                    DeviceRequest.of(Operation.WRITE_ATTRIBUTES, without(path, "/attributes"))
                            .withQuery(attributes));
        } else {
            boolean update = "false".equals(ctx.queryParam("replace"));
            send(
                    ctx,
                    endpoint,
                    DeviceRequest.of(update ? Operation.WRITE_UPDATE : Operation.WRITE, lwm2m(path))
                            .with(server.encode(lwm2m(path), node(ctx), format(ctx, "format", "TLV"))));
        }
    }

    /** {@code POST}: {@code …/observe}, an execution of a resource, or the creation of an instance. */
    void post(Context ctx) {
        String endpoint = registered(ctx).endpoint();
        String path = path(ctx);
        if (path.equals("/composite/observe")) {
            LeshanAnswer.send(
                    ctx,
                    server.observeTogether(endpoint, paths(ctx), format(ctx, "nodeformat", "SENML_CBOR")),
                    content -> LeshanAnswer.success("2.05").set("content", nodes.write(content)));
        } else if (path.endsWith("/observe")) {
            observe(ctx, endpoint, without(path, "/observe"));
        } else if (path.matches("/\\d+/\\d+/\\d+")) {
            DeviceRequest request = DeviceRequest.of(Operation.EXECUTE, path);
            byte[] arguments = ctx.bodyAsBytes();
            send(ctx, endpoint, arguments.length == 0 ? request : request.with(Content.of("text/plain", arguments)));
        } else {
            create(ctx, endpoint, lwm2m(path));
        }
    }

    private void observe(Context ctx, String endpoint, String path) {
        AtomicReference<Answer> first = new AtomicReference<>();
        LeshanAnswer.send(
                ctx,
                server.observe(endpoint, path, format(ctx), answer -> first.compareAndSet(null, answer))
                        .thenApply(observation -> {
                            Observation before = observations.put(new Observed(endpoint, path), observation);
                            if (before != null) {
                                before.close();
                            }
                            return first.get();
                        }),
                answer -> content(path, answer));
    }

    private void create(Context ctx, String endpoint, String path) {
        JsonNode body = JsonBody.of(ctx);
        boolean numbered = body.hasNonNull("id");
        String object = "/" + path.split("/")[1];
        String instance = object + "/" + (numbered ? body.path("id").asText() : "0");
        DeviceRequest request = DeviceRequest.of(Operation.CREATE, numbered ? lwm2m(instance) : object)
                .with(server.encode(lwm2m(instance), NodeJson.read(body), format(ctx, "format", "TLV")));
        LeshanAnswer.send(ctx, server.send(endpoint, request), answer -> {
            ObjectNode json = LeshanAnswer.success(answer.code());
            answer.location().ifPresent(location -> json.put("location", location));
            return json;
        });
    }

    /** {@code DELETE}: an instance, or an observation. */
    void delete(Context ctx) {
        String endpoint = registered(ctx).endpoint();
        String path = path(ctx);
        if (path.equals("/composite/observe")) {
            server.cancelTogether(endpoint, paths(ctx));
        } else if (path.endsWith("/observe")) {
            Observation observation = observations.remove(new Observed(endpoint, without(path, "/observe")));
            if (observation != null) {
                observation.close();
            }
        } else {
            send(ctx, endpoint, DeviceRequest.of(Operation.DELETE, lwm2m(path)));
        }
    }

    private void send(Context ctx, String endpoint, DeviceRequest request) {
        LeshanAnswer.send(ctx, server.send(endpoint, request), answer -> LeshanAnswer.success(answer.code()));
    }

    private static String path(Context ctx) {
        String path = "/" + ctx.pathParam("path");
        return path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
    }

    private static String without(String path, String end) {
        return lwm2m(path.substring(0, path.length() - end.length()));
    }

    private static String lwm2m(String path) {
        if (!path.matches("(/\\d{1,5}){1,4}")) {
            throw new LeshanRefusal(400, "Invalid path '" + path + "'; an LwM2M path is such as /3/0/14");
        }
        return path;
    }

    private static List<String> paths(Context ctx) {
        String given = ctx.queryParam("paths");
        if (given == null || given.isBlank()) {
            throw new LeshanRefusal(400, "Invalid request: 'paths' is missing; give some such as /3/0/0,/1/0");
        }
        return Stream.of(given.split(",")).map(ClientDocuments::lwm2m).toList();
    }

    private static Optional<String> format(Context ctx) {
        return Optional.ofNullable(ctx.queryParam("format")).map(ClientDocuments::mediaType);
    }

    private static String format(Context ctx, String parameter, String otherwise) {
        String given = ctx.queryParam(parameter);
        return mediaType(given == null ? otherwise : given);
    }

    private static String mediaType(String name) {
        String known = FORMATS.get(name.toUpperCase(Locale.ROOT));
        if (known == null) {
            throw new LeshanRefusal(
                    400,
                    "Invalid request: format '" + name + "' is none of "
                            + FORMATS.keySet().stream().sorted().toList());
        }
        return known;
    }

    private static Node node(Context ctx) {
        String type = ctx.contentType();
        return type != null && type.startsWith("text/plain")
                ? new Node.Value(ctx.body())
                : NodeJson.read(JsonBody.of(ctx));
    }
}
