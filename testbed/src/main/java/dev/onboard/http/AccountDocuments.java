package dev.onboard.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.onboard.account.Account;
import dev.onboard.account.AnchorPolicy;
import dev.onboard.account.DeviceState;
import dev.onboard.pki.Revocation;
import io.javalin.http.Context;
import io.javalin.http.Handler;
import java.util.Map;
import java.util.Optional;

/** {@code /v3/accounts/me}, and {@code /testbed/account} with what only a testbed can change. */
record AccountDocuments(Account account) {
    void me(Context ctx) {
        Json.answer(ctx, 200, document());
    }

    private ObjectNode document() {
        ObjectNode document = Json.object();
        document.put("object", "account")
                .put("id", account.id())
                .put("display_name", "Onboard")
                .put("status", "ENROLLED")
                .put("tier", "2")
                .put("etag", "1")
                .put("created_at", Json.time(account.createdAt()))
                .put("updated_at", Json.time(account.createdAt()));
        document.putArray("aliases");
        return document;
    }

    /** The same under {@code /v3/accounts/{account_id}}, where the id must be this account's: it has no subtenants. */
    Handler own(Handler handler) {
        return ctx -> {
            String id = ctx.pathParam("account_id");
            if (!id.equals(account.id())) {
                throw Problem.notFound("there is no account '" + id + "'; this one is " + account.id());
            }
            handler.handle(ctx);
        };
    }

    void read(Context ctx) {
        ObjectNode document = Json.object();
        document.put("object", "testbed-account")
                .put("id", account.id())
                .put("anchor_policy", account.anchorPolicy().word())
                .put(
                        "revocation",
                        RevocationDocuments.word(account.revocationLists().mode()));
        ObjectNode devices = document.putObject("devices");
        Map<DeviceState, Long> counts = account.devices().count();
        for (DeviceState state : DeviceState.values()) {
            devices.put(state.word(), counts.getOrDefault(state, 0L));
        }
        Json.answer(ctx, 200, document);
    }

    void update(Context ctx) {
        Body body = Body.of(ctx);
        Optional<AnchorPolicy> policy = body.word("anchor_policy", AnchorPolicy::of, "platform, testbed");
        Optional<Revocation> revocation =
                body.word("revocation", RevocationDocuments::mode, "off, soft-fail, hard-fail");
        body.done();
        policy.ifPresent(account::setAnchorPolicy);
        revocation.ifPresent(account.revocationLists()::setMode);
        read(ctx);
    }
}
