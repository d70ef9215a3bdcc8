package dev.onboard.dtls;

import java.net.InetSocketAddress;
import java.nio.ByteBuffer;

/**
 * Sees the datagrams of DTLS endpoints and the secrets that open them. Called on the threads that send and receive, so it
 * does not block for long and is thread-safe; what it does not look at it need not implement. What it keeps holds private
 * keys: a bootstrap delivers them.
 */
public interface TrafficWatch {
    /** Sees nothing. */
    TrafficWatch NONE = new TrafficWatch() {};

    /** A datagram was received, or is about to be sent; the buffer is valid during the call alone. */
    default void datagram(InetSocketAddress from, InetSocketAddress to, ByteBuffer content) {}

    /**
     * A handshake succeeded.
     *
     * @param clientRandom the 32 octets of the ClientHello (RFC 5246 section 7.4.1.2)
     * @param masterSecret 48 octets (RFC 5246 section 8.1)
     */
    default void established(InetSocketAddress peer, byte[] clientRandom, byte[] masterSecret) {}

    /** A handshake ended without success. */
    default void failed(InetSocketAddress peer) {}

    /** This one and another. */
    default TrafficWatch and(TrafficWatch other) {
        if (this == NONE) {
            return other;
        }
        TrafficWatch first = this;
        return new TrafficWatch() {
            @Override
            public void datagram(InetSocketAddress from, InetSocketAddress to, ByteBuffer content) {
                first.datagram(from, to, content.duplicate());
                other.datagram(from, to, content);
            }

            @Override
            public void established(InetSocketAddress peer, byte[] clientRandom, byte[] masterSecret) {
                first.established(peer, clientRandom, masterSecret);
                other.established(peer, clientRandom, masterSecret);
            }

            @Override
            public void failed(InetSocketAddress peer) {
                first.failed(peer);
                other.failed(peer);
            }
        };
    }
}
