package dev.onboard.http;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.onboard.account.Account;
import dev.onboard.account.CampaignDevice;
import dev.onboard.account.Query;
import dev.onboard.account.UpdateCampaign;
import dev.onboard.account.UpdateCampaign.Approval;
import dev.onboard.account.UpdateCampaign.Autostop;
import dev.onboard.account.UpdateCampaign.Delivery;
import dev.onboard.account.UpdateCampaign.Phase;
import dev.onboard.account.UpdateCampaign.Strategy;
import dev.onboard.account.UpdateCampaigns.Change;
import dev.onboard.account.UpdateCampaigns.Metrics;
import io.javalin.http.Context;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** {@code /v3/update-campaigns}, controlled by {@code state} and by {@code /start}, {@code /stop} and {@code /archive}. */
record CampaignDocuments(Account account) {
    void list(Context ctx) {
        Query query = QueryText.read(ctx);
        Json.answer(ctx, 200, Envelope.of(account.updateCampaigns().list(query), query, CampaignDocuments::document));
    }

    void create(Context ctx) {
        Body body = Body.of(ctx);
        Change wanted = change(body);
        Optional<String> state = body.text("state");
        if (wanted.deviceFilter().isEmpty()) {
            body.fault("device_filter", "is missing; say which devices, for example state__eq=registered");
        }
        body.done();
        UpdateCampaign made = account.updateCampaigns().create(wanted);
        if (state.filter("scheduled"::equals).isPresent()) {
            made = account.updateCampaigns().start(made.id());
        }
        Etags.answer(ctx, 201, document(made));
    }

    void read(Context ctx) {
        Etags.answer(ctx, 200, document(known(ctx)));
    }

    void update(Context ctx) {
        UpdateCampaign before = known(ctx);
        Etags.check(ctx, document(before));
        Body body = Body.of(ctx);
        Change wanted = change(body);
        Optional<String> state = body.text("state");
        body.done();
        UpdateCampaign after = account.updateCampaigns().change(before.id(), wanted);
        if (state.filter("scheduled"::equals).isPresent() && after.phase() == Phase.DRAFT) {
            after = account.updateCampaigns().start(before.id());
        } else if (state.filter("draft"::equals).isPresent() && isUnderWay(after)) {
            after = account.updateCampaigns().stop(before.id());
        }
        Etags.answer(ctx, 200, document(after));
    }

    private static boolean isUnderWay(UpdateCampaign campaign) {
        return campaign.phase() != Phase.DRAFT
                && campaign.phase() != Phase.STOPPED
                && campaign.phase() != Phase.ARCHIVED;
    }

    private static Change change(Body body) {
        return new Change(
                body.text("name"),
                body.text("description"),
                body.text("root_manifest_id").filter(id -> !id.isEmpty()),
                body.text("device_filter"),
                body.word("delivery", CampaignDocuments::delivery, "pull, push"),
                body.word("campaign_strategy", CampaignDocuments::strategy, "one-shot, continuous"),
                body.truth("approval_required").map(yes -> yes ? Approval.REQUIRED : Approval.NOT_REQUIRED),
                body.truth("autostop").map(yes -> yes ? Autostop.ON : Autostop.OFF),
                body.decimal("autostop_success_percent"),
                time(body));
    }

    private static Optional<Delivery> delivery(String word) {
        return switch (word) {
            case "pull" -> Optional.of(Delivery.PULL);
            case "push" -> Optional.of(Delivery.PUSH);
            default -> Optional.empty();
        };
    }

    private static Optional<Strategy> strategy(String word) {
        return switch (word) {
            case "one-shot" -> Optional.of(Strategy.ONE_SHOT);
            case "continuous" -> Optional.of(Strategy.CONTINUOUS);
            default -> Optional.empty();
        };
    }

