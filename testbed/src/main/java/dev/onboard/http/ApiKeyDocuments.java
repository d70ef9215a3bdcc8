package dev.onboard.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.onboard.account.Account;
import dev.onboard.account.ApiKeys.Access;
import dev.onboard.account.ApiKeys.Entry;
import dev.onboard.account.Page;
import dev.onboard.account.Query;
import io.javalin.http.Context;
import java.security.SecureRandom;
import java.util.List;
import java.util.OptionalLong;

/**
 * {@code /v3/api-keys}. The key is in the answer to its creation and nowhere else. {@code access} is {@code full} or
 * {@code read-only}. The key in the work directory is not in the list and cannot be revoked here.
 */
record ApiKeyDocuments(Account account, SecureRandom random) {
    void list(Context ctx) {
        Query query = Query.all().limit(Query.MAX_LIMIT);
        List<Entry> keys = account.apiKeys().list();
        Json.answer(
                ctx, 200, Envelope.of(new Page<>(keys, false, OptionalLong.of(keys.size())), query, this::document));
    }

    void create(Context ctx) {
        Body body = Body.of(ctx);
        String name = body.requiredText("name");
        Access access = body.word("access", Access::of, "full, read-only").orElse(Access.FULL);
        body.done();
        ApiKey key = ApiKey.fresh(random);
        Entry entry = account.apiKeys().add(name, access, key.text());
        Etags.answer(ctx, 201, document(entry).put("key", key.text()));
    }

    void read(Context ctx) {
        Etags.answer(ctx, 200, document(find(ctx)));
    }

    void revoke(Context ctx) {
        account.apiKeys().revoke(find(ctx).id());
        ctx.status(204);
    }

    private Entry find(Context ctx) {
        String id = ctx.pathParam("id");
        return account.apiKeys().list().stream()
                .filter(entry -> entry.id().equals(id))
                .findFirst()
                .orElseThrow(() -> Problem.notFound("there is no API key '" + id + "'"));
    }

    private ObjectNode document(Entry entry) {
        return Json.object()
                .put("object", "api-key")
                .put("id", entry.id())
                .put("account_id", account.id())
                .put("name", entry.name())
                .put("status", "ACTIVE")
                .put("access", entry.access().word())
                .put("etag", "1")
                .put("created_at", Json.time(entry.createdAt()))
                .put("updated_at", Json.time(entry.createdAt()));
    }
}
