package dev.onboard.dtls.internal;

import dev.onboard.dtls.PacketFault.From;

/**
 * Tells of one side's datagrams to which flight of the handshake they belong (RFC 6347, 4.2.4), and how often that flight was
 * begun. The first record of a datagram decides. Used by one thread at a time.
 */
final class FlightWatch {
    private static final int RECORD_HEADER = 13;
    private static final int FLIGHTS = 6;
    private static final int CHANGE_CIPHER_SPEC = 20;
    private static final int HANDSHAKE = 22;
    private static final long AT_THE_CHANGE = Long.MAX_VALUE - 1;
    private static final long AFTER_THE_CHANGE = Long.MAX_VALUE;

    private final From from;
    private final int[] begun = new int[FLIGHTS + 1];
    private int flight;
    private long place;

    FlightWatch(From from) {
        this.from = from;
    }

    /** The flight of this datagram; 0 when it is of no handshake. */
    int carry(byte[] datagram) {
        if (datagram.length <= RECORD_HEADER) {
            return 0;
        }
        int type = datagram[0] & 0xff;
        boolean clear = number(datagram, 3, 2) == 0;
        if (type != CHANGE_CIPHER_SPEC && type != HANDSHAKE) {
            return 0;
        }
        long at = type == CHANGE_CIPHER_SPEC ? AT_THE_CHANGE : clear ? place(datagram) : AFTER_THE_CHANGE;
        int of = type == HANDSHAKE && clear ? flight(datagram) : from == From.DEVICE ? 5 : 6;
        if (of != 0 && (of != flight || at <= place)) {
            begun[of]++;
        }
        flight = of == 0 ? flight : of;
        place = at;
        return of;
    }

    /** How many times this flight was begun. */
    int begun(int of) {
        return begun[of];
    }

    /** Which message, and which fragment of it. */
    private static long place(byte[] datagram) {
        return datagram.length < RECORD_HEADER + 12
                ? 0
                : number(datagram, RECORD_HEADER + 4, 2) << 24 | number(datagram, RECORD_HEADER + 6, 3);
    }

    private int flight(byte[] datagram) {
        return switch (datagram[RECORD_HEADER]) {
            case 1 -> number(datagram, RECORD_HEADER + 4, 2) == 0 ? 1 : 3;
            case 3 -> 2;
            case 2, 12, 13, 14 -> 4;
            case 11 -> from == From.DEVICE ? 5 : 4;
            case 15, 16 -> 5;
            default -> 0;
        };
    }

    private static long number(byte[] datagram, int at, int octets) {
        long value = 0;
        for (int i = at; i < Math.min(at + octets, datagram.length); i++) {
            value = value << 8 | datagram[i] & 0xff;
        }
        return value;
    }
}
