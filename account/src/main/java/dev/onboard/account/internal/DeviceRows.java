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
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Update;
import org.jspecify.annotations.Nullable;

/** The table of devices. */
final class DeviceRows {
    static final Listing<Device> LISTING = new Listing<>(
            "device", "device", columns(), (row, context) -> read(row).device());

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
        Map<String, Value> values = values(row);
        values.put("id", Value.of(row.device().id()));
        values.put("created_at", Value.of(row.device().createdAt()));
        String columns = String.join(", ", values.keySet());
        return execute(
                        handle,
                        "INSERT INTO device (" + columns + ") VALUES (:" + columns.replace(", ", ", :")
                                + ") ON CONFLICT (endpoint) DO NOTHING",
                        values)
                == 1;
    }

    /** Writes what is different: an index over the other columns is left alone. */
    static void update(Handle handle, Row before, Row after) {
        Map<String, Value> values = values(after);
        values.entrySet().removeAll(values(before).entrySet());
        if (!values.isEmpty()) {
            String columns = values.keySet().stream()
                    .map(column -> column + " = :" + column)
                    .collect(Collectors.joining(", "));
            values.put("id", Value.of(after.device().id()));
            execute(handle, "UPDATE device SET " + columns + " WHERE id = :id", values);
        }
    }

    private static int execute(Handle handle, String sql, Map<String, Value> values) {
        try (Update update = handle.createUpdate(sql)) {
            values.forEach((column, value) -> update.bindByType(column, value.value(), value.type()));
            return update.execute();
        }
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

    /** What a column holds. */
    private record Value(Class<?> type, @Nullable Object value) {
        static Value of(@Nullable String text) {
            return new Value(String.class, text);
        }

        static Value of(Optional<String> text) {
            return of(text.orElse(null));
        }

        static Value of(long number) {
            return new Value(Long.class, number);
        }

        static Value of(boolean truth) {
            return new Value(Boolean.class, truth);
        }

        static Value of(Instant instant) {
            return of(StoredTime.of(instant));
        }

        static Value at(Optional<Instant> instant) {
            return new Value(Long.class, instant.map(StoredTime::of).orElse(null));
        }
    }

    /** What changes of a device, by column. */
    private static Map<String, Value> values(Row row) {
        Device device = row.device();
        Labels labels = device.labels();
        Map<String, Value> values = new LinkedHashMap<>();
        values.put("endpoint", Value.of(device.endpoint()));
        values.put("name", Value.of(labels.name()));
        values.put("description", Value.of(labels.description()));
        values.put("state", Value.of(device.state().word()));
        values.put("execution_mode", Value.of(device.executionMode().number()));
        values.put("ca_id", Value.of(device.caId()));
        values.put("device_key", Value.of(device.deviceKey()));
        values.put("issuer_fingerprint", Value.of(device.issuerFingerprint()));
        values.put("bound_issuer", Value.of(device.binding().map(Device.Binding::issuer)));
        values.put("bound_key", Value.of(device.binding().map(Device.Binding::key)));
        values.put("used_generation", Value.of(row.usedGeneration()));
        values.put("endpoint_type", Value.of(labels.endpointType()));
        values.put("device_class", Value.of(labels.deviceClass()));
        values.put("vendor_id", Value.of(labels.vendorId()));
        values.put("serial_number", Value.of(labels.serialNumber()));
        values.put("host_gateway", Value.of(labels.hostGateway()));
        values.put("mechanism", Value.of(labels.mechanism()));
        values.put("mechanism_url", Value.of(labels.mechanismUrl()));
        values.put("manifest", Value.of(labels.manifest()));
        values.put("deployment", Value.of(labels.deployment()));
        values.put("bootstrap_expiration_date", Value.of(labels.bootstrapExpirationDate()));
        values.put("connector_expiration_date", Value.of(labels.connectorExpirationDate()));
        values.put("auto_update", Value.of(labels.autoUpdate() == AutoUpdate.ON));
        values.put("custom_attributes", Value.of(StoredTexts.json(device.customAttributes())));
        values.put(
                "registration", Value.of(StoredTexts.json(device.registration().facts())));
        Optional<Suspension> suspension = device.suspension();
        values.put("operator_suspended", Value.of(suspension.isPresent()));
        values.put("operator_suspended_category", Value.of(suspension.map(Suspension::category)));
        values.put("operator_suspended_note", Value.of(suspension.map(Suspension::description)));
        values.put("operator_suspended_at", Value.at(suspension.map(Suspension::since)));
        values.put("bootstrapped_at", Value.at(device.bootstrappedAt()));
        values.put("registered_at", Value.at(device.registeredAt()));
        values.put("enrolled_at", Value.at(device.enrolledAt()));
        values.put("revision", Value.of(device.revision()));
        values.put("updated_at", Value.of(device.updatedAt()));
        return values;
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
