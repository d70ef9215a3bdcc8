package dev.onboard.account.internal;

import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;

/** Times as they stand in the database: microseconds since 1970-01-01T00:00:00Z. */
final class StoredTime {
    private StoredTime() {}

    /** The time as the database will have it. */
    static Instant now(InstantSource clock) {
        return clock.instant().truncatedTo(ChronoUnit.MICROS);
    }

    static long of(Instant instant) {
        // not ChronoUnit.between, which counts nanoseconds and ends in 2262
        return Math.addExact(Math.multiplyExact(instant.getEpochSecond(), 1_000_000L), instant.getNano() / 1000L);
    }

    static Instant instant(long micros) {
        return Instant.EPOCH.plus(micros, ChronoUnit.MICROS);
    }
}
