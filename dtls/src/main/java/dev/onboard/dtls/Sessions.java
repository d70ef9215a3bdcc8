package dev.onboard.dtls;

import java.util.OptionalInt;

/**
 * What a server keeps of DTLS sessions, whether devices may resume them, and how many handshakes it refuses before it does not listen any
 * more. Immutable.
 *
 * @param most how many sessions and handshakes under way a server keeps; a device beyond them gets no answer until there is room.
 *     One that has been silent for half an hour gives way
 * @param resumption whether a device whose session is open still may make another of it by an abbreviated handshake
 * @param refusals how many handshakes from one address may be refused in a second, for long; for once {@value #BURST} times as many. From
 *     an address with more, ClientHellos get no answer for {@value #BURST} seconds. Of IPv6, an address is all of its /64. Empty: any number
 */
public record Sessions(int most, Resumption resumption, OptionalInt refusals) {
    /** How many seconds' refusals an address may have at once, and for how many seconds it then gets no answer. */
    public static final int BURST = 20;

    /** As many as devices of a large fleet have, some gigabytes of memory; none is resumed; fifty refusals a second. */
    public static final Sessions STANDARD = new Sessions(200_000, Resumption.OFF, OptionalInt.of(50));

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

    /** @throws IllegalArgumentException when no session could be kept, or not one refusal is allowed for */
    public Sessions {
        if (most < 1) {
            throw new IllegalArgumentException(
                    "a server that keeps " + most + " sessions serves nobody; 1 is the least");
        }
        if (refusals.orElse(1) < 1) {
            throw new IllegalArgumentException("a server that allows for " + refusals.getAsInt()
                    + " refusals in a second listens to nobody; 1 is the least");
        }
    }

    /** So many at most. */
    public Sessions withMost(int number) {
        return new Sessions(number, resumption, refusals);
    }

    /** Resumed, or not. */
    public Sessions withResumption(Resumption value) {
        return new Sessions(most, value, refusals);
    }

    /** So many refusals of one address in a second. */
    public Sessions withRefusals(int perSecond) {
        return new Sessions(most, resumption, OptionalInt.of(perSecond));
    }

    /** As many refusals of one address as there are. */
    public Sessions withAnyRefusals() {
        return new Sessions(most, resumption, OptionalInt.empty());
    }
}
