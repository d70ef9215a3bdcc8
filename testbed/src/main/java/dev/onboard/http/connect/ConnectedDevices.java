package dev.onboard.http.connect;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

/** The registered devices, by endpoint name. Stages fail with {@link DeviceFailure}; nothing blocks. Thread-safe. */
public interface ConnectedDevices {
    /** What is done to a path. */
    enum Method {
        GET,
        PUT,
        POST,
        DELETE
    }

    /** Whether the device has to answer. */
    enum Delivery {
        CONFIRMABLE,
        NON_CONFIRMABLE
    }

    /**
     * Something a device has.
     *
     * @param uri for example {@code /3/0} or {@code /3/0/0}
     * @param resourceType the link's {@code rt}
     * @param observable whether it can be subscribed to
     */
    record Resource(String uri, Optional<String> resourceType, boolean observable) {}

    /** A registration: its id, and what the device said it has. */
    record Connection(String registration, boolean queueMode, List<Resource> resources) {}

    /**
     * A value as it is on the wire. The array is not copied.
     *
     * @param contentType a media type
     * @param maxAge for how many seconds the device lets it be kept; empty when it does not say
     */
    record Value(byte[] bytes, String contentType, OptionalLong maxAge) {}

    /**
     * A request.
     *
     * @param query notification attributes to write, for example {@code pmin=1}; empty for none
     */
    record Request(
            Method method,
            String path,
            String query,
            Optional<String> accept,
            Optional<Value> content,
            Delivery delivery) {}

    /** A subscription that stands until it is closed or the registration ends. */
    @FunctionalInterface
    interface Subscription {
        void close();
    }

    /** The registration of a device; empty when it has none. */
    Optional<Connection> connection(String endpoint);

    /** The endpoint names of all registered devices. */
    List<String> endpoints();

    /** What a device has, down to its resources; the device may be asked once in a registration. */
    CompletionStage<List<Resource>> resources(String endpoint);

    /** Sends a request; empty when the answer has no body. */
    CompletionStage<Optional<Value>> send(String endpoint, Request request);

    /** Subscribes to a path. The first value told is the present one; it is told before the stage completes. */
    CompletionStage<Subscription> subscribe(String endpoint, String path, Consumer<Value> values);

    /** No device is registered. */
    static ConnectedDevices none() {
        return new ConnectedDevices() {
            @Override
            public Optional<Connection> connection(String endpoint) {
                return Optional.empty();
            }

            @Override
            public List<String> endpoints() {
                return List.of();
            }

            @Override
            public CompletionStage<List<Resource>> resources(String endpoint) {
                return CompletableFuture.failedStage(DeviceFailure.notConnected(endpoint));
            }

            @Override
            public CompletionStage<Optional<Value>> send(String endpoint, Request request) {
                return CompletableFuture.failedStage(DeviceFailure.notConnected(endpoint));
            }

            @Override
            public CompletionStage<Subscription> subscribe(String endpoint, String path, Consumer<Value> values) {
                return CompletableFuture.failedStage(DeviceFailure.notConnected(endpoint));
            }
        };
    }
}
