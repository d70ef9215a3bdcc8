package dev.onboard.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.onboard.account.Account;
import dev.onboard.account.IssuedCertificate;
import dev.onboard.account.Query;
import dev.onboard.account.RevocationReason;
import dev.onboard.pki.CredentialFiles;
import dev.onboard.pki.Fingerprint;
import io.javalin.http.Context;

/** {@code /testbed/issued-certificates}. */
record IssuedDocuments(Account account) {
    void list(Context ctx) {
        Query query = QueryText.read(ctx);
        Json.answer(ctx, 200, Envelope.of(account.issuedCertificates().list(query), query, IssuedDocuments::document));
    }

    void read(Context ctx) {
        String serial = ctx.pathParam("serial");
        Json.answer(
                ctx,
                200,
                document(account.issuedCertificates()
                        .bySerial(serial)
                        .orElseThrow(() -> Problem.notFound("there is no issued certificate '" + serial + "'"))));
    }

    void revoke(Context ctx) {
        RevocationReason reason = RevocationReason.UNSPECIFIED;
        if (!ctx.body().isBlank()) {
            Body body = Body.of(ctx);
            reason = body.word(
                            "reason",
                            RevocationReason::of,
                            "unspecified, key-compromise, ca-compromise, "
                                    + "affiliation-changed, superseded, cessation-of-operation, privilege-withdrawn")
                    .orElse(reason);
            body.done();
        }
        Json.answer(ctx, 200, document(account.issuedCertificates().revoke(ctx.pathParam("serial"), reason)));
    }

    private static ObjectNode document(IssuedCertificate issued) {
        ObjectNode document = Json.object();
        document.put("object", "issued-certificate")
                .put("id", issued.id())
                .put("serial", issued.serial())
                .put("endpoint_name", issued.endpoint())
                .put("device_id", issued.deviceId())
                .put("generation", issued.generation())
                .put("certificate", CredentialFiles.pem(issued.chain()))
                .put("certificate_fingerprint", Fingerprint.sha256(issued.certificate()))
                .put("issuer", issued.certificate().getIssuerX500Principal().getName())
                .put("created_at", Json.time(issued.createdAt()))
                .put("expires_at", Json.time(issued.certificate().getNotAfter().toInstant()));
        issued.revocation()
                .ifPresent(revocation -> document.put("revoked_at", Json.time(revocation.at()))
                        .put("revocation_reason", revocation.reason().word()));
        return document;
    }
}
