package dev.onboard.http;

import com.fasterxml.jackson.databind.JsonNode;
import dev.onboard.account.AccountException.Fault;
import io.javalin.http.Context;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Function;

/**
 * A request's JSON object, read member by member. Faults are collected, so that {@link #done} reports all of them with
 * their paths. Members that nobody asks for are ignored, because clients send whole documents back. Not thread-safe.
 */
final class Body {
    private final JsonNode document;
    private final List<Fault> faults = new ArrayList<>();

    private Body(JsonNode document) {
        this.document = document;
    }

    /** Throws {@link Problem} when the body is no JSON object. */
    static Body of(Context ctx) {
        String type = ctx.contentType();
        if (type != null && !type.contains("json") && !type.startsWith("text/plain")) {
            throw Problem.mediaType("the body has the type '" + type + "'; send application/json");
        }
        JsonNode document = Json.read(ctx.body());
        if (!document.isObject()) {
            throw Problem.badRequest("the body is not a JSON object");
        }
        return new Body(document);
    }

    Optional<String> text(String field) {
        return member(field, JsonNode::isTextual, "a string").map(JsonNode::textValue);
    }

    /** Reports the field when it is missing. */
    String requiredText(String field) {
        Optional<String> text = text(field);
        if (text.isEmpty() && !document.hasNonNull(field)) {
            faults.add(new Fault(field, "is missing"));
        }
        return text.orElse("");
    }

    Optional<Boolean> truth(String field) {
        return member(field, JsonNode::isBoolean, "true or false").map(JsonNode::booleanValue);
    }

    OptionalInt number(String field) {
        return member(field, JsonNode::canConvertToInt, "a whole number")
                .map(node -> OptionalInt.of(node.intValue()))
                .orElse(OptionalInt.empty());
    }

    Optional<Double> decimal(String field) {
        return member(field, JsonNode::isNumber, "a number").map(JsonNode::doubleValue);
    }

    /** An object whose members are texts, numbers or truth values. */
    Optional<Map<String, String>> texts(String field) {
        return member(field, JsonNode::isObject, "an object").map(object -> {
            Map<String, String> texts = new LinkedHashMap<>();
            object.properties().forEach(entry -> {
                if (entry.getValue().isValueNode()) {
                    texts.put(entry.getKey(), entry.getValue().asText());
                } else {
                    faults.add(new Fault(field + "." + entry.getKey(), "is not a single value"));
                }
            });
            return texts;
        });
    }

    /** One of some words. */
    <T> Optional<T> word(String field, Function<String, Optional<T>> words, String expected) {
        Optional<String> text = text(field);
        Optional<T> value = text.flatMap(words);
        if (text.isPresent() && value.isEmpty()) {
            faults.add(new Fault(field, "'" + text.get() + "' is not one of " + expected));
        }
        return value;
    }

    private Optional<JsonNode> member(String field, java.util.function.Predicate<JsonNode> fits, String expected) {
        JsonNode node = document.get(field);
        if (node == null || node.isNull()) {
            return Optional.empty();
        }
        if (!fits.test(node)) {
            faults.add(new Fault(field, "is not " + expected));
            return Optional.empty();
        }
        return Optional.of(node);
    }

    void fault(String field, String message) {
        faults.add(new Fault(field, message));
    }

    /** Throws {@link Problem} with every fault that was found. */
    void done() {
        if (!faults.isEmpty()) {
            throw Problem.invalid(faults);
        }
    }
}
