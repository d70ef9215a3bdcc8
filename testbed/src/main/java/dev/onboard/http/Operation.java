package dev.onboard.http;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What {@code /openapi.json} says about one route. It stands beside the route, which cannot be written without it. Schemas
 * are names of components in {@code schemas.json}. Immutable; everything after the first line returns a copy.
 *
 * <p>Every operation answers 401 and 403 as well, unless it is {@link #withoutKey}; answers of 400 and above have the
 * error document unless told otherwise.
 *
 * @param summary one line for a person
 * @param parameters what may stand in the query
 * @param filters fields that a list can be filtered by, {@code field__eq=…} and so on; empty: it cannot
 * @param body what is sent
 * @param answers by status; empty content: no body
 */
record Operation(
        String summary,
        List<Parameter> parameters,
        List<String> filters,
        Optional<Content> body,
        Map<Integer, Optional<Content>> answers,
        Access access) {
    private static final String JSON = "application/json";

    /** Who may call it. */
    enum Access {
        KEY,
        ANYBODY
    }

    /** A parameter of the query: its name, its JSON type or a component's name, and what it is. */
    record Parameter(String name, String type, String description) {}

    /**
     * What a body is.
     *
     * @param schema the name of a component; with {@code []} after it a page of them; {@code -}: any text
     */
    record Content(String mediaType, String schema) {}

    Operation {
        parameters = List.copyOf(parameters);
        filters = List.copyOf(filters);
        answers = Map.copyOf(answers);
    }

    /** With this answer and nothing else. */
    static Operation of(String summary, int status, String schema) {
        return of(summary, status, JSON, schema);
    }

    /** With an answer of this type and nothing else. */
    static Operation of(String summary, int status, String mediaType, String schema) {
        return new Operation(
                summary,
                List.of(),
                List.of(),
                Optional.empty(),
                Map.of(status, Optional.of(new Content(mediaType, schema))),
                Access.KEY);
    }

    /** A page of such documents. */
    static Operation lists(String schema, String summary) {
        return of(summary, 200, schema + "[]")
                .query("limit", "integer", "entries on a page, 2 to 1000; 50 when not given")
                .query("after", "string", "the id of the last entry of the page before")
                .query("order", "Order", "by time of creation; ASC when not given")
                .query("include", "string", "total_count: how many entries there are on all pages")
                .query("filter", "string", "the older form of filters: field=value&…, URL-encoded as a whole")
                .refuses(400);
    }

    /** One document. */
    static Operation reads(String schema, String summary) {
        return of(summary, 200, schema).with(304).refuses(404);
    }

    /** Makes one. */
    static Operation creates(String schema, String request, String summary) {
        return of(summary, 201, schema).takes(request).refuses(400, 409);
    }

    /** Changes one. */
    static Operation updates(String schema, String request, String summary) {
        return of(summary, 200, schema).takes(request).refuses(400, 404, 412);
    }

    /** Does something without an answer. */
    static Operation does(String summary) {
        return new Operation(
                summary, List.of(), List.of(), Optional.empty(), Map.of(204, Optional.empty()), Access.KEY);
    }

    /** Begins something that goes on afterwards. */
    static Operation accepts(String summary) {
        return new Operation(
                summary, List.of(), List.of(), Optional.empty(), Map.of(202, Optional.empty()), Access.KEY);
    }

    /** Removes one. */
    static Operation removes(String summary) {
        return does(summary).refuses(404, 412);
    }

    /** Can be filtered by these fields, with spaces between them. */
    Operation by(String fields) {
        return new Operation(summary, parameters, Arrays.asList(fields.split(" ", -1)), body, answers, access);
    }

    /** Takes this JSON document. */
    Operation takes(String schema) {
        return takes(JSON, schema);
    }

    /** Takes a body of this type. */
    Operation takes(String mediaType, String schema) {
        return new Operation(
                summary, parameters, filters, Optional.of(new Content(mediaType, schema)), answers, access);
    }

    /** Has this parameter in its query. */
    Operation query(String name, String type, String description) {
        List<Parameter> more = new ArrayList<>(parameters);
        more.add(new Parameter(name, type, description));
        return new Operation(summary, more, filters, body, answers, access);
    }

    /** Also answers with this status, without a body. */
    Operation with(int status) {
        return answering(status, Optional.empty());
    }

    /** Also answers with these statuses and the error document. */
    Operation refuses(int... statuses) {
        Operation more = this;
        for (int status : statuses) {
            more = more.answering(status, Optional.of(new Content(JSON, "Error")));
        }
        return more;
    }

    /** Also answers with these statuses and bare text, as the Connect API does. */
    Operation saysNo(int... statuses) {
        Operation more = this;
        for (int status : statuses) {
            more = more.answering(status, Optional.of(new Content("text/plain", "-")));
        }
        return more;
    }

    /** Also answers with this status and this document. */
    Operation with(int status, String schema) {
        return answering(status, Optional.of(new Content(JSON, schema)));
    }

    private Operation answering(int status, Optional<Content> content) {
        Map<Integer, Optional<Content>> more = new TreeMap<>(answers);
        more.put(status, content);
        return new Operation(summary, parameters, filters, body, more, access);
    }

    /** Open to anybody at this host: it gives away nothing of the account. */
    Operation withoutKey() {
        return new Operation(summary, parameters, filters, body, answers, Access.ANYBODY);
    }
}
