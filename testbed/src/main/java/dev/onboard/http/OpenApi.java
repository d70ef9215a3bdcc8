package dev.onboard.http;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.onboard.http.Operation.Content;
import dev.onboard.http.Operation.Parameter;
import dev.onboard.http.Routes.Route;
import io.javalin.http.Context;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** {@code /openapi.json}: the routes as an OpenAPI 3.1 document. */
final class OpenApi {
    private static final Pattern PATH_PARAMETER = Pattern.compile("[{<](\\w+)[}>]");
    private static final String OPERATORS = "(eq|neq|in|nin|lte|gte|like)";

    private String text = "{}";

    /** Describes these routes from now on. */
    void describe(List<Route> routes) {
        text = Json.text(document(routes));
    }

    void answer(Context ctx) {
        ctx.contentType("application/json").result(text);
    }

    private static ObjectNode document(List<Route> routes) {
        ObjectNode document = Json.object();
        document.put("openapi", "3.1.0");
        document.putObject("info")
                .put("title", "Onboard")
                .put("version", "0.1.0")
                .put(
                        "description",
                        "The management port of an Onboard testbed. Everything under /v3 has the shapes of the platform's"
                                + " API, everything under /testbed is the testbed's own. Each path is also answered with"
                                + " a slash at its end.")
                .putObject("license")
                .put("name", "Apache-2.0")
                .put("identifier", "Apache-2.0");
        document.putArray("servers").addObject().put("url", "/");
        document.putArray("security").addObject().putArray("key");
        ObjectNode paths = document.putObject("paths");
        for (Route route : routes) {
            String path = PATH_PARAMETER.matcher(route.path()).replaceAll("{$1}");
            ObjectNode item = paths.has(path) ? (ObjectNode) paths.get(path) : paths.putObject(path);
            item.set(route.method().name().toLowerCase(Locale.ROOT), operation(route));
        }
        ObjectNode components = document.putObject("components");
        components.set("schemas", schemas());
        components
                .putObject("securitySchemes")
                .putObject("key")
                .put("type", "http")
                .put("scheme", "bearer");
        return document;
    }

