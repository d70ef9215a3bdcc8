package dev.onboard.device;

import java.util.OptionalLong;

/**
 * An instance of the LwM2M Server object (object 1, version 1.1). Immutable.
 *
 * @param instance its instance id
 * @param shortServerId /1/x/0, 1 to 65534
 * @param lifetime /1/x/1, seconds
 * @param defaultMinimumPeriod /1/x/2, seconds
 * @param defaultMaximumPeriod /1/x/3, seconds
 * @param disableTimeout /1/x/5, seconds
 * @param missed /1/x/6
 * @param binding /1/x/7
 */
public record ServerObject(
        int instance,
        int shortServerId,
        long lifetime,
        OptionalLong defaultMinimumPeriod,
        OptionalLong defaultMaximumPeriod,
        OptionalLong disableTimeout,
        MissedNotifications missed,
        String binding) {
    /** What becomes of notifications while the server cannot be reached. */
    public enum MissedNotifications {
        DROPPED,
        STORED
    }

    /** Instance 0 with what is mandatory. */
    public static ServerObject of(int shortServerId, long lifetime) {
        return new ServerObject(
                0,
                shortServerId,
                lifetime,
                OptionalLong.empty(),
                OptionalLong.empty(),
                OptionalLong.empty(),
                MissedNotifications.DROPPED,
                "U");
    }
}
