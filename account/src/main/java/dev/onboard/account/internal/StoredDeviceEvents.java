package dev.onboard.account.internal;

import dev.onboard.account.Device;
import dev.onboard.account.DeviceEvents;
import dev.onboard.account.Page;
import dev.onboard.account.Query;
import dev.onboard.account.Suspension;
import dev.onboard.account.internal.Listing.Column;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jdbi.v3.core.Handle;

/** The table of what happened to devices. */
public final class StoredDeviceEvents implements DeviceEvents {
    private static final Listing<DeviceEvent> LISTING = new Listing<>(
            "device_event",
            "device event",
            Map.ofEntries(
                    Map.entry("id", Column.text("id")),
                    Map.entry("device_id", Column.text("device_id")),
                    Map.entry("endpoint_name", Column.text("endpoint")),
                    Map.entry("event_type", Column.text("type")),
                    Map.entry("description", Column.text(descriptions())),
                    Map.entry("state_change", Column.truth("state_change")),
                    Map.entry("date_time", Column.time("created_at")),
                    Map.entry("created_at", Column.time("created_at"))),
            (row, context) -> new DeviceEvent(
                    row.getString("id"),
                    row.getString("device_id"),
                    row.getString("endpoint"),
                    Type.of(row.getString("type")),
                    StoredTexts.of(row.getString("changes")),
                    StoredTime.instant(row.getLong("created_at"))));

    /** These are worth an event only when they change something that is told. */
    private static final Set<Type> QUIET = Set.of(Type.DEVICE_UPDATED, Type.DEVICE_ADMITTED);

    private final Storage storage;

    public StoredDeviceEvents(Storage storage) {
        this.storage = storage;
    }

    /** The description follows from the type: an expression for filters, no second copy. */
    private static String descriptions() {
        StringBuilder sql = new StringBuilder("(CASE type");
        for (Type type : Type.values()) {
            sql.append(" WHEN '")
                    .append(type.word())
                    .append("' THEN '")
                    .append(type.description().replace("'", "''"))
                    .append("'");
        }
        return sql.append(" END)").toString();
    }

    /**
     * Writes an event in the transaction of the change. What a registration update says is none: devices send it every
     * few minutes.
     */
    static void record(Handle handle, String id, Type type, Optional<Device> before, Device after, Instant now) {
        Map<String, String> changes =
                changes(before.map(StoredDeviceEvents::members).orElse(Map.of()), members(after));
        if (changes.isEmpty() && QUIET.contains(type)) {
            return;
        }
        handle.createUpdate("""
                        INSERT INTO device_event (id, device_id, endpoint, type, state_change, changes, created_at)
                        VALUES (:id, :device, :endpoint, :type, :state_change, :changes, :now)
                        """)
                .bind("id", id)
                .bind("device", after.id())
                .bind("endpoint", after.endpoint())
                .bind("type", type.word())
                .bind("state_change", changes.containsKey("state"))
                .bind("changes", StoredTexts.json(changes))
                .bind("now", StoredTime.of(now))
                .execute();
    }

    private static Map<String, String> changes(Map<String, String> before, Map<String, String> after) {
        Map<String, String> changes = new TreeMap<>();
        after.forEach((name, value) -> {
            if (!value.equals(before.getOrDefault(name, ""))) {
                changes.put(name, value);
            }
        });
        return changes;
    }

    /** What of a device an event may tell. */
    private static Map<String, String> members(Device device) {
        Map<String, String> members = new TreeMap<>();
        members.put("state", device.state().word());
        members.put("name", device.labels().name());
        members.put("description", device.labels().description());
        members.put("ca_id", device.caId().orElse(""));
        members.put("device_key", device.deviceKey().orElse(""));
        members.put(
                "device_execution_mode", Integer.toString(device.executionMode().number()));
        members.put("operator_suspended", Boolean.toString(device.suspension().isPresent()));
        members.put(
                "last_operator_suspended_category",
                device.suspension().map(Suspension::category).orElse(""));
        device.customAttributes().forEach((name, value) -> members.put("custom_attributes." + name, value));
        return members;
    }

    @Override
    public Optional<DeviceEvent> get(String id) {
        return storage.read(handle -> handle.createQuery("SELECT * FROM device_event WHERE id = :id")
                .bind("id", id)
                .map(LISTING.mapper())
                .findOne());
    }

    @Override
    public Page<DeviceEvent> list(Query query) {
        return storage.read(handle -> LISTING.page(handle, query));
    }
}
