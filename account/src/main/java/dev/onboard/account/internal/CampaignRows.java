package dev.onboard.account.internal;

import dev.onboard.account.AccountException;
import dev.onboard.account.CampaignDevice;
import dev.onboard.account.CampaignDevice.State;
import dev.onboard.account.DeviceState;
import dev.onboard.account.UpdateCampaign;
import dev.onboard.account.UpdateCampaign.Approval;
import dev.onboard.account.UpdateCampaign.Autostop;
import dev.onboard.account.UpdateCampaign.Phase;
import dev.onboard.account.UpdateCampaigns.Metrics;
import dev.onboard.account.internal.Listing.Column;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Update;
import org.jspecify.annotations.Nullable;

/** The tables of campaigns and of their devices. */
final class CampaignRows {
    static final Listing<UpdateCampaign> LISTING = new Listing<>(
            "update_campaign",
            "update campaign",
            Map.of(
                    "id", Column.text("id"),
                    "name", Column.text("name"),
                    "description", Column.text("description"),
                    "phase", Column.text("lower(phase)"),
                    "root_manifest_id", Column.text("manifest_id"),
                    "device_filter", Column.text("device_filter"),
                    "created_at", Column.time("created_at"),
                    "updated_at", Column.time("updated_at")),
            (row, context) -> campaign(row));
    static final Listing<CampaignDevice> DEVICES = new Listing<>(
            "campaign_device",
            "device of a campaign",
            Map.of(
                    "id", Column.text("id"),
                    "campaign_id", Column.text("campaign_id"),
                    "device_id", Column.text("device_id"),
                    "name", Column.text("endpoint"),
                    "deployment_state", Column.text(words()),
                    "created_at", Column.time("created_at"),
                    "updated_at", Column.time("updated_at")),
            (row, context) -> device(row));

    private static final String FIELDS = "name, description, manifest_id, device_filter, delivery, strategy,"
            + " approval_required, autostop, autostop_percent, autostop_reason, phase, ending, when_at, starting_at,"
            + " active_at, stopping_at, stopped_at, archived_at, revision, updated_at";

    /** The states of a device of which something is to be done. */
    private static final String OPEN = states(state -> !state.isEnd());

    private static final String BEGUN = states(State::isBegun);

    private CampaignRows() {}

    static void insert(Handle handle, UpdateCampaign campaign) {
        bind(
                        handle.createUpdate("INSERT INTO update_campaign (id, created_at, " + FIELDS
                                + ") VALUES (:id, :created_at, :" + FIELDS.replace(", ", ", :") + ")"),
                        campaign)
                .bind("created_at", StoredTime.of(campaign.createdAt()))
                .execute();
    }

    static void update(Handle handle, UpdateCampaign campaign) {
        bind(
                        handle.createUpdate("UPDATE update_campaign SET " + FIELDS.replaceAll("(\\w+)", "$1 = :$1")
                                + " WHERE id = :id"),
                        campaign)
                .execute();
    }

    private static Update bind(Update update, UpdateCampaign campaign) {
        return update.bind("id", campaign.id())
                .bind("name", campaign.name())
                .bind("description", campaign.description())
                .bind("manifest_id", campaign.manifestId().orElse(null))
                .bind("device_filter", campaign.deviceFilter())
                .bind("delivery", campaign.delivery().name())
                .bind("strategy", campaign.strategy().name())
                .bind("approval_required", campaign.approval() == Approval.REQUIRED)
                .bind("autostop", campaign.autostop() == Autostop.ON)
                .bind("autostop_percent", campaign.autostopPercent())
                .bind("autostop_reason", campaign.autostopReason())
                .bind("phase", campaign.phase().name())
                .bind("ending", campaign.ending())
                .bind("when_at", time(campaign.when()))
                .bind("starting_at", time(campaign.startingAt()))
                .bind("active_at", time(campaign.activeAt()))
                .bind("stopping_at", time(campaign.stoppingAt()))
                .bind("stopped_at", time(campaign.stoppedAt()))
                .bind("archived_at", time(campaign.archivedAt()))
                .bind("revision", campaign.revision())
                .bind("updated_at", StoredTime.of(campaign.updatedAt()));
    }

