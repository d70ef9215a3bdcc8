package dev.onboard.dtls.internal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.onboard.dtls.DtlsThreads;
import dev.onboard.dtls.HandshakeRecord;
import dev.onboard.dtls.HandshakeRecord.Course;
import dev.onboard.dtls.HandshakeRecord.Result;
import dev.onboard.dtls.Sessions;
import dev.onboard.dtls.Sessions.Resumption;
import dev.onboard.dtls.Transmission;
import dev.onboard.pki.CertificateAuthority;
import dev.onboard.pki.CertificateRecipe;
import dev.onboard.pki.Credential;
import dev.onboard.pki.Purpose;
import dev.onboard.pki.Revocation;
import dev.onboard.pki.RevocationList;
import dev.onboard.pki.TrustAnchor;
import dev.onboard.pki.TrustPolicy;
import dev.onboard.pki.Verdict;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicReference;
import org.eclipse.californium.core.CoapResource;
import org.eclipse.californium.core.CoapServer;
import org.eclipse.californium.core.network.CoapEndpoint;
import org.eclipse.californium.core.server.resources.CoapExchange;
import org.eclipse.californium.elements.EndpointContext;
import org.eclipse.californium.elements.config.Configuration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A session is resumed as long as its device would be admitted anew, and no longer (RFC 5246, 7.3). */
class ResumptionTest {
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final InstantSource SYSTEM = InstantSource.system();

    private final CertificateAuthority deviceCa =
            CertificateAuthority.root(CertificateRecipe.ca("Device CA"), SYSTEM, RANDOM);
    private final CertificateAuthority serverCa =
            CertificateAuthority.root(CertificateRecipe.ca("Server CA"), SYSTEM, RANDOM);
    private final AtomicReference<TrustPolicy> trust = new AtomicReference<>(policy(List.of(anchor(deviceCa))));
    private final AtomicReference<Credential> shown = new AtomicReference<>(serverCredential());
    private final AtomicReference<Duration> later = new AtomicReference<>(Duration.ZERO);
    private final BlockingQueue<HandshakeRecord> atServer = new LinkedBlockingQueue<>();
    private final BlockingQueue<HandshakeRecord> atClient = new LinkedBlockingQueue<>();
    private final Credential device =
            deviceCa.issue(CertificateRecipe.device("meter-7").withValidity(Duration.ofDays(10)));

    private DtlsThreads threads;
    private DtlsServerSide serverSide;
    private CoapServer server;
    private CoapEndpoint client;

    @BeforeEach
    void start() throws Exception {
        threads = DtlsThreads.start("test");
        start(Resumption.ON);
    }

    @AfterEach
    void stop() {
        client.destroy();
        server.destroy();
        serverSide.close();
        threads.close();
    }

    private Credential serverCredential() {
        return serverCa.issue(CertificateRecipe.server("localhost", InetAddress.getLoopbackAddress()));
    }

    private static TrustAnchor anchor(CertificateAuthority ca) {
        return new TrustAnchor("anchor-1", ca.certificate(), List.of(), TrustAnchor.Kind.AUTHORITY);
    }

    private static TrustPolicy policy(List<TrustAnchor> anchors) {
        return TrustPolicy.forPurpose(Purpose.DEVICE_AT_BOOTSTRAP)
                .anchors(anchors)
                .build();
    }

