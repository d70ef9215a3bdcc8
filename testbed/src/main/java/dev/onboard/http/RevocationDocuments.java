package dev.onboard.http;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.onboard.account.Account;
import dev.onboard.account.UploadedRevocationList;
import dev.onboard.pki.Revocation;
import dev.onboard.pki.RevocationListFile;
import io.javalin.http.Context;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;

/** {@code /testbed/trusted-certificates/ID/revocation-lists}, and the account's own list at {@code /crl}. */
record RevocationDocuments(Account account) {
    static String word(Revocation mode) {
        return mode.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    static Optional<Revocation> mode(String word) {
        for (Revocation mode : Revocation.values()) {
            if (word(mode).equals(word)) {
                return Optional.of(mode);
            }
        }
        return Optional.empty();
    }

    void list(Context ctx) {
        ObjectNode document = Json.object().put("object", "list");
        ArrayNode data = document.putArray("data");
        account.revocationLists().of(ctx.pathParam("id")).forEach(list -> data.add(document(list)));
        Json.answer(ctx, 200, document);
    }

    void create(Context ctx) {
        Body body = Body.of(ctx);
        Optional<String> crl = body.text("crl");
        Optional<String> url = body.text("url");
        body.done();
        if (crl.isPresent() == url.isPresent()) {
            throw Problem.invalid("crl", "give either 'crl', the list, or 'url', where it is");
        }
        String id = ctx.pathParam("id");
        UploadedRevocationList kept = crl.isPresent()
                ? account.revocationLists().add(id, crl.get().getBytes(StandardCharsets.UTF_8))
                : account.revocationLists().fetch(id, uri(url.orElseThrow()));
        Json.answer(ctx, 201, document(kept));
    }

    private static URI uri(String text) {
        try {
            return new URI(text);
        } catch (URISyntaxException e) {
            throw Problem.invalid("url", "'" + text + "' is no URL: " + e.getReason());
        }
    }

    void refresh(Context ctx) {
        Json.answer(
                ctx, 200, document(account.revocationLists().refresh(ctx.pathParam("id"), ctx.pathParam("list_id"))));
    }

    void delete(Context ctx) {
        account.revocationLists().remove(ctx.pathParam("id"), ctx.pathParam("list_id"));
        ctx.status(204);
    }

    void ownDer(Context ctx) {
        ctx.contentType("application/pkix-crl").result(account.revocationLists().own());
    }

    void ownPem(Context ctx) {
        ctx.contentType("application/x-pem-file")
                .result(RevocationListFile.pem(account.revocationLists().own()));
    }

    private static ObjectNode document(UploadedRevocationList list) {
        return Json.object()
                .put("object", "revocation-list")
                .put("id", list.id())
                .put("trusted_certificate_id", list.trustedCertificateId())
                .put("url", list.source().map(URI::toString).orElse(null))
                .put("issuer", list.issuer())
                .put("number", list.number())
                .put("this_update", Json.time(list.thisUpdate()))
                .put("next_update", list.nextUpdate().map(Json::time).orElse(null))
                .put("revoked", list.revoked())
                .put("crl", RevocationListFile.pem(list.der()))
                .put("updated_at", Json.time(list.updatedAt()));
    }
}
