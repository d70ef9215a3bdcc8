package dev.onboard.device;

import java.time.Duration;

/**
 * When a lost message is sent again. The same for all devices of a {@link Fleet}. Immutable.
 *
 * @param dtlsTimeout the first wait for an answer in a DTLS handshake, doubled with each retransmission (RFC 6347 section
 *     4.2.4.1)
 * @param dtlsRetransmissions how often a flight is sent again
 * @param coapTimeout ACK_TIMEOUT (RFC 7252 section 4.8)
 * @param coapRetransmissions MAX_RETRANSMIT
 */
public record Retransmission(
        Duration dtlsTimeout, int dtlsRetransmissions, Duration coapTimeout, int coapRetransmissions) {
    /** The values of the standards: 1 second in DTLS, 2 seconds and four retransmissions in CoAP. */
    public static final Retransmission STANDARD =
            new Retransmission(Duration.ofSeconds(1), 5, Duration.ofSeconds(2), 4);

    /** Gives up within a few seconds: for tests in which nobody answers. */
    public static Retransmission impatient() {
        return new Retransmission(Duration.ofMillis(100), 3, Duration.ofMillis(200), 2);
    }
}
