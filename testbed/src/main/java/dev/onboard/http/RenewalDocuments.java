package dev.onboard.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.onboard.account.Account;
import dev.onboard.account.AccountException;
import dev.onboard.account.CertificateEnrollments.Enrollment;
import dev.onboard.account.CertificateEnrollments.Result;
import dev.onboard.account.Query;
import io.javalin.http.Context;

/** {@code /v3/certificate-enrollments}, and the renewal of a certificate, which makes one. */
record RenewalDocuments(Account account) {
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

    /** Everything is checked; then it says that nobody carries a renewal to the device yet, rather than begin one that never ends. */
    void renew(Context ctx) {
        String device = ctx.pathParam("id");
        String name = ctx.pathParam("name");
        account.certificateEnrollments().check(device, name);
        throw Problem.of(
                AccountException.locked("this version of Onboard does not carry renewals to devices yet; device "
                        + device + " gets a new certificate when it bootstraps again"));
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
