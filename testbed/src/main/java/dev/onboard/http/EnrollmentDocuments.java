package dev.onboard.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.onboard.account.Account;
import dev.onboard.account.Enrollments.Denial;
import dev.onboard.account.Enrollments.Enrollment;
import dev.onboard.account.Enrollments.Job;
import dev.onboard.account.Enrollments.JobKind;
import dev.onboard.account.Query;
import io.javalin.http.Context;
import io.javalin.http.UploadedFile;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * {@code /v3/device-enrollments}, its bulk jobs and {@code /v3/device-enrollment-denials}. A list of identities is CSV
 * with the identity in the first column; a first line without an identity is a heading. Jobs are complete when they are
 * answered.
 */
record EnrollmentDocuments(Account account) {
    void list(Context ctx) {
        Query query = QueryText.read(ctx).counted();
        Json.answer(ctx, 200, Envelope.of(account.enrollments().list(query), query, this::document));
    }

    void create(Context ctx) {
        Body body = Body.of(ctx);
        String identity = body.requiredText("enrollment_identity");
        body.done();
        Etags.answer(ctx, 201, document(account.enrollments().add(identity)));
    }

    void read(Context ctx) {
        String id = ctx.pathParam("id");
        Etags.answer(
                ctx,
                200,
                document(account.enrollments()
                        .get(id)
                        .orElseThrow(() -> Problem.notFound("there is no device enrollment '" + id + "'"))));
    }

    void delete(Context ctx) {
        account.enrollments().remove(ctx.pathParam("id"));
        ctx.status(204);
    }

    void bulkUpload(Context ctx) {
        bulk(ctx, JobKind.UPLOAD);
    }

    void bulkDelete(Context ctx) {
        bulk(ctx, JobKind.DELETE);
    }

    private void bulk(Context ctx, JobKind kind) {
        if (!ctx.isMultipartFormData()) {
            throw Problem.mediaType("send multipart/form-data with a file in the part 'enrollment_identities'");
        }
        UploadedFile file = ctx.uploadedFile("enrollment_identities");
        if (file == null) {
            throw Problem.invalid("enrollment_identities", "is missing; send a CSV file in this part");
        }
        Json.answer(ctx, 201, job(account.enrollments().run(kind, identities(file))));
    }

    private static List<String> identities(UploadedFile file) {
        try (InputStream content = file.content()) {
            List<String> first = new String(content.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .map(line -> line.split("[,;]", 2)[0].replace("\"", "").strip())
                    .filter(cell -> !cell.isEmpty())
                    .toList();
            boolean heading = !first.isEmpty() && !first.get(0).startsWith("A-");
            return heading ? first.subList(1, first.size()) : first;
        } catch (IOException e) {
            throw new UncheckedIOException("the uploaded list cannot be read", e);
        }
    }

    void readUploadJob(Context ctx) {
        Json.answer(ctx, 200, job(findJob(ctx, JobKind.UPLOAD)));
    }

    void readDeleteJob(Context ctx) {
        Json.answer(ctx, 200, job(findJob(ctx, JobKind.DELETE)));
    }

    void report(Context ctx) {
        String id = ctx.pathParam("id");
        ctx.contentType("text/csv")
                .result(account.enrollments()
                        .job(id)
                        .orElseThrow(() -> Problem.notFound("there is no bulk job '" + id + "'"))
                        .report());
    }

    private Job findJob(Context ctx, JobKind kind) {
        String id = ctx.pathParam("id");
        return account.enrollments()
                .job(id)
                .filter(job -> job.kind() == kind)
                .orElseThrow(() -> Problem.notFound("there is no bulk job '" + id + "'"));
    }

    private ObjectNode job(Job job) {
        String report = "/testbed/enrollment-jobs/" + job.id() + "/report";
        return Json.object()
                .put(
                        "object",
                        job.kind() == JobKind.UPLOAD
                                ? "enrollment-identity-bulk-uploads"
                                : "enrollment-identity-bulk-deletes")
                .put("id", job.id())
                .put("account_id", account.id())
                .put("status", "completed")
                .put("total_count", job.total())
                .put("processed_count", job.total())
                .put("errors_count", job.errors())
                .put("full_report_file", report)
                .put("errors_report_file", report)
                .put("etag", "1")
                .put("created_at", Json.time(job.createdAt()))
                .put("completed_at", Json.time(job.completedAt()));
    }

    void denials(Context ctx) {
        Query query = QueryText.read(ctx).counted();
        if (query.conditions().stream().noneMatch(condition -> condition.field().equals("trusted_certificate_id"))) {
            throw Problem.invalid("trusted_certificate_id__eq", "is missing; say of which trusted certificate");
        }
        Json.answer(ctx, 200, Envelope.of(account.enrollments().denials(query), query, this::denial));
    }

    void readDenial(Context ctx) {
        String id = ctx.pathParam("id");
        Json.answer(
                ctx,
                200,
                denial(account.enrollments()
                        .denial(id)
                        .orElseThrow(() -> Problem.notFound("there is no device enrollment denial '" + id + "'"))));
    }

    private ObjectNode denial(Denial denial) {
        return Json.object()
                .put("object", "denied_device")
                .put("id", denial.id())
                .put("account_id", account.id())
                .put("endpoint_name", denial.endpoint())
                .put("trusted_certificate_id", denial.trustedCertificateId())
                .put("created_at", Json.time(denial.createdAt()));
    }

    private ObjectNode document(Enrollment enrollment) {
        return Json.object()
                .put("object", "enrollment")
                .put("id", enrollment.id())
                .put("account_id", account.id())
                .put("enrollment_identity", enrollment.identity())
                .put("enrolled_device_id", enrollment.deviceId().orElse(null))
                .put("claimed_at", enrollment.claimedAt().map(Json::time).orElse(null))
                .put("expires_at", enrollment.expiresAt().map(Json::time).orElse(null))
                .put("etag", enrollment.claimedAt().isPresent() ? "2" : "1")
                .put("created_at", Json.time(enrollment.createdAt()));
    }
}
