package dev.onboard.http.connect;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.onboard.account.Device;
import dev.onboard.http.connect.Caller.Registered;
import dev.onboard.http.connect.ConnectedDevices.Delivery;
import dev.onboard.http.connect.ConnectedDevices.Method;
import dev.onboard.http.connect.ConnectedDevices.Request;
import dev.onboard.http.connect.ConnectedDevices.Resource;
import dev.onboard.http.connect.ConnectedDevices.Value;
import io.javalin.http.Context;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;

/**
 * {@code /v2/endpoints}, {@code /v2/endpoints/{id}}, {@code /v2/endpoints/{id}/{path}} and
 * {@code /v2/device-requests/{id}}: what registered devices have, and requests to them. Requests are answered with 202,
 * and what came of them arrives in the key's notification channel.
 */
public final class EndpointDocuments {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int LONGEST_LIST = 10_000;
    private static final int LONGEST_ASYNC_ID = 200;

    private final Caller caller;
    private final Requests requests;

    EndpointDocuments(Caller caller, Requests requests) {
        this.caller = caller;
        this.requests = requests;
    }

    /** {@code GET /v2/endpoints}; {@code type=} leaves out other endpoint types. At most 10 000. */
    public void list(Context ctx) {
        String type = ctx.queryParam("type");
        ArrayNode list = JSON.createArrayNode();
        for (String endpoint : caller.devices().endpoints()) {
            if (list.size() >= LONGEST_LIST) {
                break;
            }
            Optional<Device> device = caller.account().devices().byEndpoint(endpoint);
            Optional<String> ofType = device.flatMap(found -> found.labels().endpointType());
            if (device.isPresent()
                    && (type == null || ofType.filter(type::equals).isPresent())) {
                ObjectNode entry = list.addObject();
                entry.put("name", device.get().id())
                        .put("original-name", endpoint)
                        .put("status", "ACTIVE")
                        .put(
                                "q",
                                caller.devices()
                                        .connection(endpoint)
                                        .map(ConnectedDevices.Connection::queueMode)
                                        .orElse(false));
                ofType.ifPresent(name -> entry.put("type", name));
            }
        }
        json(ctx, list);
    }

    /** {@code GET /v2/endpoints/{id}}. */
    public void resources(Context ctx) {
        Registered registered = caller.registered(ctx).orElseThrow(() -> gone(404));
        ctx.future(() -> caller.devices()
                .resources(registered.device().endpoint())
                .thenAccept(resources -> json(ctx, document(resources)))
                .toCompletableFuture());
    }

    private static ArrayNode document(List<Resource> resources) {
        ArrayNode array = JSON.createArrayNode();
        for (Resource resource : resources) {
            ObjectNode entry = array.addObject().put("uri", resource.uri()).put("obs", resource.observable());
            resource.resourceType().ifPresent(name -> entry.put("rt", name));
            entry.put("type", "");
        }
        return array;
    }

    /** {@code GET /v2/endpoints/{id}/{path}}. */
    public void read(Context ctx) {
        String path = Caller.path(ctx);
        Registered registered = registered(ctx, path);
        Optional<Value> cached = requests.cached(registered.device(), path);
        if (cached.isPresent() && delivery(ctx) == Delivery.CONFIRMABLE) {
            ctx.status(200)
                    .contentType(cached.get().contentType())
                    .result(cached.get().bytes());
        } else if (Boolean.parseBoolean(ctx.queryParam("cacheOnly"))) {
            ctx.status(205);
        } else {
            send(ctx, registered, Method.GET, path);
        }
    }

    /** {@code PUT /v2/endpoints/{id}/{path}}. */
    public void write(Context ctx) {
        String path = Caller.path(ctx);
        send(ctx, registered(ctx, path), Method.PUT, path);
    }

    /** {@code POST /v2/endpoints/{id}/{path}}. */
    public void execute(Context ctx) {
        String path = Caller.path(ctx);
        send(ctx, registered(ctx, path), Method.POST, path);
    }

    /** {@code DELETE /v2/endpoints/{id}/{path}}. */
    public void delete(Context ctx) {
        String path = Caller.path(ctx);
        send(ctx, registered(ctx, path), Method.DELETE, path);
    }

    private Registered registered(Context ctx, String path) {
        Registered registered = caller.registered(ctx).orElseThrow(() -> gone(410));
        if (!registered.has(path)) {
            throw new ConnectRefusal(404, "RESOURCE_NOT_FOUND: the device did not register " + path);
        }
        return registered;
    }

    private static ConnectRefusal gone(int status) {
        return new ConnectRefusal(status, "ENDPOINT_NOT_FOUND: no such device is registered now");
    }

    private static Delivery delivery(Context ctx) {
        return Boolean.parseBoolean(ctx.queryParam("noResp")) ? Delivery.NON_CONFIRMABLE : Delivery.CONFIRMABLE;
    }

    private void send(Context ctx, Registered to, Method method, String path) {
        byte[] body = ctx.bodyAsBytes();
        Optional<Value> content = body.length == 0
                ? Optional.empty()
                : Optional.of(new Value(body, contentType(ctx.contentType(), method, path), OptionalLong.empty()));
        String query = method == Method.PUT && body.length == 0 ? attributes(ctx.queryString()) : "";
        Request request = new Request(method, path, query, accept(ctx), content, delivery(ctx));
        String asyncId = UUID.randomUUID().toString();
        requests.send(Caller.key(ctx), asyncId, to, request, 429);
        if (request.delivery() == Delivery.NON_CONFIRMABLE) {
            ctx.status(204);
        } else {
            ctx.status(202);
            json(ctx, JSON.createObjectNode().put("async-response-id", asyncId));
        }
    }

