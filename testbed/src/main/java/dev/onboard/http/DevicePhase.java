package dev.onboard.http;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** Where a device stands, as the journal's events about it say. */
enum DevicePhase {
    /** Made by the factory, never switched on. */
    MADE,
    /** Switched on, nothing reached yet. */
    STARTING,
    /** Known to the bootstrap server, on its way to credentials. */
    BOOTSTRAPPING,
    /** Has LwM2M credentials, on its way to a registration. */
    REGISTERING,
    REGISTERED,
    /** Somebody said no; it tries again now and then. */
    REFUSED,
    /** Something did not work, and nobody said no; it tries again. */
    FAILED,
    /** Its registration ended. */
    DEREGISTERED,
    OFF;

    String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    static Optional<DevicePhase> of(String word) {
        return Arrays.stream(values())
                .filter(phase -> phase.word().equals(word))
                .findFirst();
    }
}
