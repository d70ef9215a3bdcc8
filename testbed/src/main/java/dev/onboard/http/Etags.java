package dev.onboard.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.javalin.http.Context;
import java.util.Arrays;

/** Entity tags: every single document has one, and requests may depend on it (RFC 9110, sections 8.8.3 and 13.1). */
final class Etags {
    private Etags() {}

    /** Answers with the document, or with 304 when the client has it. */
    static void answer(Context ctx, int status, ObjectNode document) {
        String tag = quoted(document);
        ctx.header("ETag", tag);
        if (status == 200 && ctx.method().name().equals("GET") && names(ctx, "If-None-Match", tag)) {
            ctx.status(304);
        } else {
            Json.answer(ctx, status, document);
        }
    }

    /** Throws {@link Problem} when the client wants to change another state than this. */
    static void check(Context ctx, ObjectNode current) {
        if (ctx.header("If-Match") != null && !names(ctx, "If-Match", quoted(current))) {
            throw Problem.preconditionFailed("it has changed: its etag is " + quoted(current) + ", not "
                    + ctx.header("If-Match") + "; read it again");
        }
    }

    private static String quoted(ObjectNode document) {
        return '"' + document.path("etag").asText() + '"';
    }

    private static boolean names(Context ctx, String header, String tag) {
        String value = ctx.header(header);
        return value != null
                && Arrays.stream(value.split(",", -1))
                        .map(String::strip)
                        .anyMatch(candidate ->
                                candidate.equals("*") || candidate.equals(tag) || candidate.equals("W/" + tag));
    }
}
