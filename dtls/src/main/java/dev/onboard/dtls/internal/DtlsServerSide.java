package dev.onboard.dtls.internal;

import dev.onboard.dtls.DtlsThreads;
import dev.onboard.dtls.HandshakeRecord;
import dev.onboard.dtls.PeerSession;
import dev.onboard.dtls.Sessions;
import dev.onboard.dtls.TurnedAway;
import dev.onboard.pki.Credential;
import dev.onboard.pki.TrustAnchor;
import dev.onboard.pki.TrustPolicy;
import dev.onboard.pki.Verdict;
import java.net.InetSocketAddress;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiConsumer;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.eclipse.californium.core.network.CoapEndpoint;
import org.eclipse.californium.core.network.RandomTokenGenerator;
import org.eclipse.californium.core.network.serialization.UdpDataSerializer;
import org.eclipse.californium.elements.config.Configuration;
import org.eclipse.californium.scandium.ConnectionListener;
import org.eclipse.californium.scandium.DTLSConnector;
import org.eclipse.californium.scandium.config.DtlsConnectorConfig;
import org.eclipse.californium.scandium.dtls.Connection;
import org.eclipse.californium.scandium.dtls.ConnectionId;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The DTLS side of a server: mutual authentication by our evaluation, a record of every handshake, and the open
 * sessions. A session ends when the certificates that admitted it end (checked every second), or when it is
 * {@linkplain #closeSessions closed}. Thread-safe.
 */
public final class DtlsServerSide implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(DtlsServerSide.class);
    /** Between two of these the threads do other work: an evaluation takes about a millisecond. */
    private static final int JUDGED_AT_ONCE = 20;

    private final Supplier<Credential> credential;
    private final Supplier<TrustPolicy> policy;
    private final InstantSource clock;
    private final DtlsThreads threads;
    private final HandshakeWatch watch;
    private final EvaluatingVerifier verifier;
    private final CertificateGate gate;
    private final BiConsumer<PeerSession, String> closedByPolicy;
    private final Map<ConnectionId, PeerSession> sessions = new ConcurrentHashMap<>();
    /** The same sessions where they are now: with connection ids a device's address may change. */
    private final Map<ConnectionId, Connection> connections = new ConcurrentHashMap<>();
    /** No session ends of itself before this second since 1970: until then none is looked at. */
    private final AtomicLong firstEnd = new AtomicLong(Long.MAX_VALUE);
    /** Requests to judge all sessions anew that are not answered. */
    private final AtomicInteger rounds = new AtomicInteger();

    private final JudgedResumption resumption;
    private Sessions kept = Sessions.STANDARD;
    private Overflow overflow = new Overflow((peer, turnedAway) -> {});
    private RefusalLimit limit;
    private volatile @Nullable BoundedStore store;
    private volatile @Nullable GatedConnector connector;
    private volatile @Nullable ScheduledFuture<?> sweep;

    /**
     * @param credential asked at every handshake: renewing the server's certificate needs no restart
     * @param policy asked at every handshake: what devices are trusted then
     * @param observer told of every handshake
     * @param closedByPolicy told of every session that was closed here, with the reason's id
     */
    public DtlsServerSide(
            Supplier<Credential> credential,
            Supplier<TrustPolicy> policy,
            InstantSource clock,
            DtlsThreads threads,
            HandshakeRecord.Observer observer,
            BiConsumer<PeerSession, String> closedByPolicy) {
        this.credential = credential;
        this.policy = policy;
        this.clock = clock;
        this.threads = threads;
        this.closedByPolicy = closedByPolicy;
        this.limit = new RefusalLimit(kept.refusals(), clock, (last, perSecond, until, turnedAway) -> {});
        this.watch = new HandshakeWatch(
                HandshakeRecord.Side.SERVER,
                handshake -> {
                    observer.ended(handshake);
                    limit.ended(handshake);
                },
                this::established,
                threads.traffic());
        this.verifier = new EvaluatingVerifier(policy, clock, watch);
        this.gate = new CertificateGate(policy, clock, watch);
        this.resumption = new JudgedResumption(credential, policy, clock, watch);
    }

    /** Told of handshakes for which there was no room. */
    @FunctionalInterface
    public interface Full {
        /**
         * So many more than the server keeps.
         *
         * @param peer the address of the last of them
         * @param most how many the server keeps
         * @param turnedAway how many were turned away since this was told last
         */
        void full(InetSocketAddress peer, int most, long turnedAway);
    }

    /** Told of addresses from which too many handshakes were refused. */
    @FunctionalInterface
    public interface Limited {
        /**
         * ClientHellos from there get no answer for a while.
         *
         * @param last the handshake whose refusal was one too many
         * @param perSecond how many may be refused in a second
         * @param until when they are answered again
         * @param turnedAway how many, of all such addresses, got no answer since this was told last
         */
        void limited(HandshakeRecord last, int perSecond, Instant until, long turnedAway);
    }

    /** Keeps these sessions; the usual ones unless this is called before {@link #endpoint}. */
    public DtlsServerSide keeping(Sessions sessions, Full full, Limited toldOfLimits) {
        kept = sessions;
        limit = new RefusalLimit(sessions.refusals(), clock, toldOfLimits);
        overflow = new Overflow((peer, turnedAway) -> full.full(peer, sessions.most(), turnedAway));
        return this;
    }

    /**
     * A CoAP endpoint on this address, to be finished by its server, with our identity, trust and listeners, on the shared
     * threads. Call once.
     *
     * @param settings made from {@link DtlsSettings#server}
     */
    public CoapEndpoint.Builder endpoint(Configuration settings, InetSocketAddress address) {
        DtlsConnectorConfig.Builder builder =
                DtlsConnectorConfig.builder(settings).setAddress(address).setReuseAddress(false);
        builder.setCertificateIdentityProvider(new SentIdentity(credential));
        builder.setAdvancedCertificateVerifier(verifier);
        builder.setApplicationLevelInfoSupplier(PeerTrust.supplier());
        builder.setSessionListener(watch);
        if (kept.resumption() == Sessions.Resumption.ON) {
            builder.setResumptionVerifier(resumption);
        }
        RecentMessages messages = new RecentMessages(settings);
        builder.setConnectionListener(new SessionEnd());
        RandomTokenGenerator tokens = new RandomTokenGenerator(settings);
        return CoapEndpoint.builder()
                .setConfiguration(settings)
                .setConnector(connector(builder.build(), messages))
                .setDataSerializerAndParser(new UdpDataSerializer(), new BlockChecked())
                .setTokenGenerator(tokens)
                .setMessageExchangeStore(messages.exchanges(settings, tokens));
    }

    private DTLSConnector connector(DtlsConnectorConfig configuration, RecentMessages messages) {
        BoundedStore connections = new BoundedStore(configuration, kept.most(), overflow::turnedAway, messages::forget);
        store = connections;
        resumption.lookIn(connections);
        SelectorConnector made = new SelectorConnector(
                configuration, gate, threads.selector(), threads.traffic(), connections, limit::turnsAway, this::left);
        made.setExecutor(threads.io());
        connector = made;
        sweep = threads.io().scheduleWithFixedDelay(this::closeExpired, 1, 1, TimeUnit.SECONDS);
        return made;
    }

    private void established(Connection connection, PeerSession session) {
        connections.put(connection.getConnectionId(), connection);
        sessions.put(connection.getConnectionId(), session);
        endsAt(session.trust().validUntil());
    }

    private void endsAt(Instant end) {
        firstEnd.accumulateAndGet(end.getEpochSecond(), Math::min);
    }

    /** A device that ended its session has no place here any more, unless it may resume it. */
    private void left(Connection connection) {
        if (kept.resumption() == Sessions.Resumption.OFF) {
            forget(connection);
        }
    }

    /**
     * Scandium says close_notify and keeps the connection, with its place among the most that are kept, and answers a device
     * that did not hear of it as before. Here it is forgotten once the alert has been sent.
     */
    private void close(DTLSConnector open, ConnectionId id, PeerSession session) {
        Connection connection = connections.remove(id);
        InetSocketAddress now = connection == null ? null : connection.getPeerAddress();
        open.close(now == null ? session.peer() : now);
        if (connection != null) {
            try {
                connection.getExecutor().execute(() -> forget(connection));
            } catch (RejectedExecutionException e) {
                LOG.debug("the server stops, and forgets all connections", e);
            }
        }
    }

    private void forget(Connection connection) {
        BoundedStore open = store;
        if (open != null) {
            open.remove(connection, true);
        }
    }

    /** The sessions open now; a live view. */
    public Collection<PeerSession> sessions() {
        return sessions.values();
    }

    /** Whether the port takes datagrams. */
    public boolean isListening() {
        GatedConnector open = connector;
        return open != null && open.isRunning();
    }

    /** How many connections are kept: the open sessions, and the handshakes that are under way. */
    public int connections() {
        BoundedStore open = store;
        return open == null ? 0 : kept.most() - open.remainingCapacity();
    }

    /** How many ClientHellos got no answer. */
    public TurnedAway turnedAway() {
        return new TurnedAway(overflow.all(), limit.turnedAway());
    }

    /**
     * Closes every open session that matches, with close_notify (RFC 5246 section 7.2.1).
     *
     * @param reason the id of the reason, for the events
     * @return how many were closed
     */
    public int closeSessions(Predicate<PeerSession> which, String reason) {
        DTLSConnector open = connector;
        int closed = 0;
        for (Map.Entry<ConnectionId, PeerSession> session : sessions.entrySet()) {
            if (which.test(session.getValue()) && sessions.remove(session.getKey()) != null && open != null) {
                close(open, session.getKey(), session.getValue());
                closedByPolicy.accept(session.getValue(), reason);
                closed++;
            }
        }
        return closed;
    }

    /** Closes every open session that one of these anchors admitted; see {@link #closeSessions}. */
    public int closeSessionsOf(Collection<TrustAnchor> anchors, String reason) {
        if (anchors.isEmpty()) {
            return 0;
        }
        Set<String> ids = anchors.stream().map(TrustAnchor::id).collect(Collectors.toSet());
        return closeSessions(session -> ids.contains(session.trust().anchor().id()), reason);
    }

    /**
     * Judges every open session anew, some at a time on the shared threads, and closes those that are refused now, for the
     * reason of the refusal: a certificate was revoked, say. When it is asked for while it is being done, it is done
     * once more afterwards, however often it was asked for.
     */
    public void closeRefused() {
        if (rounds.getAndIncrement() == 0) {
            judgeAgain(new ArrayDeque<>(sessions.values()), 1);
        }
    }

    /** @param asked how many requests this round answers */
    private void judgeAgain(Deque<PeerSession> left, int asked) {
        if (threads.io().isShutdown()) {
            return;
        }
        if (left.isEmpty()) {
            int since = rounds.addAndGet(-asked);
            if (since > 0) {
                judgeAgain(new ArrayDeque<>(sessions.values()), since);
            }
            return;
        }
        threads.io().execute(() -> {
            TrustPolicy now = policy.get();
            for (int i = 0; i < JUDGED_AT_ONCE && !left.isEmpty(); i++) {
                PeerSession session = left.remove();
                if (now.evaluate(encoded(session), clock.instant()) instanceof Verdict.Refused refused) {
                    closeSessions(session::equals, refused.reason().id());
                }
            }
            judgeAgain(left, asked);
        });
    }

    private static List<byte[]> encoded(PeerSession session) {
        List<byte[]> chain = new ArrayList<>();
        for (X509Certificate certificate : session.trust().path()) {
            try {
                chain.add(certificate.getEncoded());
            } catch (CertificateEncodingException e) {
                throw new IllegalStateException("a certificate that was received has no encoding", e);
            }
        }
        return chain;
    }

    /** A certificate is valid through the whole of its last second, as it is to the evaluation. */
    private void closeExpired() {
        Instant now = clock.instant().truncatedTo(ChronoUnit.SECONDS);
        if (firstEnd.get() < now.getEpochSecond()) {
            firstEnd.set(
                    Long.MAX_VALUE); // before the sessions are looked at, so that none that comes meanwhile is missed
            closeSessions(session -> session.trust().validUntil().isBefore(now), "expired");
            sessions.values().forEach(session -> endsAt(session.trust().validUntil()));
        }
    }

    /** Ends the watch over the sessions; the connector is closed by its CoAP endpoint. */
    @Override
    public void close() {
        ScheduledFuture<?> running = sweep;
        if (running != null) {
            running.cancel(false);
        }
        sessions.clear();
        connections.clear();
    }

    private final class SessionEnd implements ConnectionListener {
        @Override
        public void onConnectionEstablished(Connection connection) {
            // told by the handshake
        }

        @Override
        public void onConnectionRemoved(Connection connection) {
            sessions.remove(connection.getConnectionId());
            connections.remove(connection.getConnectionId());
        }

        @Override
        public boolean onConnectionUpdatesSequenceNumbers(Connection connection, boolean writeSequenceNumber) {
            return false;
        }

        @Override
        public boolean onConnectionMacError(Connection connection) {
            return false;
        }

        @Override
        public void beforeExecution(Connection connection) {
            // nothing to prepare
        }

        @Override
        public void updateExecution(Connection connection) {
            // nothing to prepare
        }

        @Override
        public void afterExecution(Connection connection) {
            // nothing to clean up
        }
    }
}
