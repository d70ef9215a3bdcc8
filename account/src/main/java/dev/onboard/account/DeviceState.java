package dev.onboard.account;

import java.util.Locale;
import java.util.Optional;

/** How far a device has come, in the platform's words. */
public enum DeviceState {
    /** Known, never seen. */
    UNENROLLED,
    /** Admitted; its credentials are being made. */
    CLOUD_ENROLLING,
    /** Has LwM2M credentials. */
    BOOTSTRAPPED,
    /** Has a registration at the LwM2M server. */
    REGISTERED,
    /** Its registration ended. */
    DEREGISTERED;

    /** The name on the wire, for example {@code cloud_enrolling}. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The state with this {@link #word()}; empty when there is none. */
    public static Optional<DeviceState> of(String word) {
        for (DeviceState state : values()) {
            if (state.word().equals(word)) {
                return Optional.of(state);
            }
        }
        return Optional.empty();
    }
}
