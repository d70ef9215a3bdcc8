package dev.onboard.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.onboard.account.Account;
import dev.onboard.account.Issuers.Configuration;
import dev.onboard.account.Query;
import io.javalin.http.Context;
import java.util.Optional;

/**
 * {@code /v3/certificate-issuer-configurations}: who signs which certificates. The member {@code lwm2m} is always there; its
 * issuer {@code null} is the account's own CA.
 */
record IssuerConfigurationDocuments(Account account) {
    void list(Context ctx) {
        Query query = QueryText.read(ctx).counted();
        Json.answer(
                ctx,
                200,
                Envelope.of(account.issuers().configurations(query), query, IssuerConfigurationDocuments::document));
    }

    void create(Context ctx) {
        Body body = Body.of(ctx);
        String reference = body.requiredText("reference");
        String issuer = body.requiredText("certificate_issuer_id");
        body.done();
        Etags.answer(ctx, 201, document(account.issuers().configure(reference, issuer)));
    }

    void read(Context ctx) {
        Etags.answer(ctx, 200, document(find(ctx)));
    }

    void readLwm2m(Context ctx) {
        Etags.answer(ctx, 200, document(account.issuers().lwm2m()));
    }

    void update(Context ctx) {
        update(ctx, find(ctx));
    }

    void updateLwm2m(Context ctx) {
        update(ctx, account.issuers().lwm2m());
    }

    private void update(Context ctx, Configuration old) {
        Body body = Body.of(ctx);
        Optional<String> issuer = body.text("certificate_issuer_id");
        body.done();
        Etags.check(ctx, document(old));
        Etags.answer(ctx, 200, document(account.issuers().reconfigure(old.id(), issuer)));
    }

    void delete(Context ctx) {
        Configuration old = find(ctx);
        Etags.check(ctx, document(old));
        account.issuers().removeConfiguration(old.id());
        ctx.status(204);
    }

    private Configuration find(Context ctx) {
        String id = ctx.pathParam("id");
        return account.issuers()
                .configuration(id)
                .orElseThrow(() -> Problem.notFound("there is no certificate issuer configuration '" + id + "'"));
    }

    private static ObjectNode document(Configuration configuration) {
        return Json.object()
                .put("object", "certificate-issuer-configuration")
                .put("id", configuration.id())
                .put("reference", configuration.reference())
                .put("certificate_issuer_id", configuration.issuerId().orElse(null))
                .put("is_custom", configuration.isCustom())
                .put("etag", Long.toString(configuration.revision()))
                .put("created_at", Json.time(configuration.createdAt()))
                .put("updated_at", Json.time(configuration.updatedAt()));
    }
}
