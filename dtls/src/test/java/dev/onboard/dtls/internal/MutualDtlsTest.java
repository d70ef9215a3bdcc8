package dev.onboard.dtls.internal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.onboard.dtls.DtlsThreads;
import dev.onboard.dtls.FaultyPath;
import dev.onboard.dtls.HandshakeRecord;
import dev.onboard.dtls.HandshakeRecord.Result;
import dev.onboard.dtls.PacketFault;
import dev.onboard.dtls.PacketFault.From;
import dev.onboard.dtls.PacketFault.Message;
import dev.onboard.dtls.PacketFault.What;
import dev.onboard.dtls.PacketFault.Which;
import dev.onboard.dtls.PeerSession;
import dev.onboard.dtls.RawPeer;
import dev.onboard.dtls.Sessions;
import dev.onboard.dtls.TrafficWatch;
import dev.onboard.dtls.Transmission;
import dev.onboard.pki.CertificateAuthority;
import dev.onboard.pki.CertificateRecipe;
import dev.onboard.pki.Credential;
import dev.onboard.pki.Defect;
import dev.onboard.pki.Purpose;
import dev.onboard.pki.TrustAnchor;
import dev.onboard.pki.TrustPolicy;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.eclipse.californium.core.CoapResource;
import org.eclipse.californium.core.CoapServer;
import org.eclipse.californium.core.network.CoapEndpoint;
import org.eclipse.californium.core.server.resources.CoapExchange;
import org.eclipse.californium.elements.config.Configuration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Two real sockets on loopback: what each side records of a handshake, good or bad. */
class MutualDtlsTest {
    private static final InstantSource CLOCK = InstantSource.system();
    private static final SecureRandom RANDOM = new SecureRandom();

    private final CertificateAuthority deviceCa =
            CertificateAuthority.root(CertificateRecipe.ca("Device CA"), CLOCK, RANDOM);
    private final CertificateAuthority serverCa =
            CertificateAuthority.root(CertificateRecipe.ca("Server CA"), CLOCK, RANDOM);
    private final AtomicReference<TrustPolicy> trust = new AtomicReference<>(trusting(deviceCa.certificate()));
    private final BlockingQueue<HandshakeRecord> atServer = new LinkedBlockingQueue<>();
    private final BlockingQueue<HandshakeRecord> atClient = new LinkedBlockingQueue<>();
    private final BlockingQueue<String> closed = new LinkedBlockingQueue<>();
    private final BlockingQueue<String> full = new LinkedBlockingQueue<>();
    private final BlockingQueue<String> limited = new LinkedBlockingQueue<>();

    private DtlsThreads threads;
    private DtlsServerSide serverSide;
    private CoapServer server;
    private InetSocketAddress address;

    @BeforeEach
    void start() throws Exception {
        start(Sessions.STANDARD, TrafficWatch.NONE);
    }