    private static Optional<Instant> time(Body body) {
        Optional<String> text = body.text("when");
        try {
            return text.map(when -> OffsetDateTime.parse(when).toInstant());
        } catch (DateTimeException e) {
            body.fault("when", "'" + text.orElse("") + "' is not a time like 2026-01-31T12:00:00Z");
            return Optional.empty();
        }
    }

    void delete(Context ctx) {
        account.updateCampaigns().remove(ctx.pathParam("id"));
        ctx.status(204);
    }

    void start(Context ctx) {
        account.updateCampaigns().start(ctx.pathParam("id"));
        ctx.status(202);
    }

    void stop(Context ctx) {
        account.updateCampaigns().stop(ctx.pathParam("id"));
        ctx.status(202);
    }

    void archive(Context ctx) {
        account.updateCampaigns().archive(ctx.pathParam("id"));
        ctx.status(202);
    }

    void devices(Context ctx) {
        Query query = QueryText.read(ctx);
        Json.answer(
                ctx,
                200,
                Envelope.of(
                        account.updateCampaigns().devices(ctx.pathParam("id"), query),
                        query,
                        CampaignDocuments::device));
    }

    void device(Context ctx) {
        String id = ctx.pathParam("device_id");
        Json.answer(
                ctx,
                200,
                device(account.updateCampaigns()
                        .device(ctx.pathParam("id"), id)
                        .orElseThrow(() -> Problem.notFound("there is no campaign device metadata '" + id + "'"))));
    }

    void metrics(Context ctx) {
        UpdateCampaign campaign = known(ctx);
        Metrics metrics = account.updateCampaigns().metrics(campaign.id());
        Json.answer(
                ctx,
                200,
                Json.object()
                        .put("object", "update-campaign-metrics")
                        .put("pending_count", metrics.pending())
                        .put("success_count", metrics.success())
                        .put("failed_count", metrics.failed())
                        .put("skipped_count", metrics.skipped())
                        .put("total_count", metrics.total())
                        .put("created_at", Json.time(campaign.createdAt())));
    }

    /** The summaries by their ids, in the platform's order. */
    private Map<String, Long> summaries(String campaign) {
        Metrics metrics = account.updateCampaigns().metrics(campaign);
        Map<String, Long> counts = new LinkedHashMap<>();
        counts.put("fail", metrics.failed());
        counts.put("success", metrics.success());
        counts.put("info", metrics.pending());
        counts.put("skipped", metrics.skipped());
        return counts;
    }

    void statistics(Context ctx) {
        UpdateCampaign campaign = known(ctx);
        ArrayNode data = Json.object().putArray("data");
        summaries(campaign.id()).forEach((id, count) -> data.add(summary(campaign, id, count)));
        Json.answer(ctx, 200, all(data));
    }

    void summary(Context ctx) {
        UpdateCampaign campaign = known(ctx);
        String id = ctx.pathParam("summary_id");
        Json.answer(ctx, 200, summary(campaign, id, count(campaign, id)));
    }

    private long count(UpdateCampaign campaign, String summary) {
        Long count = summaries(campaign.id()).get(summary);
        if (count == null) {
            throw Problem.notFound("there is no summary '" + summary + "'; fail, success, info and skipped are");
        }
        return count;
    }

    void eventTypes(Context ctx) {
        UpdateCampaign campaign = known(ctx);
        String id = ctx.pathParam("summary_id");
        long count = count(campaign, id);
        ArrayNode data = Json.object().putArray("data");
        if (count > 0) {
            data.add(eventType(campaign, id, count));
        }
        Json.answer(ctx, 200, all(data));
    }

    void eventType(Context ctx) {
        UpdateCampaign campaign = known(ctx);
        String summary = ctx.pathParam("summary_id");
        String id = ctx.pathParam("event_type_id");
        if (!id.equals("device-" + summary)) {
            throw Problem.notFound("there is no event type '" + id + "'");
        }
        Json.answer(ctx, 200, eventType(campaign, summary, count(campaign, summary)));
    }

