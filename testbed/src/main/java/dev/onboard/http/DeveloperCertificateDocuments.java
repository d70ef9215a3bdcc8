package dev.onboard.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.onboard.account.Account;
import dev.onboard.account.DeveloperCertificates.Developer;
import dev.onboard.account.TrustedCertificate;
import dev.onboard.pki.CredentialFiles;
import io.javalin.http.Context;
import java.util.Optional;

/** {@code /v3/developer-certificates}; listed, made inactive and removed as trusted certificates with the same id. */
record DeveloperCertificateDocuments(Account account, Optional<ServerCredentials> servers) {
    void create(Context ctx) {
        Body body = Body.of(ctx);
        String name = body.requiredText("name");
        String description = body.text("description").orElse("");
        body.done();
        Etags.answer(ctx, 201, document(account.developerCertificates().create(name, description)));
    }

    void read(Context ctx) {
        String id = ctx.pathParam("id");
        Etags.answer(
                ctx,
                200,
                document(account.developerCertificates()
                        .get(id)
                        .orElseThrow(() -> Problem.notFound("there is no developer certificate '" + id + "'"))));
    }

    private ObjectNode document(Developer developer) {
        TrustedCertificate trusted = developer.trusted();
        return Json.object()
                .put("object", "trusted-cert")
                .put("id", trusted.id())
                .put("account_id", account.id())
                .put("name", trusted.name())
                .put("description", trusted.description())
                .put(
                        "developer_certificate",
                        CredentialFiles.pem(developer.credential().chain()))
                .put(
                        "developer_private_key",
                        CredentialFiles.pem(developer.credential().privateKey()))
                .put(
                        "security_file_content",
                        servers.map(running -> new DeveloperFile(
                                                account.id(), running.bootstrap(), developer.credential())
                                        .text())
                                .orElse(""))
                .put("etag", Long.toString(trusted.revision()))
                .put("created_at", Json.time(trusted.createdAt()));
    }
}
