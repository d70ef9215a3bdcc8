package dev.onboard.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.onboard.account.Account;
import dev.onboard.account.IssuerCredentials;
import dev.onboard.account.IssuerType;
import dev.onboard.account.Issuers.Change;
import dev.onboard.account.Issuers.Health;
import dev.onboard.account.Issuers.Issuer;
import dev.onboard.account.Issuers.NewIssuer;
import dev.onboard.account.Issuers.Verification;
import dev.onboard.account.Query;
import io.javalin.http.Context;
import java.util.Map;
import java.util.Optional;

/** {@code /v3/certificate-issuers}. Credentials come in and never go out. */
record IssuerDocuments(Account account) {
    void list(Context ctx) {
        Query query = QueryText.read(ctx).counted();
        Json.answer(ctx, 200, Envelope.of(account.issuers().list(query), query, this::document));
    }

    void create(Context ctx) {
        Body body = Body.of(ctx);
        String name = body.requiredText("name");
        body.requiredText("issuer_type");
        Optional<IssuerType> type = body.word("issuer_type", IssuerType::of, "GLOBAL_SIGN, CFSSL_AUTH, EST");
        if (type.equals(Optional.of(IssuerType.COMMAND))) {
            body.fault("issuer_type", "COMMAND is configured on the machine itself alone: onboard issuer add-command");
        }
        String description = body.text("description").orElse("");
        Map<String, String> attributes = body.texts("issuer_attributes").orElse(Map.of());
        Optional<Map<String, String>> credentials = body.texts("issuer_credentials");
        if (credentials.isEmpty()) {
            body.fault("issuer_credentials", "is missing");
        }
        body.done();
        Issuer issuer = account.issuers()
                .add(new NewIssuer(
                        name,
                        description,
                        type.orElseThrow(),
                        attributes,
                        IssuerCredentials.of(credentials.orElse(Map.of()))));
        Etags.answer(ctx, 201, document(issuer));
    }

    void read(Context ctx) {
        Etags.answer(ctx, 200, document(find(ctx)));
    }

    void update(Context ctx) {
        Body body = Body.of(ctx);
        Change change = new Change(
                body.text("name"),
                body.text("description"),
                body.texts("issuer_attributes"),
                body.texts("issuer_credentials").map(IssuerCredentials::of));
        body.done();
        Issuer old = find(ctx);
        Etags.check(ctx, document(old));
        Etags.answer(ctx, 200, document(account.issuers().update(old.id(), change)));
    }

    void delete(Context ctx) {
        Issuer old = find(ctx);
        Etags.check(ctx, document(old));
        account.issuers().remove(old.id());
        ctx.status(204);
    }

    void verify(Context ctx) {
        ctx.future(() -> account.issuers()
                .verify(ctx.pathParam("id"))
                .thenAccept(said -> Json.answer(
                        ctx,
                        200,
                        Json.object()
                                .put("successful", said instanceof Verification.Successful)
                                .put("message", said.message())))
                .toCompletableFuture());
    }

    private Issuer find(Context ctx) {
        String id = ctx.pathParam("id");
        return account.issuers()
                .get(id)
                .orElseThrow(() -> Problem.notFound("there is no certificate issuer '" + id + "'"));
    }

    private ObjectNode document(Issuer issuer) {
        ObjectNode document = Json.object()
                .put("object", "certificate-issuer")
                .put("id", issuer.id())
                .put("name", issuer.name())
                .put("description", issuer.description())
                .put("issuer_type", issuer.type().name())
                .put("etag", Long.toString(issuer.revision()))
                .put("created_at", Json.time(issuer.createdAt()))
                .put("updated_at", Json.time(issuer.updatedAt()));
        Health health = account.issuers().health(issuer.id());
        document.put("health", health.word())
                .put("failures_in_a_row", health.failures())
                .put("last_success_at", health.succeededAt().map(Json::time).orElse(null))
                .put("last_failure_at", health.failedAt().map(Json::time).orElse(null))
                .put("last_failure", health.lastFailure().orElse(null));
        ObjectNode attributes = document.putObject("issuer_attributes");
        issuer.attributes().forEach(attributes::put);
        return document;
    }
}
