package dev.onboard.account;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.onboard.account.AccountException.Kind;
import dev.onboard.account.CertificateEnrollments.Enrollment;
import dev.onboard.account.CertificateEnrollments.Outcome;
import dev.onboard.account.CertificateEnrollments.Result;
import dev.onboard.account.DeviceEvents.DeviceEvent;
import dev.onboard.account.DeviceEvents.Type;
import dev.onboard.pki.CertificateRecipe;
import dev.onboard.pki.Credential;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the account remembers of its devices: events, and renewals of their certificates. */
class DeviceEventsTest {
    @TempDir
    Path work;

    OpenAccount open;

    @BeforeEach
    void open() throws IOException {
        open = OpenAccount.in(work);
    }

    @AfterEach
    void close() {
        open.close();
    }

    private void tick() {
        open.now.updateAndGet(now -> now.plus(Duration.ofSeconds(1)));
    }

    private Device onboarded(String endpoint) {
        TrustedCertificate trusted = open.trust(open.factory, Service.BOOTSTRAP);
        Credential factory = open.factory.issue(CertificateRecipe.device(endpoint));
        open.bootstrap(endpoint, factory.certificate(), trusted);
        tick();
        open.bootstrap(endpoint, factory.certificate(), trusted); // the same identity once more: no event
        OpenAccount.get(open.account.devices().bootstrapped(endpoint));
        tick();
        OpenAccount.get(open.account.devices().registered(endpoint, Registration.NONE.with("lifetime", "60")));
        tick();
        OpenAccount.get(open.account.devices().updated(endpoint, Registration.NONE.with("lifetime", "90"))); // none
        return open.account.devices().byEndpoint(endpoint).orElseThrow();
    }

    private List<DeviceEvent> events(String deviceId) {
        return open.account
                .deviceEvents()
                .list(Query.all().where("device_id", deviceId))
                .entries();
    }

    @Test
    void everyChangeOfADeviceLeavesOneEventThatStays() {
        Device device = onboarded("dev-1");
        open.account.devices().relabel(device.id(), Labels.named("meter"), Map.of("place", "cellar"));
        tick();
        open.account.devices().suspend(device.id(), "maintenance", "pump");
        tick();
        open.account.devices().resume(device.id());
        tick();
        open.account.devices().release("dev-1");
        tick();
        OpenAccount.get(open.account.devices().deregistered("dev-1"));
        tick();
        open.account.devices().remove(device.id());
        open.reopen();

        assertThat(events(device.id()).stream().map(DeviceEvent::type))
                .containsExactly(
                        Type.DEVICE_ADMITTED,
                        Type.DEVICE_BOOTSTRAPPED,
                        Type.DEVICE_REGISTERED,
                        Type.DEVICE_UPDATED,
                        Type.DEVICE_SUSPENDED,
                        Type.DEVICE_RESUMED,
                        Type.DEVICE_RELEASED,
                        Type.DEVICE_DEREGISTERED,
                        Type.DEVICE_REMOVED);
        assertThat(events(device.id()).get(2).changes()).isEqualTo(Map.of("state", "registered"));
        assertThat(events(device.id()).get(3).changes())
                .isEqualTo(Map.of("name", "meter", "custom_attributes.place", "cellar"));
        assertThat(events(device.id()).get(4).changes())
                .isEqualTo(Map.of("operator_suspended", "true", "last_operator_suspended_category", "maintenance"));
        assertThat(open.account
                        .deviceEvents()
                        .list(Query.all().where("state_change", "true").where("event_type", "device_registered"))
                        .entries())
                .singleElement()
                .satisfies(event ->
                        assertThat(open.account.deviceEvents().get(event.id())).contains(event));
        assertThat(open.account
                        .deviceEvents()
                        .list(Query.all().where("description", "the device was removed"))
                        .entries())
                .hasSize(1);
    }

    @Test
    void aChangeThatIsRefusedLeavesNoEvent() {
        open.account.devices().add(NewDevice.of("dev-1"));
        assertThatThrownBy(() -> open.account.devices().add(NewDevice.of("dev-1")))
                .isInstanceOf(AccountException.class);
        assertThat(open.account.deviceEvents().list(Query.all()).entries())
                .singleElement()
                .satisfies(event -> assertThat(event.type()).isEqualTo(Type.DEVICE_CREATED));
    }

    private void assertRefused(String deviceId, String name, Kind kind, String message) {
        assertThatThrownBy(() -> open.account.certificateEnrollments().check(deviceId, name))
                .isInstanceOfSatisfying(
                        AccountException.class, e -> assertThat(e.kind()).isEqualTo(kind))
                .hasMessageContaining(message);
    }

    @Test
    void aRenewalBeginsOnceAndEndsOnce() {
        Device device = onboarded("dev-1");
        CertificateEnrollments renewals = open.account.certificateEnrollments();
        assertRefused("0".repeat(32), "LWM2M", Kind.NOT_FOUND, "there is no device");
        assertRefused(device.id(), "nonsense", Kind.INVALID, "'nonsense' is neither LWM2M nor of the form");
        assertRefused(
                device.id(), "customer.tls", Kind.INVALID, "no certificate issuer is configured for 'customer.tls'");

        Enrollment begun = renewals.begin(device.id(), "LWM2M");
        assertRefused(device.id(), "LWM2M", Kind.CONFLICT, "goes on");
        assertThat(renewals.list(Query.all().where("enroll_status", "new")).entries())
                .containsExactly(begun);
        open.reopen();
        Enrollment ended = open.account
                .certificateEnrollments()
                .complete(begun.id(), new Result(Outcome.SUCCESS, "the device has it"));
        assertThat(ended.result()).contains(new Result(Outcome.SUCCESS, "the device has it"));
        assertThatThrownBy(() ->
                        open.account.certificateEnrollments().complete(begun.id(), new Result(Outcome.FAILURE, "late")))
                .hasMessageContaining("has ended already");
        assertThat(open.account.certificateEnrollments().get(begun.id())).isEqualTo(Optional.of(ended));

        OpenAccount.get(open.account.devices().deregistered("dev-1"));
        assertRefused(device.id(), "LWM2M", Kind.LOCKED, "is deregistered");
    }
}
