package dev.onboard.http.leshan;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.onboard.server.OperationException;
import io.javalin.http.Context;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;

/** A device's answer in Leshan's JSON: {@code status}, {@code valid}, {@code success}, {@code failure}, and what was read. */
final class LeshanAnswer {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration USUAL_TIMEOUT = Duration.ofSeconds(5);
    private static final Duration LONGEST_TIMEOUT = Duration.ofSeconds(93);

    private static final Map<String, String> WORDS = Map.ofEntries(
            Map.entry("2.01", "CREATED"),
            Map.entry("2.02", "DELETED"),
            Map.entry("2.04", "CHANGED"),
            Map.entry("2.05", "CONTENT"),
            Map.entry("4.00", "BAD_REQUEST"),
            Map.entry("4.01", "UNAUTHORIZED"),
            Map.entry("4.02", "BAD_OPTION"),
            Map.entry("4.03", "FORBIDDEN"),
            Map.entry("4.04", "NOT_FOUND"),
            Map.entry("4.05", "METHOD_NOT_ALLOWED"),
            Map.entry("4.06", "NOT_ACCEPTABLE"),
            Map.entry("4.08", "REQUEST_ENTITY_INCOMPLETE"),
            Map.entry("4.12", "PRECONDITION_FAILED"),
            Map.entry("4.13", "REQUEST_ENTITY_TOO_LARGE"),
            Map.entry("4.15", "UNSUPPORTED_CONTENT_FORMAT"),
            Map.entry("5.00", "INTERNAL_SERVER_ERROR"));

    private LeshanAnswer() {}

    /** For example {@code CONTENT(205)}. */
    private static String status(String code) {
        return WORDS.getOrDefault(code, "UNKNOWN") + "(" + code.replace(".", "") + ")";
    }

    static ObjectNode success(String code) {
        return JSON.createObjectNode()
                .put("status", status(code))
                .put("valid", true)
                .put("success", true)
                .put("failure", false);
    }

    /** Answers the request when the device has, or when {@code timeout} (seconds) is over. */
    static <T> void send(Context ctx, CompletionStage<T> operation, Function<T, ObjectNode> document) {
        ctx.future(() -> operation
                .toCompletableFuture()
                .copy()
                .orTimeout(timeout(ctx).toMillis(), TimeUnit.MILLISECONDS)
                .handle((answer, failure) -> {
                    if (failure == null) {
                        json(ctx, document.apply(answer));
                    } else {
                        failed(ctx, failure);
                    }
                    return true;
                }));
    }

    private static Duration timeout(Context ctx) {
        String given = ctx.queryParam("timeout");
        if (given == null || !given.matches("\\d{1,6}")) {
            return USUAL_TIMEOUT;
        }
        Duration asked = Duration.ofSeconds(Long.parseLong(given));
        return asked.compareTo(LONGEST_TIMEOUT) > 0 ? LONGEST_TIMEOUT : asked;
    }

    static void json(Context ctx, com.fasterxml.jackson.databind.JsonNode json) {
        ctx.contentType("application/json").result(json.toString());
    }

    private static void failed(Context ctx, Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        if (cause instanceof TimeoutException) {
            text(ctx, 504, "Request timeout");
        } else if (cause instanceof OperationException operation) {
            failed(ctx, operation);
        } else if (cause instanceof LeshanRefusal refusal) {
            text(ctx, refusal.status(), refusal.text());
        } else {
            throw new CompletionException(cause);
        }
    }

    /** What the device refused is an answer like others; what never reached it is an error of the request. */
    static void failed(Context ctx, OperationException failure) {
        switch (failure.reason()) {
            case "refused-by-device" -> {
                ObjectNode json = JSON.createObjectNode()
                        .put("status", status(failure.code().orElse("4.00")))
                        .put("valid", true)
                        .put("success", false)
                        .put("failure", true);
                if (!failure.diagnostic().isEmpty()) {
                    json.put("errormessage", failure.diagnostic());
                }
                json(ctx, json);
            }
            case "timeout" -> text(ctx, 504, "Request timeout");
            case "invalid-path", "invalid-value", "not-registered" ->
                text(ctx, 400, "Invalid request: " + failure.getMessage());
            default -> text(ctx, 500, "Request cancelled: " + failure.getMessage());
        }
    }

    static void text(Context ctx, int status, String text) {
        ctx.status(status).contentType("text/plain; charset=UTF-8").result(text);
    }
}
