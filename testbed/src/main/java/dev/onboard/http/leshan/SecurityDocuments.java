package dev.onboard.http.leshan;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.onboard.account.Account;
import dev.onboard.account.Device;
import dev.onboard.account.NewDevice;
import dev.onboard.account.Page;
import dev.onboard.account.Query;
import io.javalin.http.Context;
import java.util.Optional;

/**
 * {@code /api/security/clients}: the devices of the account's directory, each of which authenticates with X.509. Whom the
 * servers admit is said by the trusted certificates; a device that is added here is known before it was seen, and one that
 * is removed has certificates that are good for nothing any more. Thread-safe.
 */
final class SecurityDocuments {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int LONGEST_LIST = 10_000;

    private final Account account;

    SecurityDocuments(Account account) {
        this.account = account;
    }

    void list(Context ctx) {
        ArrayNode all = JSON.createArrayNode();
        Query query = Query.all().limit(Query.MAX_LIMIT);
        Page<Device> page;
        do {
            page = account.devices().list(query);
            for (Device device : page.entries()) {
                ObjectNode entry = all.addObject().put("endpoint", device.endpoint());
                entry.putObject("tls").put("mode", "x509");
                query = Query.all().limit(Query.MAX_LIMIT).after(device.id());
            }
        } while (page.hasMore() && all.size() < LONGEST_LIST);
        LeshanAnswer.json(ctx, all);
    }

    void add(Context ctx) {
        JsonNode json = JsonBody.of(ctx);
        String endpoint = json.path("endpoint").asText();
        if (endpoint.isEmpty()) {
            throw new LeshanRefusal(400, "Invalid request body: 'endpoint' is missing");
        }
        String mode = json.path("tls").path("mode").asText();
        if (json.has("oscore") || !mode.equals("x509")) {
            throw new LeshanRefusal(
                    400,
                    "'" + (json.has("oscore") ? "oscore" : "tls.mode") + "' "
                            + (json.has("oscore") ? "" : "is '" + mode + "', which ")
                            + "is not offered: devices authenticate with X.509 certificates alone; give"
                            + " {\"tls\":{\"mode\":\"x509\"}} and upload the CA of their certificates");
        }
        if (account.devices().byEndpoint(endpoint).isEmpty()) {
            account.devices().add(NewDevice.of(endpoint));
        }
    }

    void remove(Context ctx) {
        Optional<Device> device = account.devices().byEndpoint(ctx.pathParam("endpoint"));
        if (device.isEmpty()) {
            LeshanAnswer.json(ctx, JSON.createObjectNode().put("message", "not_found"));
        } else {
            account.devices().remove(device.get().id());
        }
    }
}
