package dev.onboard.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.onboard.account.Account;
import dev.onboard.account.Page;
import dev.onboard.account.Query;
import io.javalin.http.Context;
import java.util.List;
import java.util.OptionalLong;

/** {@code /v3/device-block-categories}: words for why a device is suspended. They are proposals; any other word may be used too. */
record BlockCategoryDocuments(Account account) {
    private record Category(String reference, String description) {}

    private static final List<Category> CATEGORIES = List.of(
            new Category("maintenance", "The device is being serviced."),
            new Category("ownership_transfer", "The device changes hands."),
            new Category("quarantine", "The device behaves suspiciously."),
            new Category("retired", "The device is out of use."));

    void list(Context ctx) {
        Query query = Query.all();
        Page<Category> all = new Page<>(CATEGORIES, false, OptionalLong.of(CATEGORIES.size()));
        Json.answer(ctx, 200, Envelope.of(all, query, this::document));
    }

    void read(Context ctx) {
        String reference = ctx.pathParam("reference");
        Json.answer(
                ctx,
                200,
                CATEGORIES.stream()
                        .filter(category -> category.reference().equals(reference))
                        .findFirst()
                        .map(this::document)
                        .orElseThrow(() -> Problem.notFound("there is no device block category '" + reference + "'")));
    }

    private ObjectNode document(Category category) {
        return Json.object()
                .put("object", "device-block-category")
                .put("reference", category.reference())
                .put("description", category.description())
                .put("updated_at", Json.time(account.createdAt()));
    }
}