    /** The shapes of all documents, as they are in the product. */
    static ObjectNode schemas() {
        try (InputStream in = OpenApi.class.getResourceAsStream("schemas.json")) {
            if (in == null) {
                throw new IllegalStateException("schemas.json is missing beside " + OpenApi.class.getName());
            }
            return (ObjectNode) Json.read(new String(in.readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static ObjectNode operation(Route route) {
        Operation says = route.says();
        ObjectNode operation = Json.object();
        operation.putArray("tags").add(route.path().split("/", -1)[1]);
        operation.put("operationId", id(route));
        operation.put("summary", says.summary());
        if (says.access() == Operation.Access.ANYBODY) {
            operation.putArray("security");
        }
        ArrayNode parameters = operation.putArray("parameters");
        Matcher names = PATH_PARAMETER.matcher(route.path());
        while (names.find()) {
            parameters
                    .addObject()
                    .put("name", names.group(1))
                    .put("in", "path")
                    .put("required", true)
                    .putObject("schema")
                    .put("type", "string");
        }
        says.parameters().forEach(parameter -> parameters.add(query(parameter)));
        if (!says.filters().isEmpty()) {
            parameters.add(filters(says.filters()));
        }
        says.body().ifPresent(body -> {
            ObjectNode sent = operation.putObject("requestBody").put("required", true);
            sent.set("content", content(body));
        });
        ObjectNode responses = operation.putObject("responses");
        TreeMap<Integer, Optional<Content>> answers = new TreeMap<>(says.answers());
        Content error = route.path().startsWith("/v2/")
                ? new Content("text/plain", "-")
                : new Content("application/json", "Error");
        if (says.access() == Operation.Access.KEY) {
            answers.putIfAbsent(401, Optional.of(error));
        }
        answers.putIfAbsent(403, Optional.of(error));
        answers.forEach((status, content) -> {
            ObjectNode answer = responses.putObject(status.toString()).put("description", meaning(status));
            content.ifPresent(present -> answer.set("content", content(present)));
        });
        responses
                .putObject("default")
                .put("description", "something else went wrong")
                .set("content", content(error));
        return operation;
    }

    /** For example {@code getV3TrustedCertificatesById}. */
    private static String id(Route route) {
        StringBuilder id = new StringBuilder(route.method().name().toLowerCase(Locale.ROOT));
        for (String word : route.path()
                .replaceAll("[{<](\\w+)[}>]", "by-$1")
                .replaceAll("\\W+", "-")
                .split("[-_]", -1)) {
            if (!word.isEmpty()) {
                id.append(Character.toUpperCase(word.charAt(0))).append(word.substring(1));
            }
        }
        return id.toString();
    }

    private static ObjectNode query(Parameter parameter) {
        ObjectNode node = Json.object()
                .put("name", parameter.name())
                .put("in", "query")
                .put("required", false)
                .put("description", parameter.description());
        if (Character.isUpperCase(parameter.type().charAt(0))) {
            node.set("schema", reference(parameter.type()));
        } else {
            node.putObject("schema").put("type", parameter.type());
        }
        return node;
    }

    /** Parameters whose names are a field and an operator: one object, each of its members a parameter. */
    private static ObjectNode filters(List<String> fields) {
        ObjectNode node = Json.object()
                .put("name", "filters")
                .put("in", "query")
                .put("required", false)
                .put("style", "form")
                .put("explode", true)
                .put("description", "all must hold; __in and __nin take values with commas between them");
        ObjectNode schema = node.putObject("schema").put("type", "object");
        schema.putObject("propertyNames").put("pattern", "^(" + String.join("|", fields) + ")__" + OPERATORS + "$");
        schema.putObject("additionalProperties").put("type", "string");
        return node;
    }

    private static ObjectNode content(Content content) {
        ObjectNode node = Json.object();
        node.putObject(content.mediaType()).set("schema", schema(content.schema()));
        return node;
    }

    private static ObjectNode schema(String name) {
        if (name.equals("-")) {
            return Json.object().put("type", "string");
        }
        return name.endsWith("[]") ? page(name.substring(0, name.length() - 2)) : reference(name);
    }

    private static ObjectNode reference(String component) {
        return Json.object().put("$ref", "#/components/schemas/" + component);
    }

    private static ObjectNode page(String component) {
        ObjectNode page = Json.object().put("type", "object");
        page.putArray("required")
                .add("object")
                .add("data")
                .add("has_more")
                .add("limit")
                .add("order");
        ObjectNode properties = page.putObject("properties");
        properties.putObject("object").put("const", "list");
        properties.putObject("data").put("type", "array").set("items", reference(component));
        properties.putObject("has_more").put("type", "boolean");
        properties.putObject("limit").put("type", "integer");
        properties.set("order", reference("Order"));
        properties.putObject("total_count").put("type", "integer");
        properties.putObject("after").putArray("type").add("string").add("null");
        return page;
    }

    private static String meaning(int status) {
        return switch (status) {
            case 200 -> "done";
            case 201 -> "made";
            case 202 -> "accepted";
            case 204 -> "done; no content";
            case 304 -> "as the client has it (If-None-Match)";
            case 400 -> "what was sent is not acceptable; fields says why";
            case 401 -> "no key, or a wrong one";
            case 403 -> "the key, the Host or the Origin may not do this, or a limit is reached";
            case 404 -> "there is no such thing";
            case 409 -> "it exists already, or its state does not allow this";
            case 412 -> "it has changed (If-Match)";
            case 413 -> "the body is too large";
            case 415 -> "another media type is needed";
            case 422 -> "the device refused";
            case 423 -> "the device cannot do this now";
            case 424 -> "the certificate issuer could not be reached, or refused";
            case 504 -> "the device did not answer in time";
            default -> "status " + status;
        };
    }
}
