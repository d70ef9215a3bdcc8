package dev.onboard.account.internal;

import dev.onboard.account.Device;
import dev.onboard.account.DeviceState;
import dev.onboard.account.Labels;
import dev.onboard.account.Registration;
import dev.onboard.account.Suspension;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/** A device that becomes another one, member by member. Not thread-safe. */
final class Changed {
    private final Device old;
    private DeviceState state;
    private Optional<Device.Binding> binding;
    private Labels labels;
    private Map<String, String> customAttributes;
    private Registration registration;
    private Optional<Suspension> suspension;
    private Optional<Instant> bootstrappedAt;
    private Optional<Instant> registeredAt;

    private Changed(Device old) {
        this.old = old;
        this.state = old.state();
        this.binding = old.binding();
        this.labels = old.labels();
        this.customAttributes = old.customAttributes();
        this.registration = old.registration();
        this.suspension = old.suspension();
        this.bootstrappedAt = old.bootstrappedAt();
        this.registeredAt = old.registeredAt();
    }

    static Changed of(Device device) {
        return new Changed(device);
    }

    Changed state(DeviceState another) {
        this.state = another;
        return this;
    }

    Changed unbound() {
        this.binding = Optional.empty();
        return this;
    }

    Changed labels(Labels others) {
        this.labels = others;
        return this;
    }

    Changed customAttributes(Map<String, String> others) {
        this.customAttributes = others;
        return this;
    }

    Changed registration(Registration another) {
        this.registration = another;
        return this;
    }

    Changed suspension(Optional<Suspension> another) {
        this.suspension = another;
        return this;
    }

    Changed bootstrappedAt(Instant time) {
        this.bootstrappedAt = Optional.of(time);
        return this;
    }

    Changed registeredAt(Instant time) {
        this.registeredAt = Optional.of(time);
        return this;
    }

    /** The device as it is from this time on. */
    Device at(Instant time) {
        return new Device(
                old.id(),
                old.endpoint(),
                state,
                old.executionMode(),
                old.caId(),
                old.deviceKey(),
                old.issuerFingerprint(),
                binding,
                labels,
                customAttributes,
                registration,
                suspension,
                bootstrappedAt,
                registeredAt,
                old.enrolledAt(),
                old.revision() + 1,
                old.createdAt(),
                time);
    }
}
