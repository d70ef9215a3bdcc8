package dev.onboard.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.onboard.account.Account;
import dev.onboard.account.DeviceEvents.DeviceEvent;
import dev.onboard.account.Query;
import io.javalin.http.Context;

/** {@code /v3/device-events}, and {@code /v3/devicelog}, its old name. */
record DeviceEventDocuments(Account account) {
    void list(Context ctx) {
        Query query = QueryText.read(ctx);
        Json.answer(ctx, 200, Envelope.of(account.deviceEvents().list(query), query, DeviceEventDocuments::document));
    }

    void read(Context ctx) {
        String id = ctx.pathParam("id");
        Etags.answer(
                ctx,
                200,
                document(account.deviceEvents()
                        .get(id)
                        .orElseThrow(() -> Problem.notFound("there is no device event '" + id + "'"))));
    }

    private static ObjectNode document(DeviceEvent event) {
        String time = Json.time(event.time());
        ObjectNode document = Json.object()
                .put("object", "device-event")
                .put("id", event.id())
                .put("device_id", event.deviceId())
                .put("date_time", time)
                .put("created_at", time)
                .put("etag", time)
                .put("event_type", event.type().word())
                .put("event_type_category", "device")
                .put("event_type_description", event.type().description())
                .put("description", event.type().description())
                .put("state_change", event.isStateChange());
        ObjectNode changes = document.putObject("changes");
        event.changes().forEach(changes::put);
        document.putObject("data").put("endpoint_name", event.endpoint());
        return document;
    }
}
