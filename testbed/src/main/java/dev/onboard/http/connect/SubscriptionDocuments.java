package dev.onboard.http.connect;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.onboard.account.Device;
import dev.onboard.http.connect.Caller.Registered;
import dev.onboard.http.connect.ConnectedDevices.Value;
import io.javalin.http.Context;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletionStage;

/** {@code /v2/subscriptions}: rules for devices that are to come, and subscriptions to those that are there. */
public final class SubscriptionDocuments {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Caller caller;
    private final Subscriptions subscriptions;
    private final Channels channels;

    SubscriptionDocuments(Caller caller, Subscriptions subscriptions, Channels channels) {
        this.caller = caller;
        this.subscriptions = subscriptions;
        this.channels = channels;
    }

    /** {@code GET /v2/subscriptions}. */
    public void rules(Context ctx) {
        ctx.contentType("application/json")
                .result(Presubscription.document(subscriptions.rules(Caller.key(ctx)))
                        .toString());
    }

    /** {@code PUT /v2/subscriptions}. */
    public void setRules(Context ctx) {
        try {
            subscriptions.setRules(Caller.key(ctx), Presubscription.read(JSON.readTree(ctx.body())));
        } catch (JsonProcessingException e) {
            throw new ConnectRefusal(400, "the body is not JSON: " + e.getOriginalMessage());
        }
        ctx.status(204);
    }

    /** {@code DELETE /v2/subscriptions}. */
    public void removeRules(Context ctx) {
        subscriptions.setRules(Caller.key(ctx), List.of());
        ctx.status(204);
    }

    /** {@code GET /v2/subscriptions/{id}}: one path a line. */
    public void ofDevice(Context ctx) {
        Set<String> paths = subscriptions.of(Caller.key(ctx), device(ctx).endpoint());
        if (paths.isEmpty()) {
            throw new ConnectRefusal(404, "there are no subscriptions for this device");
        }
        ctx.contentType("text/uri-list").result(String.join("\n", paths));
    }

    /** {@code DELETE /v2/subscriptions/{id}}. */
    public void removeAll(Context ctx) {
        caller.device(ctx).ifPresent(device -> subscriptions.removeAll(Caller.key(ctx), device.endpoint()));
        ctx.status(204);
    }

    /** {@code GET /v2/subscriptions/{id}/{path}}. */
    public void check(Context ctx) {
        if (!subscriptions.has(Caller.key(ctx), device(ctx).endpoint(), Caller.path(ctx))) {
            throw new ConnectRefusal(404, "there is no subscription to " + Caller.path(ctx));
        }
        ctx.status(200);
    }

    /** {@code PUT /v2/subscriptions/{id}/{path}}. */
    public void add(Context ctx) {
        String path = Caller.path(ctx);
        Registered registered = caller.registered(ctx).orElseThrow(SubscriptionDocuments::unknown);
        if (!registered.has(path)) {
            throw new ConnectRefusal(404, "RESOURCE_NOT_FOUND: the device did not register " + path);
        }
        String key = Caller.key(ctx);
        Optional<CompletionStage<Value>> first =
                subscriptions.add(key, registered.device(), registered.connection(), path);
        if (first.isEmpty()) {
            ctx.status(200);
            return;
        }
        String asyncId = UUID.randomUUID().toString();
        first.get()
                .whenComplete((value, failure) -> channels.put(
                        key,
                        failure == null
                                ? Notice.answer(asyncId, Optional.of(value))
                                : Notice.failure(asyncId, DeviceFailure.of(failure))));
        ctx.status(202)
                .contentType("application/json")
                .result(JSON.createObjectNode()
                        .put("async-response-id", asyncId)
                        .toString());
    }

    /** {@code DELETE /v2/subscriptions/{id}/{path}}. */
    public void remove(Context ctx) {
        String path = Caller.path(ctx);
        caller.device(ctx).ifPresent(device -> subscriptions.remove(Caller.key(ctx), device.endpoint(), path));
        ctx.status(204);
    }

    private Device device(Context ctx) {
        return caller.device(ctx).orElseThrow(SubscriptionDocuments::unknown);
    }

    private static ConnectRefusal unknown() {
        return new ConnectRefusal(404, "ENDPOINT_NOT_FOUND: no such device is registered now");
    }
}
