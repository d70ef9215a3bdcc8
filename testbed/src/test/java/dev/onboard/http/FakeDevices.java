package dev.onboard.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/** Devices that keep values in memory: any endpoint but {@code gone}, {@code silent} and {@code stubborn}. */
final class FakeDevices implements DeviceOperations {
    final Map<String, JsonNode> values = new ConcurrentHashMap<>();
    final CopyOnWriteArrayList<String> executed = new CopyOnWriteArrayList<>();
    final Map<String, Consumer<JsonNode>> observers = new ConcurrentHashMap<>();
    final CompletableFuture<String> cancelled = new CompletableFuture<>();

    private static <T> CompletionStage<T> answer(String endpoint, java.util.function.Supplier<T> value) {
        return switch (endpoint) {
            case "gone" -> failed(OperationException.Kind.NOT_REGISTERED, "'gone' is not registered");
            case "silent" -> failed(OperationException.Kind.TIMEOUT, "'silent' did not answer within 1 s");
            case "stubborn" -> failed(OperationException.Kind.REFUSED, "'stubborn' answered 4.05 Method Not Allowed");
            default -> CompletableFuture.supplyAsync(value);
        };
    }

    private static <T> CompletionStage<T> failed(OperationException.Kind kind, String message) {
        return CompletableFuture.failedFuture(OperationException.of(kind, message));
    }

    @Override
    public CompletionStage<JsonNode> read(String endpoint, String path) {
        return answer(endpoint, () -> values.getOrDefault(endpoint + path, TextNode.valueOf("Onboard")));
    }

    @Override
    public CompletionStage<Void> write(String endpoint, String path, JsonNode value) {
        return answer(endpoint, () -> values.put(endpoint + path, value)).thenAccept(old -> {});
    }

    @Override
    public CompletionStage<Void> execute(String endpoint, String path, String arguments) {
        return answer(endpoint, () -> executed.add(endpoint + path + "(" + arguments + ")"))
                .thenAccept(added -> {});
    }

    @Override
    public CompletionStage<Observation> observe(String endpoint, String path, Consumer<JsonNode> consumer) {
        return answer(endpoint, () -> {
            observers.put(endpoint + path, consumer);
            consumer.accept(TextNode.valueOf("first"));
            return () -> cancelled.complete(endpoint + path);
        });
    }
}
