package dev.onboard.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.onboard.http.Rotations.Leaving;
import dev.onboard.http.Rotations.Report;
import dev.onboard.http.Rotations.Subject;
import io.javalin.http.Context;

/** {@code /testbed/rotations/{subject}}. */
record RotationDocuments(DeviceOperations operations) {
    private Rotations rotations() {
        return operations
                .rotations()
                .orElseThrow(() -> Problem.notFound("no servers run here whose certificates could be exchanged"));
    }

    private static Subject subject(Context ctx) {
        String word = ctx.pathParam("subject");
        return Subject.of(word)
                .orElseThrow(() -> Problem.notFound(
                        "there is no rotation '" + word + "'; there are server-leaf, lwm2m-server-ca and device-ca"));
    }

    void read(Context ctx) {
        Json.answer(ctx, 200, document(rotations().report(subject(ctx))));
    }

    void begin(Context ctx) {
        Json.answer(ctx, 201, document(rotations().begin(subject(ctx))));
    }

    void undo(Context ctx) {
        Json.answer(ctx, 200, document(rotations().undo(subject(ctx))));
    }

    void finish(Context ctx) {
        JsonNode leave = ctx.body().isBlank() ? Json.object() : Json.read(ctx.body());
        JsonNode force = leave.path("force");
        if (!force.isMissingNode() && !force.isBoolean()) {
            throw Problem.invalid("force", "is neither true nor false");
        }
        Leaving leaving = force.asBoolean() ? Leaving.STRAGGLERS : Leaving.NOBODY;
        Json.answer(ctx, 200, document(rotations().finish(subject(ctx), leaving)));
    }

    private static ObjectNode document(Report report) {
        ObjectNode document = Json.object()
                .put("object", "rotation")
                .put("subject", report.subject().word())
                .put("state", report.begunAt().isPresent() ? "overlap" : "none")
                .put("begun_at", report.begunAt().map(Json::time).orElse(null))
                .put("undone_at", report.undoneAt().map(Json::time).orElse(null))
                .put("certificate_fingerprint", report.fingerprint())
                .put("before_fingerprint", report.before().orElse(null));
        ArrayNode stragglers = document.putArray("stragglers");
        report.stragglers()
                .forEach(straggler -> stragglers
                        .addObject()
                        .put("endpoint_name", straggler.endpoint())
                        .put("state", straggler.state())
                        .put(
                                "bootstrapped_timestamp",
                                straggler.bootstrappedAt().map(Json::time).orElse(null)));
        return document;
    }
}
