package dev.onboard.http;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.onboard.account.Account;
import io.javalin.http.Context;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;

/**
 * {@code /testbed/overview}: what the journal comes to, as a document or as a stream that tells changes at most four times
 * a second, however much happens; and {@code /testbed/devices}: the devices that the journal knows, refused ones too.
 */
final class OverviewDocuments {
    private static final int MOST_ROWS = 1000;
    private static final Set<String> PARAMETERS = Set.of("q", "phase", "mode", "reason", "offset", "limit");

    private final Account account;
    private final Chronicle chronicle;
    private final EventFeeds feeds;
    private final SimulatedDevices simulated;
    private final Optional<ServerCredentials> servers;
    private final Set<EventFeed> open = ConcurrentHashMap.newKeySet();
    private String lastTold = "";

    OverviewDocuments(
            Account account,
            Chronicle chronicle,
            EventFeeds feeds,
            SimulatedDevices simulated,
            Optional<ServerCredentials> servers) {
        this.account = account;
        this.chronicle = chronicle;
        this.feeds = feeds;
        this.simulated = simulated;
        this.servers = servers;
    }

    void overview(Context ctx) {
        if (!EventFeeds.isWanted(ctx)) {
            Json.answer(ctx, 200, document());
            return;
        }
        feeds.open(ctx, (feed, ending) -> {
            feed.send("overview", Json.text(document()), "");
            open.add(feed);
            ending.add(() -> open.remove(feed));
        });
    }

    private ObjectNode document() {
        ObjectNode document = chronicle.overview();
        document.put("account_id", account.id());
        document.put(
                "bootstrap_uri",
                servers.map(both -> both.bootstrap().uri().toString()).orElse(null));
        document.put(
                "lwm2m_uri", servers.map(both -> both.lwm2m().uri().toString()).orElse(null));
        document.put(
                "active_issuer",
                account.issuers()
                        .lwm2m()
                        .issuerId()
                        .flatMap(id -> account.issuers().get(id))
                        .map(issuer -> issuer.name())
                        .orElse(null));
        document.put(
                "trusted_certificates", account.trustedCertificates().list().size());
        return document;
    }

    /** Called four times a second: tells whoever listens when something changed. */
    void beat() {
        if (open.isEmpty()) {
            return;
        }
        ObjectNode document = document();
        ObjectNode unchanging = document.deepCopy();
        unchanging.remove("time");
        String text = Json.text(unchanging);
        if (!text.equals(lastTold)) {
            lastTold = text;
            String told = Json.text(document);
            open.forEach(feed -> feed.send("overview", told, ""));
        }
    }

    void devices(Context ctx) {
        for (String name : ctx.queryParamMap().keySet()) {
            if (!PARAMETERS.contains(name)) {
                throw Problem.invalid(
                        name,
                        "is not a parameter of devices; there are "
                                + String.join(", ", PARAMETERS.stream().sorted().toList()));
            }
        }
        int offset = number(ctx, "offset", 0, Integer.MAX_VALUE);
        int limit = number(ctx, "limit", 100, MOST_ROWS);
        Chronicle.Rows found = chronicle.rows(wanted(ctx), offset, limit, simulated::has);
        ObjectNode document = Json.object().put("object", "list");
        ArrayNode data = document.putArray("data");
        found.rows().forEach(data::add);
        document.put("offset", offset)
                .put("limit", limit)
                .put("total_count", found.total())
                .put("last_event_id", found.lastId());
        ObjectNode phases = document.putObject("phases");
        for (Map.Entry<DevicePhase, Integer> entry : found.counts().entrySet()) {
            phases.put(entry.getKey().word(), entry.getValue());
        }
        Json.answer(ctx, 200, document);
    }

    /** One row, for the page of one device. */
    void device(Context ctx) {
        String endpoint = ctx.pathParam("endpoint");
        Json.answer(
                ctx,
                200,
                chronicle
                        .row(endpoint, simulated::has)
                        .orElseThrow(() -> Problem.notFound("the journal knows no device '" + endpoint + "'")));
    }

    private static Predicate<DeviceStory> wanted(Context ctx) {
        Predicate<DeviceStory> all = story -> true;
        String text = ctx.queryParam("q");
        if (text != null && !text.isBlank()) {
            String sought = text.strip().toLowerCase(Locale.ROOT);
            all = all.and(story -> story.endpoint().toLowerCase(Locale.ROOT).contains(sought));
        }
        String word = ctx.queryParam("phase");
        if (word != null && !word.isEmpty()) {
            DevicePhase phase = DevicePhase.of(word)
                    .orElseThrow(() -> Problem.invalid("phase", "'" + word + "' is no phase of a device"));
            all = all.and(story -> story.phase() == phase);
        }
        String mode = ctx.queryParam("mode");
        if (mode != null && !mode.isEmpty()) {
            all = all.and(story -> story.mode().equals(mode));
        }
        String reason = ctx.queryParam("reason");
        if (reason != null && !reason.isEmpty()) {
            all = all.and(story -> {
                dev.onboard.journal.Event refusal = story.refusal();
                return refusal != null && refusal.reason().equals(Optional.of(reason));
            });
        }
        return all;
    }

    private static int number(Context ctx, String name, int otherwise, int most) {
        String text = ctx.queryParam(name);
        if (text == null || text.isEmpty()) {
            return otherwise;
        }
        try {
            int number = Integer.parseInt(text);
            if (number >= 0 && number <= most) {
                return number;
            }
        } catch (NumberFormatException e) {
            throw Problem.invalid(name, "'" + text + "' is not a whole number");
        }
        throw Problem.invalid(name, text + " is not in the range 0 to " + most);
    }
}
