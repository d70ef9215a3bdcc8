package dev.onboard.dtls;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/** What a datagram of DTLS 1.2 says to whoever cannot decrypt it (RFC 6347, 4.1; RFC 9146, 4). Malformed ones say nothing. */
public final class DtlsHeaders {
    private static final int HANDSHAKE = 22;
    private static final int WITH_CONNECTION_ID = 25;
    private static final int CLIENT_HELLO = 1;
    private static final int SERVER_HELLO = 2;
    private static final int CONNECTION_ID = 54;
    private static final int BEFORE_CONNECTION_ID = 11;
    private static final int RECORD_HEADER = 13;
    private static final int HANDSHAKE_HEADER = 12;
    private static final int VERSION_AND_RANDOM = 34;
    /** The servers here give ids of 6 octets; others may give up to so many. */
    private static final int LONGEST_ID = 16;

    private DtlsHeaders() {}

    /** Whether a handshake begins, from the first record. */
    public static boolean isClientHello(ByteBuffer datagram) {
        return firstMessage(datagram) == CLIENT_HELLO;
    }

    private static int firstMessage(ByteBuffer datagram) {
        int at = datagram.position();
        return datagram.remaining() > RECORD_HEADER
                        && datagram.get(at) == HANDSHAKE
                        && datagram.getShort(at + 3) == 0 // of the epoch that is not encrypted
                ? datagram.get(at + RECORD_HEADER)
                : -1;
    }

    /** What may be the connection id of the first record: its length is known to those alone who agreed on it. */
    static List<ByteBuffer> connectionIds(ByteBuffer datagram) {
        int at = datagram.position();
        if (!datagram.hasRemaining() || datagram.get(at) != WITH_CONNECTION_ID) {
            return List.of();
        }
        int most = Math.min(LONGEST_ID, datagram.remaining() - BEFORE_CONNECTION_ID);
        return IntStream.rangeClosed(1, most)
                .mapToObj(length -> copy(datagram, at + BEFORE_CONNECTION_ID, length))
                .toList();
    }

    /** The connection id that a server wants to be addressed by, in its ServerHello. */
    static Optional<ByteBuffer> givenConnectionId(ByteBuffer datagram) {
        if (firstMessage(datagram) != SERVER_HELLO) {
            return Optional.empty();
        }
        try {
            int at = datagram.position() + RECORD_HEADER + HANDSHAKE_HEADER + VERSION_AND_RANDOM;
            at += 1 + (datagram.get(at) & 0xff); // session id
            at += 2 + 1; // cipher suite, compression
            int end = at + 2 + (datagram.getShort(at) & 0xffff);
            at += 2;
            while (at + 4 <= end) {
                int length = datagram.getShort(at + 2) & 0xffff;
                if (datagram.getShort(at) == CONNECTION_ID) {
                    int octets = datagram.get(at + 4) & 0xff;
                    return octets == 0 || octets > LONGEST_ID || octets + 1 != length
                            ? Optional.empty()
                            : Optional.of(copy(datagram, at + 5, octets));
                }
                at += 4 + length;
            }
            return Optional.empty();
        } catch (IndexOutOfBoundsException e) {
            return Optional.empty(); // fragmented or malformed
        }
    }

    private static ByteBuffer copy(ByteBuffer from, int at, int length) {
        byte[] octets = new byte[length];
        from.get(at, octets);
        return ByteBuffer.wrap(octets);
    }
}
