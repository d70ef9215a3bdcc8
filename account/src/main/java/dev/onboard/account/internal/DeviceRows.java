package dev.onboard.account.internal;

import dev.onboard.account.Device;
import dev.onboard.account.DeviceState;
import dev.onboard.account.ExecutionMode;
import dev.onboard.account.Labels;
import dev.onboard.account.Labels.AutoUpdate;
import dev.onboard.account.Registration;
import dev.onboard.account.Suspension;
import dev.onboard.account.internal.Listing.Column;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Update;

/** The table of devices. */
final class DeviceRows {
    static final Listing<Device> LISTING = new Listing<>(
            "device", "device", columns(), (row, context) -> read(row).device());

    private static final String FIELDS = """
            endpoint, name, description, state, execution_mode, ca_id, device_key, issuer_fingerprint, bound_issuer, \
            bound_key, used_generation, endpoint_type, device_class, vendor_id, serial_number, host_gateway, mechanism, \
            mechanism_url, manifest, deployment, bootstrap_expiration_date, connector_expiration_date, auto_update, \
            custom_attributes, registration, operator_suspended, operator_suspended_category, operator_suspended_note, \
            operator_suspended_at, bootstrapped_at, registered_at, enrolled_at, revision, updated_at""";

    private static final String INSERT = "INSERT INTO device (id, created_at, " + FIELDS
            + ") VALUES (:id, :created_at, :" + FIELDS.replace(", ", ", :") + ") ON CONFLICT (endpoint) DO NOTHING";
    private static final String UPDATE =
            "UPDATE device SET " + FIELDS.replaceAll("(\\w+)", "$1 = :$1") + " WHERE id = :id";

    /** A device, and which of its certificates it has come with. */
    record Row(Device device, int usedGeneration) {
        Row with(Device another) {
            return new Row(another, usedGeneration);
        }
    }

    /** An alarm names no more devices than a person reads. */
    private static final int NAMED_AT_MOST = 10;

    private DeviceRows() {}

    private static Map<String, Column> columns() {
        Map<String, Column> columns = new LinkedHashMap<>();
        for (String field : new String[] {
            "id",
            "name",
            "description",
            "state",
            "ca_id",
            "device_key",
            "issuer_fingerprint",
            "endpoint_type",
            "device_class",
            "vendor_id",
            "serial_number",
            "host_gateway",
            "mechanism",
            "mechanism_url",
            "manifest",
            "deployment",
            "bootstrap_expiration_date",
            "connector_expiration_date"
        }) {
            columns.put(field, Column.text(field));
        }
        columns.put("public_key", Column.text("bound_key"));
        columns.put("endpoint_name", Column.text("endpoint"));
        columns.put("device_execution_mode", Column.number("execution_mode"));
        columns.put("auto_update", Column.truth("auto_update"));
        columns.put("operator_suspended", Column.truth("operator_suspended"));
        columns.put(
                "lifecycle_status", Column.text("(CASE WHEN operator_suspended THEN 'blocked' ELSE 'enabled' END)"));
        columns.put("bootstrapped_timestamp", Column.time("bootstrapped_at"));
        columns.put("enrolment_list_timestamp", Column.time("enrolled_at"));
        columns.put("created_at", Column.time("created_at"));
        columns.put("updated_at", Column.time("updated_at"));
        columns.put("etag", Column.time("updated_at"));
        return columns;
    }

    static Optional<Row> byEndpoint(Handle handle, String endpoint) {
        return handle.createQuery("SELECT * FROM device WHERE endpoint = :endpoint")
                .bind("endpoint", endpoint)
                .map((row, context) -> read(row))
                .findOne();
    }

    static Optional<Row> byId(Handle handle, String id) {
        return handle.createQuery("SELECT * FROM device WHERE id = :id")
                .bind("id", id)
                .map((row, context) -> read(row))
                .findOne();
    }

    /** True when it was stored; false when its endpoint name is taken. */
    static boolean insert(Handle handle, Row row) {
        return bind(handle.createUpdate(INSERT), row)
                        .bind("created_at", StoredTime.of(row.device().createdAt()))
                        .execute()
                == 1;
    }

    static void update(Handle handle, Row row) {
        bind(handle.createUpdate(UPDATE), row).execute();
    }

    static boolean delete(Handle handle, String id) {
        return handle.createUpdate("DELETE FROM device WHERE id = :id")
                        .bind("id", id)
                        .execute()
                == 1;
    }

    /** The endpoint names of the first devices, but this one, that came with this key. */
    static List<String> withKey(Handle handle, String key, String but) {
        return handle.createQuery("SELECT endpoint FROM device WHERE bound_key = :key AND id <> :id"
                        + " ORDER BY created_at, id LIMIT " + NAMED_AT_MOST)
                .bind("key", key)
                .bind("id", but)
                .mapTo(String.class)
                .list();
    }

    static long countOfCa(Handle handle, String caId) {
        return handle.createQuery("SELECT count(*) FROM device WHERE ca_id = :ca")
                .bind("ca", caId)
                .mapTo(Long.class)
                .one();
    }

    static Map<DeviceState, Long> countByState(Handle handle) {
        Map<DeviceState, Long> counts = new LinkedHashMap<>();
        handle.createQuery("SELECT state, count(*) AS devices FROM device GROUP BY state")
                .map((row, context) ->
                        Map.entry(DeviceState.of(row.getString(1)).orElseThrow(), row.getLong(2)))
                .forEach(entry -> counts.put(entry.getKey(), entry.getValue()));
        return counts;
    }