    private static @Nullable Long time(Optional<Instant> instant) {
        return instant.map(StoredTime::of).orElse(null);
    }

    private static Optional<Instant> instant(ResultSet row, String column) throws SQLException {
        long micros = row.getLong(column);
        return row.wasNull() ? Optional.empty() : Optional.of(StoredTime.instant(micros));
    }

    private static UpdateCampaign campaign(ResultSet row) throws SQLException {
        return new UpdateCampaign(
                row.getString("id"),
                row.getString("name"),
                row.getString("description"),
                Optional.ofNullable(row.getString("manifest_id")),
                row.getString("device_filter"),
                UpdateCampaign.Delivery.valueOf(row.getString("delivery")),
                UpdateCampaign.Strategy.valueOf(row.getString("strategy")),
                row.getBoolean("approval_required") ? Approval.REQUIRED : Approval.NOT_REQUIRED,
                row.getBoolean("autostop") ? Autostop.ON : Autostop.OFF,
                row.getDouble("autostop_percent"),
                row.getString("autostop_reason"),
                Phase.valueOf(row.getString("phase")),
                row.getString("ending"),
                instant(row, "when_at"),
                instant(row, "starting_at"),
                instant(row, "active_at"),
                instant(row, "stopping_at"),
                instant(row, "stopped_at"),
                instant(row, "archived_at"),
                row.getLong("revision"),
                StoredTime.instant(row.getLong("created_at")),
                StoredTime.instant(row.getLong("updated_at")));
    }

    private static CampaignDevice device(ResultSet row) throws SQLException {
        return new CampaignDevice(
                row.getString("id"),
                row.getString("campaign_id"),
                row.getString("device_id"),
                row.getString("endpoint"),
                State.valueOf(row.getString("state")),
                row.getInt("result"),
                row.getString("reason"),
                StoredTime.instant(row.getLong("created_at")),
                StoredTime.instant(row.getLong("updated_at")));
    }

    private static String states(Predicate<State> which) {
        return Arrays.stream(State.values())
                .filter(which)
                .map(state -> "'" + state.name() + "'")
                .collect(Collectors.joining(", ", "(", ")"));
    }

    /** A device's state in the platform's words, {@link State#word()}. */
    private static String words() {
        return Arrays.stream(State.values())
                .map(state -> " WHEN '" + state.name() + "' THEN '" + state.word() + "'")
                .collect(Collectors.joining("", "CASE state", " END"));
    }

    static Optional<UpdateCampaign> find(Handle handle, String id) {
        return handle.createQuery("SELECT * FROM update_campaign WHERE id = :id")
                .bind("id", id)
                .map(LISTING.mapper())
                .findOne();
    }

    static UpdateCampaign known(Handle handle, String id) {
        return find(handle, id).orElseThrow(() -> AccountException.notFound("update campaign", id));
    }

    static List<UpdateCampaign> underWay(Handle handle) {
        return handle.createQuery(
                        "SELECT * FROM update_campaign WHERE phase IN ('TIMED', 'STARTING', 'ACTIVE', 'STOPPING')"
                                + " ORDER BY created_at, id")
                .map(LISTING.mapper())
                .list();
    }

    /** The digest of the image that the manifest of an active campaign says is at this address. */
    static Optional<String> activeImage(Handle handle, String uri) {
        return handle.createQuery("SELECT m.image_digest FROM update_campaign c JOIN firmware_manifest m"
                        + " ON m.id = c.manifest_id WHERE c.phase IN ('ACTIVE', 'STOPPING') AND m.uri = :uri"
                        + " AND m.format IN ('PLATFORM_V1', 'PLATFORM_V3') ORDER BY c.active_at DESC, c.id LIMIT 1")
                .bind("uri", uri)
                .mapTo(String.class)
                .findOne();
    }

