package dev.onboard.http;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

/** A testbed without an LwM2M server: no device is registered. */
record NoDevices() implements DeviceOperations {
    private static <T> CompletionStage<T> no(String endpoint) {
        return CompletableFuture.failedFuture(
                OperationException.of(OperationException.Kind.NOT_REGISTERED, "'" + endpoint + "' is not registered"));
    }

    @Override
    public CompletionStage<JsonNode> read(String endpoint, String path) {
        return no(endpoint);
    }

    @Override
    public CompletionStage<Void> write(String endpoint, String path, JsonNode value) {
        return no(endpoint);
    }

    @Override
    public CompletionStage<Void> execute(String endpoint, String path, String arguments) {
        return no(endpoint);
    }

    @Override
    public CompletionStage<Observation> observe(String endpoint, String path, Consumer<JsonNode> values) {
        return no(endpoint);
    }
}