    private static Update bind(Update update, Row row) {
        Device device = row.device();
        Labels labels = device.labels();
        return update.bind("id", device.id())
                .bind("endpoint", device.endpoint())
                .bind("name", labels.name())
                .bind("description", labels.description())
                .bind("state", device.state().word())
                .bind("execution_mode", device.executionMode().number())
                .bind("ca_id", device.caId().orElse(null))
                .bind("device_key", device.deviceKey().orElse(null))
                .bind("issuer_fingerprint", device.issuerFingerprint().orElse(null))
                .bind(
                        "bound_issuer",
                        device.binding().map(Device.Binding::issuer).orElse(null))
                .bind("bound_key", device.binding().map(Device.Binding::key).orElse(null))
                .bind("used_generation", row.usedGeneration())
                .bind("endpoint_type", labels.endpointType().orElse(null))
                .bind("device_class", labels.deviceClass().orElse(null))
                .bind("vendor_id", labels.vendorId().orElse(null))
                .bind("serial_number", labels.serialNumber().orElse(null))
                .bind("host_gateway", labels.hostGateway().orElse(null))
                .bind("mechanism", labels.mechanism().orElse(null))
                .bind("mechanism_url", labels.mechanismUrl().orElse(null))
                .bind("manifest", labels.manifest().orElse(null))
                .bind("deployment", labels.deployment().orElse(null))
                .bind(
                        "bootstrap_expiration_date",
                        labels.bootstrapExpirationDate().orElse(null))
                .bind(
                        "connector_expiration_date",
                        labels.connectorExpirationDate().orElse(null))
                .bind("auto_update", labels.autoUpdate() == AutoUpdate.ON)
                .bind("custom_attributes", StoredTexts.json(device.customAttributes()))
                .bind("registration", StoredTexts.json(device.registration().facts()))
                .bind("operator_suspended", device.suspension().isPresent())
                .bind(
                        "operator_suspended_category",
                        device.suspension().map(Suspension::category).orElse(null))
                .bind(
                        "operator_suspended_note",
                        device.suspension().map(Suspension::description).orElse(null))
                .bind("operator_suspended_at", time(device.suspension().map(Suspension::since)))
                .bind("bootstrapped_at", time(device.bootstrappedAt()))
                .bind("registered_at", time(device.registeredAt()))
                .bind("enrolled_at", time(device.enrolledAt()))
                .bind("revision", device.revision())
                .bind("updated_at", StoredTime.of(device.updatedAt()));
    }

    private static @org.jspecify.annotations.Nullable Long time(Optional<Instant> instant) {
        return instant.map(StoredTime::of).orElse(null);
    }

    private static Row read(ResultSet row) throws SQLException {
        Labels labels = new Labels(
                row.getString("name"),
                row.getString("description"),
                text(row, "endpoint_type"),
                text(row, "device_class"),
                text(row, "vendor_id"),
                text(row, "serial_number"),
                text(row, "host_gateway"),
                text(row, "mechanism"),
                text(row, "mechanism_url"),
                text(row, "manifest"),
                text(row, "deployment"),
                text(row, "bootstrap_expiration_date"),
                text(row, "connector_expiration_date"),
                row.getBoolean("auto_update") ? AutoUpdate.ON : AutoUpdate.OFF);
        Optional<Device.Binding> binding = Optional.empty();
        Optional<String> boundKey = text(row, "bound_key");
        if (boundKey.isPresent()) {
            binding = Optional.of(new Device.Binding(row.getString("bound_issuer"), boundKey.get()));
        }
        Optional<Suspension> suspension = Optional.empty();
        if (row.getBoolean("operator_suspended")) {
            suspension = Optional.of(new Suspension(
                    text(row, "operator_suspended_category").orElse(""),
                    text(row, "operator_suspended_note").orElse(""),
                    instant(row, "operator_suspended_at").orElse(Instant.EPOCH)));
        }
        Device device = new Device(
                row.getString("id"),
                row.getString("endpoint"),
                DeviceState.of(row.getString("state")).orElseThrow(),
                ExecutionMode.of(row.getInt("execution_mode")).orElse(ExecutionMode.UNSPECIFIED),
                text(row, "ca_id"),
                text(row, "device_key"),
                text(row, "issuer_fingerprint"),
                binding,
                labels,
                StoredTexts.of(row.getString("custom_attributes")),
                new Registration(StoredTexts.of(row.getString("registration"))),
                suspension,
                instant(row, "bootstrapped_at"),
                instant(row, "registered_at"),
                instant(row, "enrolled_at"),
                row.getLong("revision"),
                StoredTime.instant(row.getLong("created_at")),
                StoredTime.instant(row.getLong("updated_at")));
        return new Row(device, row.getInt("used_generation"));
    }

    private static Optional<String> text(ResultSet row, String column) throws SQLException {
        return Optional.ofNullable(row.getString(column));
    }

    private static Optional<Instant> instant(ResultSet row, String column) throws SQLException {
        long micros = row.getLong(column);
        return row.wasNull() ? Optional.empty() : Optional.of(StoredTime.instant(micros));
    }
}
