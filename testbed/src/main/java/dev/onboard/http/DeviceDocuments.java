package dev.onboard.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.onboard.account.Account;
import dev.onboard.account.Device;
import dev.onboard.account.DeviceState;
import dev.onboard.account.ExecutionMode;
import dev.onboard.account.Labels;
import dev.onboard.account.Labels.AutoUpdate;
import dev.onboard.account.NewDevice;
import dev.onboard.account.Query;
import dev.onboard.account.Suspension;
import io.javalin.http.Context;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/** {@code /v3/devices}. */
record DeviceDocuments(Account account) {
    private static final String STATES = "unenrolled, cloud_enrolling, bootstrapped, registered, deregistered";

    void list(Context ctx) {
        Query query = QueryText.read(ctx);
        Json.answer(ctx, 200, Envelope.of(account.devices().list(query), query, this::document));
    }

    void create(Context ctx) {
        Body body = Body.of(ctx);
        String endpoint = body.requiredText("endpoint_name");
        DeviceState state = body.word("state", DeviceState::of, STATES).orElse(DeviceState.UNENROLLED);
        ExecutionMode mode = mode(body);
        Labels labels = labels(body, Labels.named(endpoint));
        Map<String, String> attributes = body.texts("custom_attributes").orElse(Map.of());
        Optional<String> fingerprint = body.text("issuer_fingerprint");
        if (fingerprint.filter(text -> !text.matches("[A-Fa-f0-9]{64}")).isPresent()) {
            body.fault("issuer_fingerprint", "is not 64 hexadecimal digits");
        }
        Optional<String> caId = body.text("ca_id");
        Optional<String> deviceKey = body.text("device_key");
        body.done();
        Device device = account.devices()
                .add(new NewDevice(endpoint, state, mode, caId, deviceKey, fingerprint, labels, attributes));
        Etags.answer(ctx, 201, document(device));
    }

    private static ExecutionMode mode(Body body) {
        OptionalInt number = body.number("device_execution_mode");
        if (number.isEmpty()) {
            return ExecutionMode.UNSPECIFIED;
        }
        Optional<ExecutionMode> mode = ExecutionMode.of(number.getAsInt());
        if (mode.isEmpty()) {
            body.fault("device_execution_mode", number.getAsInt() + " is not one of 0, 1, 5");
        }
        return mode.orElse(ExecutionMode.UNSPECIFIED);
    }

    private static Labels labels(Body body, Labels old) {
        return new Labels(
                body.text("name").orElse(old.name()),
                body.text("description").orElse(old.description()),
                body.text("endpoint_type").or(old::endpointType),
                body.text("device_class").or(old::deviceClass),
                body.text("vendor_id").or(old::vendorId),
                body.text("serial_number").or(old::serialNumber),
                body.text("host_gateway").or(old::hostGateway),
                body.text("mechanism").or(old::mechanism),
                body.text("mechanism_url").or(old::mechanismUrl),
                body.text("manifest").or(old::manifest),
                body.text("deployment").or(old::deployment),
                body.text("bootstrap_expiration_date").or(old::bootstrapExpirationDate),
                body.text("connector_expiration_date").or(old::connectorExpirationDate),
                body.truth("auto_update")
                        .map(on -> on ? AutoUpdate.ON : AutoUpdate.OFF)
                        .orElse(old.autoUpdate()));
    }

    void read(Context ctx) {
        Etags.answer(ctx, 200, document(find(ctx)));
    }

    void update(Context ctx) {
        Body body = Body.of(ctx);
        Device old = find(ctx);
        if (body.text("endpoint_name")
                .filter(name -> !name.equals(old.endpoint()))
                .isPresent()) {
            body.fault("endpoint_name", "cannot be changed");
        }
        Labels labels = labels(body, old.labels());
        Map<String, String> attributes = body.texts("custom_attributes").orElse(old.customAttributes());
        body.done();
        Etags.check(ctx, document(old));
        Etags.answer(ctx, 200, document(account.devices().relabel(old.id(), labels, attributes)));
    }

    void delete(Context ctx) {
        Device old = find(ctx);
        Etags.check(ctx, document(old));
        account.devices().remove(old.id());
        ctx.status(204);
    }