    /** Takes a device in, unless it is in it. */
    static void take(Handle handle, String id, String campaign, String device, String endpoint, long now) {
        handle.createUpdate("INSERT INTO campaign_device (id, campaign_id, device_id, endpoint, state, result, reason,"
                        + " created_at, updated_at) VALUES (:id, :campaign, :device, :endpoint, 'PENDING', 0, '', :now, :now)"
                        + " ON CONFLICT (campaign_id, device_id) DO NOTHING")
                .bind("id", id)
                .bind("campaign", campaign)
                .bind("device", device)
                .bind("endpoint", endpoint)
                .bind("now", now)
                .execute();
    }

    /** Those of which something is to be done: in a campaign that is stopping, those to which something was sent. */
    static List<CampaignDevice> open(Handle handle, UpdateCampaign campaign) {
        return handle.createQuery("SELECT * FROM campaign_device WHERE campaign_id = :campaign AND state IN "
                        + (campaign.phase() == Phase.STOPPING ? BEGUN : OPEN) + " ORDER BY created_at, id")
                .bind("campaign", campaign.id())
                .map(DEVICES.mapper())
                .list();
    }

    static void begin(Handle handle, String id, long now) {
        handle.createUpdate("UPDATE campaign_device SET state = 'SENDING', updated_at = :now"
                        + " WHERE id = :id AND state = 'PENDING'")
                .bind("id", id)
                .bind("now", now)
                .execute();
    }

    static void record(Handle handle, String id, State state, int result, String reason, long now) {
        handle.createUpdate("UPDATE campaign_device SET state = :state, result = :result, reason = :reason,"
                        + " updated_at = :now WHERE id = :id AND state IN " + OPEN)
                .bind("id", id)
                .bind("state", state.name())
                .bind("result", result)
                .bind("reason", reason.length() > 2000 ? reason.substring(0, 2000) : reason)
                .bind("now", now)
                .execute();
    }

    static void deregister(Handle handle, String campaign, long now) {
        handle.createUpdate("UPDATE campaign_device SET state = 'DEREGISTERED', reason = 'the device was removed',"
                        + " updated_at = :now WHERE campaign_id = :campaign"
                        + " AND state IN " + OPEN + " AND device_id NOT IN (SELECT id FROM device)")
                .bind("campaign", campaign)
                .bind("now", now)
                .execute();
    }

    static Metrics metrics(Handle handle, String campaign) {
        long[] counts = new long[4];
        handle.createQuery(
                        "SELECT state, count(*) AS devices FROM campaign_device WHERE campaign_id = :campaign GROUP BY state")
                .bind("campaign", campaign)
                .map((row, context) -> Map.entry(State.valueOf(row.getString(1)), row.getLong(2)))
                .forEach(entry -> counts[place(entry.getKey())] += entry.getValue());
        return new Metrics(counts[0], counts[1], counts[2], counts[3]);
    }

    private static int place(State state) {
        return switch (state) {
            case PENDING, SENDING, UPDATED_CONNECTOR_CHANNEL -> 0;
            case DEPLOYED -> 1;
            case FAILED_CONNECTOR_CHANNEL_UPDATE, DEREGISTERED -> 2;
            case ALREADY_DEPLOYED, NOT_SENT -> 3;
        };
    }

    /** Whether something was sent to a device that has not ended, and whose registration has not ended either. */
    static boolean isBegun(Handle handle, String campaign) {
        return handle.createQuery("SELECT count(*) FROM campaign_device c JOIN device d ON d.id = c.device_id"
                                + " WHERE c.campaign_id = :campaign AND c.state IN " + BEGUN
                                + " AND d.state <> :gone")
                        .bind("campaign", campaign)
                        .bind("gone", DeviceState.DEREGISTERED.word())
                        .mapTo(Long.class)
                        .one()
                > 0;
    }

    static void delete(Handle handle, String id) {
        handle.createUpdate("DELETE FROM campaign_device WHERE campaign_id = :id")
                .bind("id", id)
                .execute();
        FirmwareRows.delete(handle, "update_campaign", "update campaign", id);
    }
}
