package dev.onboard.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.onboard.account.Account;
import dev.onboard.account.NewTrustedCertificate;
import dev.onboard.account.Query;
import dev.onboard.account.Service;
import dev.onboard.account.TrustedCertificate;
import dev.onboard.account.TrustedCertificate.EnrollmentMode;
import dev.onboard.account.TrustedCertificate.Status;
import dev.onboard.account.TrustedCertificateChange;
import dev.onboard.pki.CredentialFiles;
import io.javalin.http.Context;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/** {@code /v3/trusted-certificates}. */
record TrustedCertificateDocuments(Account account, InstantSource clock) {
    void list(Context ctx) {
        Query query = QueryText.read(ctx).counted();
        Json.answer(ctx, 200, Envelope.of(account.trustedCertificates().list(query), query, this::document));
    }

    void create(Context ctx) {
        Body body = Body.of(ctx);
        String name = body.requiredText("name");
        String pem = body.requiredText("certificate");
        body.requiredText("service");
        Optional<Service> service = body.word("service", Service::of, "bootstrap, lwm2m");
        String description = body.text("description").orElse("");
        Status status = body.word("status", Status::of, "ACTIVE, INACTIVE").orElse(Status.ACTIVE);
        EnrollmentMode mode = enrollmentMode(body).orElse(EnrollmentMode.EVERY_DEVICE);
        body.done();
        TrustedCertificate added = account.trustedCertificates()
                .add(new NewTrustedCertificate(name, service.orElseThrow(), pem, description, status, mode));
        Etags.answer(ctx, 201, document(added));
    }

    private static Optional<EnrollmentMode> enrollmentMode(Body body) {
        return body.truth("enrollment_mode")
                .map(only -> only ? EnrollmentMode.ENROLLED_DEVICES : EnrollmentMode.EVERY_DEVICE);
    }

    void read(Context ctx) {
        Etags.answer(ctx, 200, document(find(ctx)));
    }

    void update(Context ctx) {
        Body body = Body.of(ctx);
        TrustedCertificateChange change = new TrustedCertificateChange(
                body.text("name"),
                body.word("service", Service::of, "bootstrap, lwm2m"),
                body.text("certificate"),
                body.text("description"),
                body.word("status", Status::of, "ACTIVE, INACTIVE"),
                enrollmentMode(body));
        body.done();
        TrustedCertificate old = find(ctx);
        Etags.check(ctx, document(old));
        Etags.answer(ctx, 200, document(account.trustedCertificates().update(old.id(), change)));
    }

    void delete(Context ctx) {
        TrustedCertificate old = find(ctx);
        Etags.check(ctx, document(old));
        account.trustedCertificates().remove(old.id());
        ctx.status(204);
    }

    private TrustedCertificate find(Context ctx) {
        String id = ctx.pathParam("id");
        return account.trustedCertificates()
                .get(id)
                .orElseThrow(() -> Problem.notFound("there is no trusted certificate '" + id + "'"));
    }

    private ObjectNode document(TrustedCertificate certificate) {
        List<X509Certificate> rootFirst = new ArrayList<>(certificate.chain());
        Collections.reverse(rootFirst);
        ObjectNode document = Json.object();
        document.put("object", "trusted-cert")
                .put("id", certificate.id())
                .put("account_id", account.id())
                .put("name", certificate.name())
                .put("description", certificate.description())
                .put("service", certificate.service().word())
                .put("status", certificate.status().name())
                .put("enrollment_mode", certificate.enrollmentMode() == EnrollmentMode.ENROLLED_DEVICES)
                .put("device_execution_mode", certificate.executionMode().number())
                .put("certificate", CredentialFiles.pem(rootFirst))
                .put("certificate_fingerprint", certificate.fingerprint())
                .put("subject", certificate.subject())
                .put("issuer", certificate.issuer())
                .put("valid", certificate.isValidAt(clock.instant()))
                .put("validity", Json.time(certificate.expiresAt()))
                .put("owner_id", account.id())
                .put("etag", Long.toString(certificate.revision()))
                .put("created_at", Json.time(certificate.createdAt()))
                .put("updated_at", Json.time(certificate.updatedAt()));
        certificate.fault().ifPresent(fault -> document.put("fault", fault));
        return document;
    }
}
