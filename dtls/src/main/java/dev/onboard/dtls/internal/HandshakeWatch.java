package dev.onboard.dtls.internal;

import dev.onboard.dtls.HandshakeRecord;
import dev.onboard.dtls.HandshakeRecord.Course;
import dev.onboard.dtls.HandshakeRecord.Result;
import dev.onboard.dtls.PeerSession;
import dev.onboard.dtls.TrafficWatch;
import dev.onboard.dtls.Transmission.ConnectionIds;
import dev.onboard.pki.Verdict;
import java.net.InetSocketAddress;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import org.eclipse.californium.scandium.dtls.Connection;
import org.eclipse.californium.scandium.dtls.ConnectionId;
import org.eclipse.californium.scandium.dtls.DTLSContext;
import org.eclipse.californium.scandium.dtls.DtlsHandshakeTimeoutException;
import org.eclipse.californium.scandium.dtls.HandshakeException;
import org.eclipse.californium.scandium.dtls.Handshaker;
import org.eclipse.californium.scandium.dtls.SessionListener;
import org.jspecify.annotations.Nullable;

/**
 * Follows the handshakes of one connector from start to end and tells the observer of each exactly once. Thread-safe:
 * Scandium calls it on the serial executor of each connection.
 */
final class HandshakeWatch implements SessionListener {
    /** What Scandium writes into the exception of an alert that came from the peer; it has no other mark. */
    private static final String RECEIVED = "Received '";

    /** Octets of a message that is none of the few; a chain of ten certificates has fewer. */
    static final int LARGE = 16_384;
    /** Handshakes at once in which room is made for larger messages: each takes as much room as its peer claims, twice. */
    static final int MOST_LARGE = 64;

    private final HandshakeRecord.Side side;
    private final HandshakeRecord.Observer observer;
    private final BiConsumer<Connection, PeerSession> established;
    private final TrafficWatch traffic;
    private final Map<ConnectionId, Attempt> attempts = new ConcurrentHashMap<>();
    private final AtomicInteger large = new AtomicInteger();

    HandshakeWatch(
            HandshakeRecord.Side side,
            HandshakeRecord.Observer observer,
            BiConsumer<Connection, PeerSession> established,
            TrafficWatch traffic) {
        this.traffic = traffic;
        this.side = side;
        this.observer = observer;
        this.established = established;
    }

    /** What came of the peer's chain in a handshake that is under way. */
    record Evaluated(List<byte[]> chain, @Nullable X509Certificate leaf, Verdict verdict) {}

    private static final class Attempt {
        final long startNanos = System.nanoTime();
        volatile @Nullable Evaluated evaluated;
        volatile @Nullable MessageAssembly assembly;
        volatile boolean large;
    }

    /** Whether this connection's handshake may have messages that are larger than {@link #LARGE}; not when too many others have. */
    boolean isRoomForLarge(ConnectionId connection) {
        Attempt attempt = attempts.computeIfAbsent(connection, c -> new Attempt());
        if (attempt.large) {
            return true;
        }
        if (large.incrementAndGet() > MOST_LARGE) {
            large.decrementAndGet();
            return false;
        }
        attempt.large = true;
        return true;
    }

    private @Nullable Attempt end(ConnectionId connection) {
        Attempt attempt = attempts.remove(connection);
        if (attempt != null && attempt.large) {
            large.decrementAndGet();
        }
        return attempt;
    }

    /** Where a message of this type of this connection's handshake is put together; begun anew when its length differs. */
    MessageAssembly assembly(ConnectionId connection, int type, int length) {
        Attempt attempt = attempts.computeIfAbsent(connection, c -> new Attempt());
        MessageAssembly assembly = attempt.assembly;
        if (assembly == null || assembly.type() != type || assembly.length() != length) {
            assembly = new MessageAssembly(type, length);
            attempt.assembly = assembly;
        }
        return assembly;
    }

    /** The verifier's word on the peer of this connection. */
    void evaluated(ConnectionId connection, Evaluated evaluated) {
        attempts.computeIfAbsent(connection, c -> new Attempt()).evaluated = evaluated;
    }

    /** Whether the verifier has spoken on the peer of this connection. */
    boolean isEvaluated(ConnectionId connection) {
        Attempt attempt = attempts.get(connection);
        return attempt != null && attempt.evaluated != null;
    }

    @Override
    public void handshakeStarted(Handshaker handshaker) {
        end(handshaker.getConnection().getConnectionId());
        attempts.put(handshaker.getConnection().getConnectionId(), new Attempt());
    }