    private static ObjectNode eventType(UpdateCampaign campaign, String summary, long count) {
        return Json.object()
                .put("object", "update-campaign-event-type")
                .put("id", "device-" + summary)
                .put("campaign_id", campaign.id())
                .put("event_type", "device-" + summary)
                .put("summary_status", summary.toUpperCase(Locale.ROOT))
                .put("summary_status_id", summary)
                .put("description", "devices in this state; campaign-device-metadata names each with its reason")
                .put("count", count)
                .put("created_at", Json.time(campaign.createdAt()));
    }

    private static ObjectNode summary(UpdateCampaign campaign, String id, long count) {
        return Json.object()
                .put("object", "update-campaign-event-type-summary")
                .put("id", id)
                .put("campaign_id", campaign.id())
                .put("summary_status", id.toUpperCase(Locale.ROOT))
                .put("count", count)
                .put("created_at", Json.time(campaign.createdAt()));
    }

    private static ObjectNode all(ArrayNode data) {
        ObjectNode list = Json.object().put("object", "list");
        list.set("data", data);
        return list.put("has_more", false)
                .put("limit", 50)
                .put("order", "ASC")
                .put("total_count", data.size())
                .putNull("after");
    }

    private UpdateCampaign known(Context ctx) {
        String id = ctx.pathParam("id");
        return account.updateCampaigns()
                .get(id)
                .orElseThrow(() -> Problem.notFound("there is no update campaign '" + id + "'"));
    }

    private static @Nullable String time(Optional<Instant> time) {
        return time.map(Json::time).orElse(null);
    }

    private static ObjectNode document(UpdateCampaign campaign) {
        return Json.object()
                .put("object", "update-campaign")
                .put("id", campaign.id())
                .put("name", campaign.name())
                .put("description", campaign.description())
                .put("root_manifest_id", campaign.manifestId().orElse(null))
                .put(
                        "root_manifest_url",
                        campaign.manifestId()
                                .map(id -> "/testbed/firmware-manifests/" + id + "/datafile")
                                .orElse(null))
                .put("device_filter", campaign.deviceFilter())
                .put("delivery", campaign.delivery().name().toLowerCase(Locale.ROOT))
                .put("campaign_strategy", campaign.strategy() == Strategy.ONE_SHOT ? "one-shot" : "continuous")
                .put("approval_required", campaign.approval() == Approval.REQUIRED)
                .put("autostop", campaign.autostop() == Autostop.ON)
                .put("autostop_success_percent", campaign.autostopPercent())
                .put("autostop_reason", campaign.autostopReason())
                .put("phase", campaign.phase().word())
                .put("state", campaign.state())
                .put("when", time(campaign.when()))
                .put("starting_at", time(campaign.startingAt()))
                .put("started_at", time(campaign.startingAt()))
                .put("active_at", time(campaign.activeAt()))
                .put("stopping_at", time(campaign.stoppingAt()))
                .put("stopped_at", time(campaign.stoppedAt()))
                .put("finished", time(campaign.stoppedAt()))
                .put("archived_at", time(campaign.archivedAt()))
                .put("etag", Long.toString(campaign.revision()))
                .put("created_at", Json.time(campaign.createdAt()))
                .put("updated_at", Json.time(campaign.updatedAt()));
    }

    private static ObjectNode device(CampaignDevice device) {
        return Json.object()
                .put("object", "update-campaign-device-metadata")
                .put("id", device.id())
                .put("campaign", device.campaignId())
                .put("device_id", device.deviceId())
                .put("name", device.endpoint())
                .put("deployment_state", device.state().word())
                .put("description", device.reason())
                .put("update_result", device.result())
                .put("mechanism", "connector")
                .put("mechanism_url", "")
                .put("etag", Json.time(device.updatedAt()))
                .put("created_at", Json.time(device.createdAt()))
                .put("updated_at", Json.time(device.updatedAt()));
    }
}
