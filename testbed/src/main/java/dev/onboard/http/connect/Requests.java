package dev.onboard.http.connect;

import dev.onboard.account.Device;
import dev.onboard.http.connect.Caller.Registered;
import dev.onboard.http.connect.ConnectedDevices.Delivery;
import dev.onboard.http.connect.ConnectedDevices.Method;
import dev.onboard.http.connect.ConnectedDevices.Request;
import dev.onboard.http.connect.ConnectedDevices.Value;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * Requests under way to devices; at most {@value #MOST_PER_DEVICE} to one device and {@value #MOST} together. What comes
 * of each goes into the channel of the key that asked. Thread-safe; nothing waits.
 */
final class Requests {
    static final int MOST_PER_DEVICE = 20;
    static final int MOST = 10_000;

    private final ConnectedDevices devices;
    private final Channels channels;
    private final ValueCache cache;
    private final Map<String, Integer> underWay = new HashMap<>();
    private int all;

    Requests(ConnectedDevices devices, Channels channels, ValueCache cache) {
        this.devices = devices;
        this.channels = channels;
        this.cache = cache;
    }

    Optional<Value> cached(Device device, String path) {
        return cache.get(device.endpoint(), path);
    }

    /**
     * Sends, and puts the answer under this id into the key's channel.
     *
     * @throws ConnectRefusal when the request cannot be made, or too many are under way
     */
    void send(String key, String asyncId, Registered to, Request request, int statusWhenFull) {
        String endpoint = to.device().endpoint();
        if (to.device().suspension().isPresent()) {
            throw new ConnectRefusal(400, "DEVICE_BLOCKED: the device is suspended; resume it first");
        }
        begin(endpoint, statusWhenFull);
        if (request.method() != Method.GET) {
            cache.drop(endpoint);
        }
        CompletableFuture<Optional<Value>> answer =
                devices.send(endpoint, request).toCompletableFuture();
        answer.whenComplete((value, failure) -> end(endpoint));
        refuseWhatNeverLeft(answer);
        if (request.delivery() == Delivery.NON_CONFIRMABLE) {
            return;
        }
        answer.whenComplete((value, failure) -> {
            if (failure != null) {
                channels.put(key, Notice.failure(asyncId, DeviceFailure.of(failure)));
            } else {
                if (request.method() == Method.GET && request.accept().isEmpty()) {
                    value.ifPresent(read -> cache.put(endpoint, request.path(), read));
                }
                channels.put(key, Notice.answer(asyncId, value));
            }
        });
    }

    /** A request that is wrong in itself has failed already. */
    private static void refuseWhatNeverLeft(CompletableFuture<Optional<Value>> answer) {
        if (answer.isCompletedExceptionally()) {
            DeviceFailure failure =
                    answer.handle((value, thrown) -> DeviceFailure.of(thrown)).join();
            if (failure.status() == 400) {
                throw new ConnectRefusal(400, failure.error());
            }
        }
    }

    private synchronized void begin(String endpoint, int statusWhenFull) {
        int waiting = underWay.getOrDefault(endpoint, 0);
        if (waiting >= MOST_PER_DEVICE || all >= MOST) {
            throw new ConnectRefusal(statusWhenFull, "QUEUE_IS_FULL");
        }
        underWay.put(endpoint, waiting + 1);
        all++;
    }

    private synchronized void end(String endpoint) {
        underWay.computeIfPresent(endpoint, (same, number) -> number == 1 ? null : number - 1);
        all--;
    }
}