    @Override
    public void contextEstablished(Handshaker handshaker, DTLSContext context) {
        if (traffic != TrafficWatch.NONE) {
            traffic.established(
                    handshaker.getPeerAddress(), handshaker.getClientRandom().getBytes(), MasterSecret.of(handshaker));
        }
        Attempt attempt = end(handshaker.getConnection().getConnectionId());
        if (attempt == null) {
            return;
        }
        Evaluated evaluated = attempt.evaluated;
        if (evaluated != null && evaluated.leaf() != null && evaluated.verdict() instanceof Verdict.Trusted trusted) {
            established.accept(
                    handshaker.getConnection(),
                    new PeerSession(handshaker.getPeerAddress(), evaluated.leaf(), trusted));
        }
        tell(
                handshaker,
                attempt,
                new Result.Established(
                        context.getSession().getCipherSuite().name(),
                        connectionIds(context),
                        handshaker.isFullHandshake() ? Course.FULL : Course.RESUMED));
    }

    /** One side at least has an id; an empty one is none of its own (RFC 9146, 3). */
    private static ConnectionIds connectionIds(DTLSContext context) {
        return isGiven(context.getReadConnectionId()) || isGiven(context.getWriteConnectionId())
                ? ConnectionIds.ON
                : ConnectionIds.OFF;
    }

    private static boolean isGiven(@Nullable ConnectionId id) {
        return id != null && !id.isEmpty();
    }

    @Override
    public void handshakeCompleted(Handshaker handshaker) {
        // established was told already
    }

    @Override
    public void handshakeFlightRetransmitted(Handshaker handshaker, int flight) {
        // retransmission is DTLS at work, not an event
    }

    @Override
    public void handshakeFailed(Handshaker handshaker, Throwable error) {
        traffic.failed(handshaker.getPeerAddress());
        Attempt attempt = end(handshaker.getConnection().getConnectionId());
        if (attempt != null) {
            tell(handshaker, attempt, result(attempt, error));
        }
    }

    private static Result result(Attempt attempt, Throwable error) {
        Evaluated evaluated = attempt.evaluated;
        if (error instanceof HandshakeException refusal) {
            int alert = Byte.toUnsignedInt(refusal.getAlert().getDescription().getCode());
            String message = String.valueOf(refusal.getMessage());
            if (message.startsWith(RECEIVED)) {
                return new Result.RefusedByPeer(alert);
            }
            if (evaluated != null && evaluated.verdict() instanceof Verdict.Refused refused) {
                return new Result.RefusedHere(refused.reason().id(), alert, refused.detail());
            }
            return switch (alert) {
                case 42 ->
                    message.contains("required")
                            ? new Result.RefusedHere(
                                    "no-certificate",
                                    alert,
                                    "the peer sent no certificate; mutual authentication needs one")
                            : new Result.RefusedHere(
                                    "malformed", alert, "the peer's certificate cannot be read: " + message);
                case 51 ->
                    new Result.RefusedHere(
                            "proof-of-possession-failed",
                            alert,
                            "the signature or key of the handshake does not fit the certificate: " + message);
                case 40, 47, 70, 71 ->
                    new Result.RefusedHere(
                            "no-common-parameters", alert, "the two sides have no common DTLS parameters: " + message);
                case 50 ->
                    new Result.RefusedHere(
                            "malformed-handshake", alert, "a handshake message cannot be decoded: " + message);
                default -> new Result.RefusedHere("handshake-fault", alert, message);
            };
        }
        if (error instanceof DtlsHandshakeTimeoutException) {
            return new Result.Failed("timeout", "the peer did not answer: " + error.getMessage());
        }
        return new Result.Failed(
                "handshake-aborted",
                "the handshake ended before it was finished: "
                        + (error.getMessage() == null ? error.getClass().getSimpleName() : error.getMessage()));
    }

    private void tell(Handshaker handshaker, Attempt attempt, Result result) {
        Evaluated evaluated = attempt.evaluated;
        InetSocketAddress peer = handshaker.getPeerAddress();
        observer.ended(new HandshakeRecord(
                side,
                peer,
                evaluated == null ? Optional.empty() : Optional.ofNullable(evaluated.leaf()),
                evaluated == null ? List.of() : evaluated.chain(),
                evaluated == null ? Optional.empty() : Optional.of(evaluated.verdict()),
                result,
                Duration.ofNanos(System.nanoTime() - attempt.startNanos)));
    }
}