    /** Clients that name no type of their own send the one of their HTTP library. */
    private static String contentType(@org.jspecify.annotations.Nullable String given, Method method, String path) {
        boolean instanceOrObject = path.chars().filter(c -> c == '/').count() < 3;
        String otherwise = method != Method.GET && instanceOrObject ? "application/vnd.oma.lwm2m+tlv" : "text/plain";
        if (given == null
                || given.isBlank()
                || given.startsWith("application/x-www-form-urlencoded")
                || given.startsWith("application/json")) {
            return otherwise;
        }
        return given.split(";", 2)[0].strip();
    }

    private static Optional<String> accept(Context ctx) {
        return Optional.ofNullable(ctx.header("Accept"))
                .map(given -> given.split("[;,]", 2)[0].strip())
                .filter(given -> given.startsWith("application/vnd.oma.lwm2m")
                        || given.startsWith("application/senml")
                        || given.equals("application/cbor")
                        || given.equals("text/plain")
                        || given.equals("application/octet-stream"));
    }

    private static String attributes(@org.jspecify.annotations.Nullable String query) {
        return query == null
                ? ""
                : query.replaceAll("(^|&)(noResp|cacheOnly)=[^&]*", "").replaceAll("^&", "");
    }

    /** {@code POST /v2/device-requests/{id}?async-id=…}. */
    public void deviceRequest(Context ctx) {
        String asyncId = ctx.queryParam("async-id");
        if (asyncId == null || asyncId.isBlank() || asyncId.length() > LONGEST_ASYNC_ID) {
            throw new ConnectRefusal(
                    400, "MALFORMED_ASYNC_ID: async-id is 1 to " + LONGEST_ASYNC_ID + " characters of the client's");
        }
        number(ctx, "retry");
        number(ctx, "expiry-seconds");
        JsonNode document = document(ctx);
        Method method = method(text(document, "method").orElse(""));
        String uri = text(document, "uri")
                .orElseThrow(() -> new ConnectRefusal(400, "MALFORMED_JSON_CONTENT: uri is missing"));
        int mark = uri.indexOf('?');
        String path = Caller.lwm2mPath(mark < 0 ? uri : uri.substring(0, mark));
        Registered registered = caller.registered(ctx).orElseThrow(() -> new ConnectRefusal(404, "DEVICE_NOT_FOUND"));
        if (!registered.has(path)) {
            throw new ConnectRefusal(400, "RESOURCE_NOT_FOUND");
        }
        Optional<Value> content = text(document, "payload-b64")
                .filter(text -> !text.isEmpty())
                .map(EndpointDocuments::decoded)
                .map(bytes -> new Value(
                        bytes,
                        contentType(text(document, "content-type").orElse(null), method, path),
                        OptionalLong.empty()));
        Request request = new Request(
                method,
                path,
                mark < 0 || content.isPresent() ? "" : uri.substring(mark + 1),
                text(document, "accept").filter(given -> !given.isBlank() && !given.equals("*/*")),
                content,
                Delivery.CONFIRMABLE);
        requests.send(Caller.key(ctx), asyncId, registered, request, 400);
        ctx.status(202);
    }

    private static JsonNode document(Context ctx) {
        try {
            JsonNode document = JSON.readTree(ctx.body());
            if (document.isObject()) {
                return document;
            }
        } catch (JsonProcessingException e) {
            throw new ConnectRefusal(400, "MALFORMED_JSON_CONTENT: " + e.getOriginalMessage());
        }
        throw new ConnectRefusal(400, "MALFORMED_JSON_CONTENT: the body is not a JSON object");
    }

    private static Optional<String> text(JsonNode document, String field) {
        JsonNode node = document.path(field);
        if (node.isMissingNode() || node.isNull()) {
            return Optional.empty();
        }
        if (!node.isTextual()) {
            throw new ConnectRefusal(400, "MALFORMED_JSON_CONTENT: " + field + " is not a string");
        }
        return Optional.of(node.textValue());
    }

    private static Method method(String word) {
        try {
            return Method.valueOf(word.toUpperCase(Locale.ROOT));
        } catch (IllegalArgumentException e) {
            throw new ConnectRefusal(
                    400, "MALFORMED_JSON_CONTENT: method '" + word + "' is not one of GET, PUT, POST, DELETE");
        }
    }

    private static byte[] decoded(String base64) {
        try {
            return Base64.getMimeDecoder().decode(base64);
        } catch (IllegalArgumentException e) {
            throw new ConnectRefusal(400, "MALFORMED_JSON_CONTENT: payload-b64 is not Base64: " + e.getMessage());
        }
    }

    private static void number(Context ctx, String name) {
        String given = ctx.queryParam(name);
        if (given != null && !given.matches("\\d{1,9}")) {
            throw new ConnectRefusal(400, name + " '" + given + "' is not a whole number");
        }
    }

    private static void json(Context ctx, JsonNode document) {
        ctx.contentType("application/json").result(document.toString());
    }
}
