package dev.onboard.dtls;

/**
 * What a server keeps of DTLS sessions, and whether devices may resume them. Immutable.
 *
 * @param most how many sessions and handshakes under way a server keeps; a device beyond them gets no answer until there is room.
 *     One that has been silent for half an hour gives way
 * @param resumption whether a device whose session is open still may make another of it by an abbreviated handshake
 */
public record Sessions(int most, Resumption resumption) {
    /** As many as devices of a large fleet have, some gigabytes of memory; none is resumed. */
    public static final Sessions STANDARD = new Sessions(200_000, Resumption.OFF);

    /** Resumption by session id (RFC 5246 section 7.3). */
    public enum Resumption {
        /** Servers give out no session ids, and devices ask for none: each handshake is a full one. */
        OFF,
        /**
         * A device that lost its session resumes it, from another address as well. The server judges the certificates of the session
         * anew, as they would be judged in a full handshake at that moment, and falls back to one when it would refuse them, or
         * when it shows another certificate by now; a device whose server's certificate has expired asks for a full one.
         */
        ON
    }

    /** @throws IllegalArgumentException when no session could be kept */
    public Sessions {
        if (most < 1) {
            throw new IllegalArgumentException(
                    "a server that keeps " + most + " sessions serves nobody; 1 is the least");
        }
    }

    /** So many at most. */
    public Sessions withMost(int number) {
        return new Sessions(number, resumption);
    }

    /** Resumed, or not. */
    public Sessions withResumption(Resumption value) {
        return new Sessions(most, value);
    }
}
