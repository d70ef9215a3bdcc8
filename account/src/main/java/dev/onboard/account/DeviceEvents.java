package dev.onboard.account;

import java.time.Instant;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What happened to the devices of the account. An event is written in the transaction that changes the device: there is
 * none without the change and no change without it. Events stay when their device is removed. Thread-safe.
 */
public interface DeviceEvents {
    /** What happened. */
    enum Type {
        /** An operator made it known before it was ever seen. */
        DEVICE_CREATED("the device was made known"),
        /** It came with a factory certificate, for the first time or with another one. */
        DEVICE_ADMITTED("the device was admitted to bootstrap"),
        /** It has LwM2M credentials. */
        DEVICE_BOOTSTRAPPED("the device has bootstrapped"),
        DEVICE_REGISTERED("the device has registered"),
        DEVICE_DEREGISTERED("the device's registration ended"),
        /** What people wrote on it changed. */
        DEVICE_UPDATED("the device's description was changed"),
        DEVICE_SUSPENDED("the device was suspended"),
        DEVICE_RESUMED("the device's suspension was ended"),
        /** The next claimant will own its endpoint name. */
        DEVICE_RELEASED("the device's endpoint name was released"),
        DEVICE_REMOVED("the device was removed");

        private final String description;

        Type(String description) {
            this.description = description;
        }

        /** The name on the wire, for example {@code device_registered}. */
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }

        /** A sentence for a person. */
        public String description() {
            return description;
        }

        /** The type with this {@link #word()}; throws {@link IllegalArgumentException} when there is none. */
        public static Type of(String word) {
            return valueOf(word.toUpperCase(Locale.ROOT));
        }
    }

    /**
     * One event.
     *
     * @param changes the new values of what changed, by the names of the platform's {@code DeviceData}
     */
    record DeviceEvent(
            String id, String deviceId, String endpoint, Type type, Map<String, String> changes, Instant time) {
        public DeviceEvent {
            changes = java.util.Collections.unmodifiableMap(new TreeMap<>(changes));
        }

        /** Whether the device's state is another one since. */
        public boolean isStateChange() {
            return changes.containsKey("state");
        }
    }

    /** The event with this id. */
    Optional<DeviceEvent> get(String id);

    /** A page of them. Fields: {@code id}, {@code date_time}, {@code device_id}, {@code event_type}, {@code description}, {@code state_change}. */
    Page<DeviceEvent> list(Query query);
}
