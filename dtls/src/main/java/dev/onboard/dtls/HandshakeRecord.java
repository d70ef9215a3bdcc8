package dev.onboard.dtls;

import dev.onboard.dtls.Transmission.ConnectionIds;
import dev.onboard.pki.Verdict;
import java.net.InetSocketAddress;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * What one side knows of one DTLS handshake that ended, well or not. Immutable.
 *
 * @param side which side tells it
 * @param peer the address of the other side
 * @param peerCertificate the other side's own certificate, when it sent one that can be read
 * @param peerChain the other side's certificates as they came over the wire, DER, leaf first; empty when none came
 * @param verdict our evaluation of that chain, when it came to one
 * @param result how the handshake ended
 * @param duration from this side's first message (for a server: from the ClientHello with a valid cookie) to the end
 */
public record HandshakeRecord(
        Side side,
        InetSocketAddress peer,
        Optional<X509Certificate> peerCertificate,
        List<byte[]> peerChain,
        Optional<Verdict> verdict,
        Result result,
        Duration duration) {

    /** Which end of the handshake (RFC 6347 section 4.2). */
    public enum Side {
        CLIENT,
        SERVER
    }

    /** How a handshake ended. */
    public sealed interface Result {
        /**
         * Both sides finished.
         *
         * @param cipherSuite its IANA name
         * @param connectionIds what they agreed on (RFC 9146)
         * @param course how they went
         */
        record Established(String cipherSuite, ConnectionIds connectionIds, Course course) implements Result {}

        /** This side refused, and sent this alert. */
        record RefusedHere(String reason, int alert, String detail) implements Result {}

        /** The other side refused with this alert; that is all it told. */
        record RefusedByPeer(int alert) implements Result {}

        /** Nobody refused: a timeout, a closed socket. */
        record Failed(String reason, String detail) implements Result {}
    }

    /** RFC 5246 section 7.3. */
    public enum Course {
        /** With certificates and a key agreement. */
        FULL,
        /** An earlier session was resumed. */
        RESUMED
    }

    /** Told of every handshake that ended; called on a protocol thread, must not block. */
    @FunctionalInterface
    public interface Observer {
        /** The handshake ended. */
        void ended(HandshakeRecord handshake);
    }
}
