package dev.onboard.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.onboard.account.Page;
import dev.onboard.account.Query;
import java.util.function.Function;

/** The platform's list document. */
final class Envelope {
    private Envelope() {}

    static <T> ObjectNode of(Page<T> page, Query query, Function<T, ? extends JsonNode> document) {
        ObjectNode list = Json.object();
        list.put("object", "list");
        ArrayNode data = list.putArray("data");
        page.entries().forEach(entry -> data.add(document.apply(entry)));
        list.put("has_more", page.hasMore());
        list.put("limit", query.limit());
        list.put("order", query.order().name());
        page.total().ifPresent(total -> list.put("total_count", total));
        query.after().ifPresentOrElse(after -> list.put("after", after), () -> list.putNull("after"));
        return list;
    }
}
