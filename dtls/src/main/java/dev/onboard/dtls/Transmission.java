package dev.onboard.dtls;

import java.time.Duration;

/**
 * How messages travel: when a lost one is sent again, and how large a datagram may be. The same for all devices of a fleet,
 * or for a server. Immutable.
 *
 * @param dtlsTimeout the first wait for an answer in a DTLS handshake, doubled with each retransmission (RFC 6347 section
 *     4.2.4.1)
 * @param dtlsRetransmissions how often a flight is sent again
 * @param coapTimeout ACK_TIMEOUT (RFC 7252 section 4.8)
 * @param coapRetransmissions MAX_RETRANSMIT
 * @param connectionIds whether a session survives a change of the device's address
 * @param mtu octets of the largest IP packet, at least 256; handshake messages are cut into fragments that fit
 * @param sessions what a server keeps of them
 */
public record Transmission(
        Duration dtlsTimeout,
        int dtlsRetransmissions,
        Duration coapTimeout,
        int coapRetransmissions,
        ConnectionIds connectionIds,
        int mtu,
        Sessions sessions) {
    /** Fits an Ethernet frame with room for tunnels; to be given saves the look-up of the interface's own on every start. */
    private static final int USUAL_MTU = 1400;

    private static final int SMALLEST_MTU = 256;

    /** The values of the standards: 1 second in DTLS, 2 seconds and four retransmissions in CoAP. */
    public static final Transmission STANDARD = of(Duration.ofSeconds(1), 5, Duration.ofSeconds(2), 4);

    /** @throws IllegalArgumentException when the MTU is too small for DTLS */
    public Transmission {
        if (mtu < SMALLEST_MTU) {
            throw new IllegalArgumentException(
                    "an MTU of " + mtu + " octets carries no DTLS handshake; " + SMALLEST_MTU + " is the least");
        }
    }

    /** Gives up within a few seconds: for tests in which nobody answers. */
    public static Transmission impatient() {
        return of(Duration.ofMillis(100), 3, Duration.ofMillis(200), 2);
    }

    /** Sends again soon, and as often as it takes: for a network that loses much and answers fast. */
    public static Transmission persistent() {
        return of(Duration.ofMillis(100), 7, Duration.ofMillis(300), 7);
    }

    /** With datagrams no larger than this. */
    public Transmission withMtu(int octets) {
        return new Transmission(
                dtlsTimeout, dtlsRetransmissions, coapTimeout, coapRetransmissions, connectionIds, octets, sessions);
    }

    /** With connection ids or without. */
    public Transmission withConnectionIds(ConnectionIds value) {
        return new Transmission(
                dtlsTimeout, dtlsRetransmissions, coapTimeout, coapRetransmissions, value, mtu, sessions);
    }

    /** With servers that keep these sessions. */
    public Transmission withSessions(Sessions value) {
        return new Transmission(
                dtlsTimeout, dtlsRetransmissions, coapTimeout, coapRetransmissions, connectionIds, mtu, value);
    }

    private static Transmission of(
            Duration dtlsTimeout, int dtlsRetransmissions, Duration coapTimeout, int coapRetransmissions) {
        return new Transmission(
                dtlsTimeout,
                dtlsRetransmissions,
                coapTimeout,
                coapRetransmissions,
                ConnectionIds.OFF,
                USUAL_MTU,
                Sessions.STANDARD);
    }

    /** Whether records carry a connection id (RFC 9146; OMA Transport 5.2.8 recommends it against NAT rebinding). */
    public enum ConnectionIds {
        /** The extension is neither offered nor accepted: a device whose address changes makes a new handshake. */
        OFF,
        /**
         * Devices offer it, without an id of their own, and a server that knows it gives each session one. It takes effect
         * when both sides have it on.
         */
        ON
    }
}
