package dev.onboard.dtls;

import java.time.Duration;

/**
 * What happens to datagrams on a {@link FaultyPath}.
 *
 * @param what happens
 * @param from whose datagrams
 * @param which of them
 * @param delay how long {@link What#DELAY} holds a datagram; not used by the others
 */
public record PacketFault(What what, From from, Which which, Duration delay) {
    /** What can happen. */
    public enum What {
        /** It does not arrive. */
        DROP,
        /** It arrives twice. */
        DUPLICATE,
        /** It arrives, and a copy of it again after every later datagram of the same side that carries application data. */
        REPLAY,
        /**
         * It arrives, and so does a copy at who sent it, at once and again with every later datagram of the same side that
         * carries application data: as if the other side had said it.
         */
        REFLECT,
        /** From this one on the device has another address, as behind a NAT that forgot it; for datagrams of devices. */
        REBIND,
        /** It arrives, between a broken copy and a good one from an address that is not the device's; for datagrams of devices. */
        SPOOF,
        /** It arrives after the next one of the same side. */
        REORDER,
        /** It arrives late. */
        DELAY,
        /** One bit of it is flipped. */
        CORRUPT,
        /** From this one on nothing arrives any more, on neither side. */
        CUT
    }

    /** Whose datagrams. */
    public enum From {
        DEVICE,
        SERVER
    }

    /** Which of a side's datagrams, counted from 1 for each device. */
    public sealed interface Which {
        /** So many from this number on. */
        record Numbered(int first, int count) implements Which {}

        /** Those that carry this DTLS message in clear, so many from the first on. */
        record Carrying(Message message, int count) implements Which {}

        /**
         * All of one flight of the handshake (RFC 6347, 4.2.4: 1, 3 and 5 are the device's, 2, 4 and 6 the server's), the first
         * so many times that it is sent.
         */
        record Flight(int number, int times) implements Which {}

        /** Each with this probability, 0 to 1, from the seed of the path. */
        record ByChance(double probability) implements Which {}
    }

    /** A DTLS 1.2 message by its content type and handshake type (RFC 5246, 6.2.1 and 7.4; RFC 6347, 4.3.2). */
    public enum Message {
        CLIENT_HELLO(22, 1),
        SERVER_HELLO(22, 2),
        HELLO_VERIFY_REQUEST(22, 3),
        CERTIFICATE(22, 11),
        SERVER_KEY_EXCHANGE(22, 12),
        CERTIFICATE_REQUEST(22, 13),
        SERVER_HELLO_DONE(22, 14),
        CERTIFICATE_VERIFY(22, 15),
        CLIENT_KEY_EXCHANGE(22, 16),
        CHANGE_CIPHER_SPEC(20, -1),
        ALERT(21, -1),
        APPLICATION_DATA(23, -1),
        /** A protected record with a connection id (RFC 9146, 4), whatever is in it, that begins the datagram. */
        TLS12_CID(25, -1);

        private final int contentType;
        private final int handshakeType;

        Message(int contentType, int handshakeType) {
            this.contentType = contentType;
            this.handshakeType = handshakeType;
        }

        /** Whether one of the records of this datagram carries it; a handshake message counts while it is in clear. */
        public boolean isIn(byte[] datagram, int length) {
            if (this == TLS12_CID) {
                return length > RECORD_HEADER && (datagram[0] & 0xff) == contentType;
            }
            int at = 0;
            while (at + RECORD_HEADER <= length) {
                int type = datagram[at] & 0xff;
                int epoch = (datagram[at + 3] & 0xff) << 8 | datagram[at + 4] & 0xff;
                int octets = (datagram[at + 11] & 0xff) << 8 | datagram[at + 12] & 0xff;
                if (type == contentType
                        && (handshakeType < 0
                                || epoch == 0
                                        && at + RECORD_HEADER < length
                                        && (datagram[at + RECORD_HEADER] & 0xff) == handshakeType)) {
                    return true;
                }
                at += RECORD_HEADER + octets;
            }
            return false;
        }

        private static final int RECORD_HEADER = 13;
    }

    /** @throws IllegalArgumentException when a number, a probability or a delay is out of range */
    public PacketFault {
        if (which instanceof Which.Numbered numbered && (numbered.first() < 1 || numbered.count() < 1)
                || which instanceof Which.Carrying carrying && carrying.count() < 1) {
            throw new IllegalArgumentException("datagrams are counted from 1, and at least one of them is concerned");
        }
        if (which instanceof Which.Flight flight
                && (flight.number() < 1
                        || flight.number() > 6
                        || flight.times() < 1
                        || flight.number() % 2 == 0 != (from == From.SERVER))) {
            throw new IllegalArgumentException("flights 1, 3 and 5 are the device's, 2, 4 and 6 the server's");
        }
        if (which instanceof Which.ByChance chance && !(chance.probability() >= 0 && chance.probability() <= 1)) {
            throw new IllegalArgumentException(chance.probability() + " is no probability; 0 to 1 is");
        }
        if (delay.isNegative()) {
            throw new IllegalArgumentException("a delay of " + delay + " would arrive before it is sent");
        }
    }

    /** Without a delay. */
    public static PacketFault of(What what, From from, Which which) {
        return new PacketFault(what, from, which, Duration.ZERO);
    }
}