    private void start(Sessions sessions, TrafficWatch traffic) throws Exception {
        threads = DtlsThreads.start("test");
        Credential serverCredential =
                serverCa.issue(CertificateRecipe.server("localhost", InetAddress.getLoopbackAddress()));
        serverSide = new DtlsServerSide(
                        () -> serverCredential,
                        trust::get,
                        CLOCK,
                        threads.watchedBy(traffic),
                        atServer::add,
                        (session, reason) -> closed.add(reason))
                .keeping(
                        sessions,
                        (peer, most, turnedAway) -> full.add(most + " kept, " + turnedAway + " away"),
                        (last, perSecond, until, turnedAway) ->
                                limited.add(last.peer().getAddress().getHostAddress() + " " + perSecond));
        Configuration settings = DtlsSettings.server(Transmission.STANDARD);
        server = new CoapServer(settings);
        server.addEndpoint(serverSide
                .endpoint(settings, new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .build());
        server.add(new CoapResource("who") {
            @Override
            public void handleGET(CoapExchange exchange) {
                exchange.respond(PeerTrust.of(exchange.advanced()
                                .getRequest()
                                .getSourceContext()
                                .getPeerIdentity())
                        .orElseThrow()
                        .trust()
                        .anchor()
                        .id());
            }
        });
        server.setExecutors(threads.io(), threads.io(), true);
        server.start();
        address = server.getEndpoints().get(0).getAddress();
    }

    @AfterEach
    void stop() {
        server.destroy();
        serverSide.close();
        threads.close();
    }

    @Test
    void bothSidesAreEvaluatedAndTheServerKnowsWhatAdmittedTheDevice() throws Exception {
        assertThat(get(deviceCa.issue(CertificateRecipe.device("meter-7")), serverTrust("localhost")))
                .isEqualTo("anchor-1");
        HandshakeRecord seen = Asking.next(atServer);
        assertThat(seen.result()).isInstanceOf(Result.Established.class);
        assertThat(seen.peerChain()).hasSize(1);
        assertThat(seen.peerCertificate()
                        .orElseThrow()
                        .getSubjectX500Principal()
                        .getName())
                .contains("CN=meter-7");
        assertThat(Asking.next(atClient).result()).isInstanceOf(Result.Established.class);
        assertThat(serverSide.sessions()).hasSize(1);
    }

    @Test
    void aDeviceOfAnUnknownCaIsRefusedWithUnknownCa() throws Exception {
        CertificateAuthority stranger = CertificateAuthority.root(CertificateRecipe.ca("Stranger CA"), CLOCK, RANDOM);
        assertRefused(stranger.issue(CertificateRecipe.device("meter-7")), "unknown-ca", 48);
    }

    @Test
    void anExpiredDeviceIsRefusedWithCertificateExpired() throws Exception {
        assertRefused(deviceCa.issue(CertificateRecipe.device("meter-7").with(Defect.EXPIRED)), "expired", 45);
    }

    @Test
    void nobodyTrustedMeansNobodyAdmitted() throws Exception {
        trust.set(TrustPolicy.forPurpose(Purpose.DEVICE_AT_BOOTSTRAP).build());
        assertRefused(deviceCa.issue(CertificateRecipe.device("meter-7")), "unknown-ca", 48);
    }

    @Test
    void theDeviceRefusesAServerOfAnotherNameAndTheServerLearnsTheAlert() throws Exception {
        assertThat(get(deviceCa.issue(CertificateRecipe.device("meter-7")), serverTrust("elsewhere.example")))
                .isEqualTo("failed");
        assertThat(Asking.next(atClient).result())
                .isInstanceOfSatisfying(
                        Result.RefusedHere.class,
                        refused -> assertThat(refused.reason()).isEqualTo("name-mismatch"));
        assertThat(Asking.next(atServer).result()).isEqualTo(new Result.RefusedByPeer(42));
    }

    @Test
    void withdrawnTrustClosesTheSessionsItAdmitted() throws Exception {
        get(deviceCa.issue(CertificateRecipe.device("meter-7")), serverTrust("localhost"));
        assertThat(serverSide.closeSessions(
                        (PeerSession s) -> s.trust().anchor().id().equals("other"), "x"))
                .isZero();
        assertThat(serverSide.closeSessions(s -> s.trust().anchor().id().equals("anchor-1"), "trust-withdrawn"))
                .isEqualTo(1);
        assertThat(closed.poll(5, TimeUnit.SECONDS)).isEqualTo("trust-withdrawn");
        assertThat(serverSide.sessions()).isEmpty();
    }

    @Test
    void aServerThatIsFullTakesNobodyElseAndSaysSoOnce() throws Exception {
        stop();
        start(Sessions.STANDARD.withMost(1), TrafficWatch.NONE);
        Credential first = deviceCa.issue(CertificateRecipe.device("meter-7"));
        Credential second = deviceCa.issue(CertificateRecipe.device("meter-8"));
        assertThat(get(first, serverTrust("localhost"))).isEqualTo("anchor-1");
        assertThat(get(second, serverTrust("localhost"), Transmission.impatient()))
                .isEqualTo("failed");
        assertThat(full).containsExactly("1 kept, 1 away");
        assertThat(serverSide.connections()).isEqualTo(1);
        assertThat(serverSide.sessions()).hasSize(1);
    }

    @Test
    void anAddressThatIsRefusedTooOftenIsNotListenedToAndOthersAre() throws Exception {
        stop();
        start(Sessions.STANDARD.withRefusals(1), TrafficWatch.NONE);
        CertificateAuthority strangers = CertificateAuthority.root(CertificateRecipe.ca("Stranger CA"), CLOCK, RANDOM);
        Credential stranger = strangers.issue(CertificateRecipe.device("stranger"));
        RawPeer peer = RawPeer.presenting(List.of(stranger.certificate().getEncoded()), stranger.privateKey());
        InetAddress there = InetAddress.getByName("127.0.0.2");
        RawPeer.Result last;
        int tried = 0;
        do {
            last = peer.connect(there, address, Duration.ofSeconds(2)).result();
            tried++;
        } while (last.equals(new RawPeer.Result.RefusedByPeer(48)) && tried < 100);
        assertThat(last).isEqualTo(new RawPeer.Result.Failed("the other side fell silent"));
        assertThat(tried).isGreaterThan(Sessions.BURST);
        assertThat(limited.poll(5, TimeUnit.SECONDS)).isEqualTo("127.0.0.2 1");
        atServer.clear();
        assertThat(serverSide.turnedAway().forRefusals())
                .as("ClientHellos that were dropped")
                .isPositive();
        assertThat(serverSide.turnedAway().forSessions()).isZero();
        assertThat(peer.connect(address, Duration.ofSeconds(10)).result())
                .as("of another address, for its reason")
                .isEqualTo(new RawPeer.Result.RefusedByPeer(48));
        assertThat(get(deviceCa.issue(CertificateRecipe.device("meter-7")), serverTrust("localhost")))
                .isEqualTo("anchor-1");
        assertThat(Asking.next(atServer).result()).isInstanceOf(Result.RefusedHere.class);
        assertThat(Asking.next(atServer).result()).isInstanceOf(Result.Established.class);
        assertThat(limited).as("it is told once").isEmpty();
    }

    /** Each ClientHello of its was once answered with another HelloVerifyRequest, and that with another ClientHello, without end. */
    @Test
    void aDeviceForWhichThereIsNoRoomIsToldSoOnlyOnceInEachFlight() throws Exception {
        stop();
        AtomicInteger datagrams = new AtomicInteger();
        start(Sessions.STANDARD.withMost(1), new TrafficWatch() {
            @Override
            public void datagram(InetSocketAddress from, InetSocketAddress to, ByteBuffer content) {
                datagrams.incrementAndGet();
            }
        });
        assertThat(get(deviceCa.issue(CertificateRecipe.device("meter-7")), serverTrust("localhost")))
                .isEqualTo("anchor-1");
        int before = datagrams.get();
        Credential second = deviceCa.issue(CertificateRecipe.device("meter-8"));
        assertThat(get(second, serverTrust("localhost"), Transmission.impatient()))
                .isEqualTo("failed");
        assertThat(datagrams.get() - before)
                .as("datagrams to and from the server: a ClientHello, its answer, and another with its retransmissions")
                .isLessThan(20);
    }

    @Test
    void aSessionThatTheServerClosedLeavesItsPlaceToAnother() throws Exception {
        stop();
        start(Sessions.STANDARD.withMost(1), TrafficWatch.NONE);
        assertThat(get(deviceCa.issue(CertificateRecipe.device("meter-7")), serverTrust("localhost")))
                .isEqualTo("anchor-1");
        assertThat(serverSide.closeSessions(session -> true, "x")).isEqualTo(1);
        while (serverSide.connections() > 0) { // forgotten on a protocol thread, after the alert
            Thread.onSpinWait();
        }
        assertThat(get(deviceCa.issue(CertificateRecipe.device("meter-8")), serverTrust("localhost")))
                .isEqualTo("anchor-1");
        assertThat(full).isEmpty();
    }

    /** RFC 5246, 7.2.1. */
    @Test
    void aSessionThatTheDeviceEndedLeavesItsPlaceToAnother() throws Exception {
        stop();
        start(Sessions.STANDARD.withMost(1), TrafficWatch.NONE);
        CoapEndpoint endpoint = endpoint(
                deviceCa.issue(CertificateRecipe.device("meter-7")), serverTrust("localhost"), Transmission.STANDARD);
        try {
            assertThat(Asking.who(endpoint, DtlsClientSide.destination(address, "localhost")))
                    .isEqualTo("anchor-1");
            CountDownLatch left = new CountDownLatch(1);
            DtlsClientSide.leave(endpoint, address, left::countDown);
            assertThat(left.await(5, TimeUnit.SECONDS)).isTrue();
            while (serverSide.connections() > 0) {
                Thread.onSpinWait();
            }
            assertThat(serverSide.sessions()).isEmpty();
            assertThat(get(deviceCa.issue(CertificateRecipe.device("meter-8")), serverTrust("localhost")))
                    .isEqualTo("anchor-1");
        } finally {
            endpoint.destroy();
        }
    }

    /** The alert is lost, or the device pays no heed to it. */
    @Test
    void aDeviceThatDoesNotHearThatItsSessionIsClosedIsNotServedInIt() throws Exception {
        PacketFault lost = PacketFault.of(What.DROP, From.SERVER, new Which.Carrying(Message.ALERT, 1000));
        CoapEndpoint endpoint = endpoint(
                deviceCa.issue(CertificateRecipe.device("meter-7")),
                serverTrust("localhost"),
                Transmission.impatient());
        try (FaultyPath path = FaultyPath.open(threads, address, List.of(lost), 1)) {
            assertThat(Asking.who(endpoint, DtlsClientSide.destination(path.address(), "localhost")))
                    .isEqualTo("anchor-1");
            assertThat(serverSide.closeSessions(session -> true, "trust-withdrawn"))
                    .isEqualTo(1);
            assertThat(closed.poll(5, TimeUnit.SECONDS)).isEqualTo("trust-withdrawn");
            while (serverSide.connections() > 0) {
                Thread.onSpinWait();
            }
            assertThat(Asking.who(endpoint, DtlsClientSide.destination(path.address(), "localhost")))
                    .isEqualTo("failed");
            assertThat(path.struck()).as("alerts that were lost").isEqualTo(1);
        } finally {
            endpoint.destroy();
        }
    }

    @Test
    void devicesBringNoThreads() throws Exception {
        Credential credential = deviceCa.issue(CertificateRecipe.device("meter-7"));
        get(credential, serverTrust("localhost"));
        int before = Thread.activeCount();
        for (int i = 0; i < 50; i++) {
            assertThat(get(credential, serverTrust("localhost"))).isEqualTo("anchor-1");
        }
        assertThat(Thread.activeCount()).isLessThanOrEqualTo(before + 1);
    }

    private void assertRefused(Credential device, String reason, int alert) throws Exception {
        assertThat(get(device, serverTrust("localhost"))).isEqualTo("failed");
        assertThat(Asking.next(atServer).result()).isInstanceOfSatisfying(Result.RefusedHere.class, refused -> {
            assertThat(refused.reason()).isEqualTo(reason);
            assertThat(refused.alert()).isEqualTo(alert);
        });
        assertThat(Asking.next(atClient).result()).isEqualTo(new Result.RefusedByPeer(alert));
    }

    private static TrustPolicy trusting(X509Certificate ca) {
        return TrustPolicy.forPurpose(Purpose.DEVICE_AT_BOOTSTRAP)
                .anchors(List.of(new TrustAnchor("anchor-1", ca, List.of(), TrustAnchor.Kind.AUTHORITY)))
                .build();
    }

    private TrustPolicy serverTrust(String name) {
        return TrustPolicy.forPurpose(Purpose.BOOTSTRAP_SERVER)
                .anchors(List.of(
                        new TrustAnchor("server-ca", serverCa.certificate(), List.of(), TrustAnchor.Kind.AUTHORITY)))
                .expectedName(name)
                .build();
    }

    private String get(Credential device, TrustPolicy policy) throws Exception {
        return get(device, policy, Transmission.STANDARD);
    }

    private String get(Credential device, TrustPolicy policy, Transmission transmission) throws Exception {
        CoapEndpoint endpoint = endpoint(device, policy, transmission);
        try {
            return Asking.who(endpoint, DtlsClientSide.destination(address, "localhost"));
        } finally {
            endpoint.destroy();
        }
    }

    private CoapEndpoint endpoint(Credential device, TrustPolicy policy, Transmission transmission) throws IOException {
        CoapEndpoint endpoint = new DtlsClientSide(
                        threads, DtlsSettings.device(transmission), List.of(InetAddress.getLoopbackAddress()))
                .endpoint(device, policy, CLOCK, atClient::add);
        endpoint.start();
        return endpoint;
    }
}