    private void start(Resumption resumption) throws Exception {
        Transmission transmission = Transmission.STANDARD.withSessions(Sessions.STANDARD.withResumption(resumption));
        serverSide = new DtlsServerSide(
                        shown::get,
                        trust::get,
                        () -> Instant.now().plus(later.get()),
                        threads,
                        atServer::add,
                        (session, reason) -> {})
                .keeping(
                        transmission.sessions(),
                        (peer, most, turnedAway) -> {},
                        (last, perSecond, until, turnedAway) -> {});
        Configuration settings = DtlsSettings.server(transmission);
        server = new CoapServer(settings);
        server.addEndpoint(serverSide
                .endpoint(settings, new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .build());
        server.add(new CoapResource("who") {
            @Override
            public void handleGET(CoapExchange exchange) {
                PeerTrust peer = PeerTrust.of(exchange.advanced()
                                .getRequest()
                                .getSourceContext()
                                .getPeerIdentity())
                        .orElseThrow();
                exchange.respond(peer.certificate().getSubjectX500Principal().getName() + " by "
                        + peer.trust().anchor().id());
            }
        });
        server.setExecutors(threads.io(), threads.io(), true);
        server.start();
        TrustPolicy serverTrust = TrustPolicy.forPurpose(Purpose.BOOTSTRAP_SERVER)
                .anchors(List.of(TrustAnchor.authority("server-ca", serverCa.certificate())))
                .expectedName("localhost")
                .build();
        client = new DtlsClientSide(
                        threads, DtlsSettings.device(transmission), List.of(InetAddress.getLoopbackAddress()))
                .endpoint(device, serverTrust, SYSTEM, atClient::add);
        client.start();
        assertThat(Asking.who(client, destination())).isEqualTo("CN=meter-7 by anchor-1");
        assertThat(course(Asking.next(atServer))).isEqualTo(Course.FULL);
        assertThat(course(Asking.next(atClient))).isEqualTo(Course.FULL);
    }

    private EndpointContext destination() {
        return DtlsClientSide.destination(server.getEndpoints().get(0).getAddress(), "localhost");
    }

    /** The answer's payload in a session that is resumed, or "failed". */
    private String askAgain() throws Exception {
        return Asking.who(client, DtlsClientSide.inResumedSession(destination()));
    }

    private static Course course(HandshakeRecord handshake) {
        assertThat(handshake.result()).isInstanceOf(Result.Established.class);
        return ((Result.Established) handshake.result()).course();
    }

    private void assertRefused(String reason, int alert) throws Exception {
        assertThat(askAgain()).isEqualTo("failed");
        assertThat(Asking.next(atServer).result()).isInstanceOfSatisfying(Result.RefusedHere.class, refused -> {
            assertThat(refused.reason()).isEqualTo(reason);
            assertThat(refused.alert()).isEqualTo(alert);
        });
        assertThat(Asking.next(atClient).result()).isEqualTo(new Result.RefusedByPeer(alert));
    }

    @Test
    void aSessionIsResumedWhoseDeviceIsJudgedAndKnown() throws Exception {
        for (int i = 0; i < 3; i++) {
            assertThat(askAgain()).isEqualTo("CN=meter-7 by anchor-1");
            HandshakeRecord resumed = Asking.next(atServer);
            assertThat(course(resumed)).isEqualTo(Course.RESUMED);
            assertThat(resumed.verdict().orElseThrow()).isInstanceOf(Verdict.Trusted.class);
            assertThat(resumed.peerCertificate()).contains(device.certificate());
            assertThat(course(Asking.next(atClient))).isEqualTo(Course.RESUMED);
        }
        assertThat(serverSide.sessions()).as("sessions that policy can close").hasSize(1);
    }

    @Test
    void nothingIsResumedWhereItIsOff() throws Exception {
        stop();
        threads = DtlsThreads.start("test");
        start(Resumption.OFF);
        assertThat(askAgain()).isEqualTo("CN=meter-7 by anchor-1");
        assertThat(course(Asking.next(atServer))).isEqualTo(Course.FULL);
    }

    @Test
    void itDoesNotOutliveTrust() throws Exception {
        trust.set(policy(List.of()));
        assertRefused("unknown-ca", 48);
    }

    @Test
    void itDoesNotOutliveTheDevicesCertificate() throws Exception {
        later.set(Duration.ofDays(11));
        assertRefused("expired", 45);
    }

    @Test
    void itDoesNotOutliveRevocation() throws Exception {
        Instant now = Instant.now();
        trust.set(TrustPolicy.forPurpose(Purpose.DEVICE_AT_BOOTSTRAP)
                .anchors(List.of(anchor(deviceCa)))
                .crls(List.of(deviceCa.sign(RevocationList.of(1, now.minusSeconds(60), now.plusSeconds(3600))
                        .withRevoked(
                                device.certificate().getSerialNumber(),
                                now.minusSeconds(30),
                                RevocationList.Cause.KEY_COMPROMISE))))
                .revocation(Revocation.HARD_FAIL)
                .build());
        assertRefused("revoked", 44);
    }

    @Test
    void aServerThatShowsAnotherCertificateShowsIt() throws Exception {
        Credential next = serverCredential();
        shown.set(next);
        assertThat(askAgain()).isEqualTo("CN=meter-7 by anchor-1");
        assertThat(course(Asking.next(atServer))).isEqualTo(Course.FULL);
        HandshakeRecord seen = Asking.next(atClient);
        assertThat(seen.peerCertificate()).contains(next.certificate());
        assertThat(askAgain()).isEqualTo("CN=meter-7 by anchor-1");
        assertThat(course(Asking.next(atServer))).isEqualTo(Course.RESUMED);
    }
}
