package dev.onboard.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.javalin.http.Context;
import java.net.URI;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** {@code /testbed/devices/{endpoint}/resources/{path}}: read, write, execute and observe. */
record ResourceDocuments(DeviceOperations operations, EventFeeds feeds) {
    void registrations(Context ctx) {
        ObjectNode document = Json.object().put("object", "list");
        ArrayNode data = document.putArray("data");
        operations.registrations(endpoint(ctx)).forEach(each -> data.add(each.document()));
        Json.answer(ctx, 200, document);
    }

    void read(Context ctx) {
        if (EventFeeds.isWanted(ctx)) {
            observe(ctx);
            return;
        }
        String path = path(ctx);
        later(
                ctx,
                operations(ctx)
                        .read(endpoint(ctx), path)
                        .thenAccept(value -> Json.answer(ctx, 200, value(path, value))));
    }

    void write(Context ctx) {
        JsonNode body = Json.read(ctx.body());
        JsonNode value = body.get("value");
        if (value == null) {
            throw Problem.invalid("value", "is missing; send {\"value\": …}");
        }
        later(ctx, operations(ctx).write(endpoint(ctx), path(ctx), value).thenAccept(done -> ctx.status(204)));
    }

    void execute(Context ctx) {
        String arguments = "";
        if (!ctx.body().isBlank()) {
            JsonNode given = Json.read(ctx.body()).path("arguments");
            if (!given.isTextual() && !given.isMissingNode()) {
                throw Problem.invalid("arguments", "is not a string");
            }
            arguments = given.asText("");
        }
        later(ctx, operations(ctx).execute(endpoint(ctx), path(ctx), arguments).thenAccept(done -> ctx.status(204)));
    }

    private void observe(Context ctx) {
        String path = path(ctx);
        String endpoint = endpoint(ctx);
        DeviceOperations asked = operations(ctx);
        feeds.open(ctx, (feed, ending) -> {
            AtomicLong number = new AtomicLong();
            asked.observe(
                            endpoint,
                            path,
                            value -> feed.send(
                                    "value", Json.text(value(path, value)), Long.toString(number.incrementAndGet())))
                    .whenComplete((observation, failure) -> {
                        if (observation != null) {
                            ending.add(observation::close);
                        } else {
                            feed.send(
                                    "error", Json.text(Failures.problem(failure).document("")), "");
                        }
                    });
        });
    }

    /** {@code server=}: by which LwM2M server. */
    private DeviceOperations operations(Context ctx) {
        String server = ctx.queryParam("server");
        if (server == null) {
            return operations;
        }
        List<URI> known = operations.servers();
        for (int id = 1; id <= known.size(); id++) {
            URI uri = known.get(id - 1);
            if (server.equals(Integer.toString(id)) || server.equals(uri.toString())) {
                return operations.by(uri);
            }
        }
        throw Problem.invalid(
                "server",
                "'" + server + "' is no LwM2M server here; there are "
                        + IntStream.rangeClosed(1, known.size())
                                .mapToObj(id -> id + " (" + known.get(id - 1) + ")")
                                .collect(Collectors.joining(" and ")));
    }

    private static ObjectNode value(String path, JsonNode value) {
        ObjectNode document = Json.object();
        document.put("path", path).set("value", value);
        return document;
    }

    private static void later(Context ctx, CompletionStage<?> stage) {
        ctx.future(stage::toCompletableFuture);
    }

    private static String endpoint(Context ctx) {
        return ctx.pathParam("endpoint");
    }

    private static String path(Context ctx) {
        String path = "/" + ctx.pathParam("path");
        if (!path.matches("(/\\d{1,5}){1,4}")) {
            throw Problem.invalid("path", "'" + path + "' is not an LwM2M path like /3/0/0");
        }
        return path;
    }
}
