package dev.onboard.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.onboard.account.Account;
import dev.onboard.account.CertificateEnrollments.Enrollment;
import dev.onboard.account.CertificateEnrollments.Result;
import dev.onboard.account.Issuers;
import dev.onboard.account.Query;
import io.javalin.http.Context;

/** {@code /v3/certificate-enrollments}, and the renewal of a certificate, which makes one. */
record RenewalDocuments(Account account, DeviceOperations operations) {
    void list(Context ctx) {
        Query query = QueryText.read(ctx);
        Json.answer(
                ctx, 200, Envelope.of(account.certificateEnrollments().list(query), query, RenewalDocuments::document));
    }

    void read(Context ctx) {
        String id = ctx.pathParam("id");
        Etags.answer(
                ctx,
                200,
                document(account.certificateEnrollments()
                        .get(id)
                        .orElseThrow(() -> Problem.notFound("there is no certificate enrollment '" + id + "'"))));
    }

    /** The reserved name is {@code LWM2M} on the platform, and {@code LwM2M} in its documentation. */
    void renew(Context ctx) {
        String device = ctx.pathParam("id");
        String asked = ctx.pathParam("name");
        String name = asked.equalsIgnoreCase(Issuers.LWM2M) ? Issuers.LWM2M : asked;
        account.certificateEnrollments().check(device, name);
        Etags.answer(ctx, 201, document(operations.renew(device, name)));
    }

    private static ObjectNode document(Enrollment enrollment) {
        return Json.object()
                .put("object", "certificate-enrollment")
                .put("id", enrollment.id())
                .put("device_id", enrollment.deviceId())
                .put("certificate_name", enrollment.certificateName())
                .put("enroll_status", enrollment.result().isPresent() ? "completed" : "new")
                .put(
                        "enroll_result",
                        enrollment
                                .result()
                                .map(result -> result.outcome().word())
                                .orElse(null))
                .put(
                        "enroll_result_detail",
                        enrollment.result().map(Result::detail).orElse(null))
                .put("etag", Long.toString(enrollment.revision()))
                .put("created_at", Json.time(enrollment.createdAt()))
                .put("updated_at", Json.time(enrollment.updatedAt()));
    }
}
