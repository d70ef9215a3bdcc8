package dev.onboard.device;

import java.util.Locale;

/** Where a device stands on its path. */
public enum DeviceState {
    /** Without power. */
    OFF,
    /** Powered, and waiting for its turn to start: so many devices at a time go on line. */
    STARTING,
    /** On its way through the bootstrap server. */
    BOOTSTRAPPING,
    /** On its way to a registration, with the LwM2M credentials it has. */
    REGISTERING,
    /** Registered at the LwM2M server. */
    REGISTERED,
    /** Something failed that may pass; the device waits before it tries again. */
    WAITING,
    /**
     * Refused for good: nothing that the device can do by itself will change the answer (an alert of OMA's class "Fail", a
     * 4.03, credentials that cannot work). It tries again all the same, with the same back-off: the account may change.
     */
    FAILED;

    /** The word used in events and documents, for example {@code registered}. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