    void suspend(Context ctx) {
        Device device = find(ctx);
        Body body = Body.of(ctx);
        String category = body.text("category").orElse("");
        String description = body.text("description").orElse("");
        body.done();
        account.devices().suspend(device.id(), category, description);
        ctx.status(204);
    }

    void resume(Context ctx) {
        account.devices().resume(find(ctx).id());
        ctx.status(204);
    }

    /** {@code GET /testbed/devices/{endpoint}}: the same document, by endpoint name. */
    void readByEndpoint(Context ctx) {
        Etags.answer(ctx, 200, document(byEndpoint(ctx)));
    }

    /** {@code POST /testbed/devices/{endpoint}/release}. */
    void release(Context ctx) {
        Etags.answer(
                ctx, 200, document(account.devices().release(byEndpoint(ctx).endpoint())));
    }

    private Device byEndpoint(Context ctx) {
        String endpoint = ctx.pathParam("endpoint");
        return account.devices()
                .byEndpoint(endpoint)
                .orElseThrow(() -> Problem.notFound("there is no device with the endpoint name '" + endpoint + "'"));
    }

    private Device find(Context ctx) {
        String id = ctx.pathParam("id");
        return account.devices().get(id).orElseThrow(() -> Problem.notFound("there is no device '" + id + "'"));
    }

    private ObjectNode document(Device device) {
        Labels labels = device.labels();
        ObjectNode document = Json.object();
        document.put("object", "device")
                .put("id", device.id())
                .put("account_id", account.id())
                .put("endpoint_name", device.endpoint())
                .put("name", labels.name())
                .put("description", labels.description())
                .put("state", device.state().word())
                .put("device_execution_mode", device.executionMode().number())
                .put("deployed_state", device.executionMode() == ExecutionMode.DEVELOPER ? "development" : "production")
                .put("lifecycle_status", device.suspension().isPresent() ? "blocked" : "enabled")
                .put("ca_id", device.caId().orElse(null))
                .put("device_key", device.deviceKey().orElse(null))
                .put("issuer_fingerprint", device.issuerFingerprint().orElse(null))
                .put("endpoint_type", labels.endpointType().orElse(null))
                .put("device_class", labels.deviceClass().orElse(null))
                .put("vendor_id", labels.vendorId().orElse(null))
                .put("serial_number", labels.serialNumber().orElse(null))
                .put("host_gateway", labels.hostGateway().orElse(null))
                .put("mechanism", labels.mechanism().orElse(null))
                .put("mechanism_url", labels.mechanismUrl().orElse(null))
                .put("manifest", labels.manifest().orElse(null))
                .putNull("manifest_timestamp")
                .putNull("firmware_checksum")
                .put("deployment", labels.deployment().orElse(null))
                .put("auto_update", labels.autoUpdate() == AutoUpdate.ON)
                .put(
                        "bootstrap_expiration_date",
                        labels.bootstrapExpirationDate().orElse(null))
                .put(
                        "connector_expiration_date",
                        labels.connectorExpirationDate().orElse(null))
                .put("bootstrapped_timestamp", time(device.bootstrappedAt()))
                .put("enrolment_list_timestamp", time(device.enrolledAt()))
                .put("operator_suspended", device.suspension().isPresent())
                .put(
                        "last_operator_suspended_category",
                        device.suspension().map(Suspension::category).orElse(null))
                .put(
                        "last_operator_suspended_description",
                        device.suspension().map(Suspension::description).orElse(null))
                .put(
                        "last_operator_suspended_updated_at",
                        time(device.suspension().map(Suspension::since)))
                .put("system_suspended", false)
                .put("etag", Json.time(device.updatedAt()))
                .put("created_at", Json.time(device.createdAt()))
                .put("updated_at", Json.time(device.updatedAt()));
        document.putArray("groups");
        ObjectNode attributes = document.putObject("custom_attributes");
        device.customAttributes().forEach(attributes::put);
        ObjectNode registration = document.putObject("registration");
        device.registration().facts().forEach(registration::put);
        document.put("registered_timestamp", time(device.registeredAt()));
        return document;
    }

    private static @org.jspecify.annotations.Nullable String time(Optional<Instant> instant) {
        return instant.map(Json::time).orElse(null);
    }
}
