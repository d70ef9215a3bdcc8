package dev.onboard.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.onboard.account.Account;
import dev.onboard.http.ServerCredentials.Server;
import dev.onboard.pki.CredentialFiles;
import dev.onboard.pki.Fingerprint;
import io.javalin.http.Context;
import java.util.List;
import java.util.Optional;

/** {@code /v3/server-credentials} in its three forms; the collection's fields have other names than the single ones'. */
record ServerCredentialDocuments(Account account, Optional<ServerCredentials> servers) {
    private ServerCredentials running() {
        return servers.orElseThrow(
                () -> Problem.notFound("no bootstrap server and no LwM2M server run in this testbed"));
    }

    void all(Context ctx) {
        ObjectNode document = Json.object();
        document.set("bootstrap", brief(running().bootstrap()));
        document.set("lwm2m", brief(running().lwm2m()));
        Json.answer(ctx, 200, document);
    }

    void bootstrap(Context ctx) {
        Etags.answer(ctx, 200, single(running().bootstrap()));
    }

    void lwm2m(Context ctx) {
        Etags.answer(ctx, 200, single(running().lwm2m()));
    }

    private ObjectNode brief(Server server) {
        return Json.object()
                .put("url", server.uriFor(account.id()))
                .put("certificate", CredentialFiles.pem(List.of(server.authority())));
    }

    private ObjectNode single(Server server) {
        String fingerprint = Fingerprint.sha256(server.authority());
        return Json.object()
                .put("object", "server-credentials")
                .put("id", fingerprint.substring(0, 32))
                .put("server_uri", server.uriFor(account.id()))
                .put("server_certificate", CredentialFiles.pem(List.of(server.authority())))
                .put("etag", fingerprint)
                .put("created_at", Json.time(server.authority().getNotBefore().toInstant()));
    }
}
