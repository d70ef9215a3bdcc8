package dev.onboard.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.onboard.account.Service;
import dev.onboard.account.TrustedCertificate;
import dev.onboard.account.TrustedCertificateChange;
import dev.onboard.device.DeviceOptions;
import dev.onboard.device.RenewalSchedule;
import dev.onboard.device.SimulatedDevice;
import dev.onboard.dtls.DtlsThreads;
import dev.onboard.dtls.RawPeer;
import dev.onboard.factory.DeviceBundle;
import dev.onboard.factory.DeviceIdentity;
import dev.onboard.factory.DeviceMode;
import dev.onboard.factory.Disk;
import dev.onboard.factory.EndpointName;
import dev.onboard.factory.SentChain;
import dev.onboard.journal.Event;
import dev.onboard.journal.Outcome;
import dev.onboard.journal.Party;
import dev.onboard.journal.Stage;
import dev.onboard.pki.CertificateRecipe;
import dev.onboard.pki.Credential;
import dev.onboard.pki.KeyAlgorithm;
import dev.onboard.pki.Purpose;
import dev.onboard.pki.TrustPolicy;
import dev.onboard.pki.TrustRules;
import dev.onboard.pki.Verdict;
import dev.onboard.pki.cases.CertificateCase;
import dev.onboard.testbed.Workbench;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The certificate matrix over real DTLS: the same cases that the evaluation is held to, shown to the real servers and to a
 * simulated device by a peer that sends whatever it is given. Reason and alert are asserted on both sides.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class WireMatrixIT {
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final InetSocketAddress FREE = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);

    @TempDir
    static Path folder;

    private volatile TrustRules rules = TrustRules.USUAL;
    private volatile InstantSource time = InstantSource.system();
    private DtlsThreads threads;
    private Workbench bench;
    private List<String> anyTrust = List.of();
    private int changes;
    private int count;
    private long seen; // ports are used again

    @BeforeAll
    void start() throws Exception {
        threads = DtlsThreads.start("matrix");
        bench = Workbench.in(folder, threads, RANDOM)
                .clock(() -> time.instant())
                .bootstrapRules(policy -> rules.apply(policy))
                .lwm2mRules(policy -> rules.apply(policy))
                .start();
        // never without any: the list before the first upload is no other than the one after the last removal
        bench.trust(Service.BOOTSTRAP, bench.lwm2mServerCa().chain());
        anyTrust = List.of(
                bench.trust(Service.BOOTSTRAP, bench.factoryCa().chain()).id(),
                bench.trust(Service.LWM2M, bench.factoryCa().chain()).id());
    }

    @AfterAll
    void stop() {
        bench.close();
        threads.close();
    }

    /** From now on by these rules, at this time: a server builds its policy anew when its trust changes. */
    private void judge(CertificateCase.Ready ready, InstantSource at) {
        rules = ready.rules();
        time = at;
        TrustedCertificate.Status status =
                ++changes % 2 == 0 ? TrustedCertificate.Status.ACTIVE : TrustedCertificate.Status.INACTIVE;
        for (String id : anyTrust) {
            bench.account()
                    .trustedCertificates()
                    .update(id, TrustedCertificateChange.nothing().status(status));
        }
    }

    private static Stream<CertificateCase> cases(Predicate<CertificateCase> which) {
        return CertificateCase.FAMILIES.stream()
                .flatMap(family -> CertificateCase.family(family).stream())
                .filter(which);
    }

    static Stream<CertificateCase> devices() {
        return cases(each -> each.purpose().isDevice());
    }

    static Stream<CertificateCase> servers() {
        // what a server staples does not reach a verifier of Scandium's
        return cases(each -> each.purpose().isServer()
                && !each.description().has("staple")
                && !each.description().has("stapling"));
    }

    @ParameterizedTest
    @MethodSource("devices")
    void aServerMeetsADevice(CertificateCase each) throws Exception {
        CertificateCase.Ready ready = each.make(now(), RANDOM);
        judge(ready, InstantSource.fixed(ready.at()));
        boolean bootstrap = each.purpose() == Purpose.DEVICE_AT_BOOTSTRAP;

        RawPeer.Report report = RawPeer.presenting(ready.chain(), key(ready))
                .connect(address(bootstrap ? bench.bootstrapUri() : bench.lwm2mUri()), PATIENCE);

        String local = "127.0.0.1:" + report.local().getPort();
        Event told = await(
                "event of the server about " + local,
                event -> event.id() > seen && local.equals(event.facts().get("peer")) && event.party() != Party.DEVICE);
        seen = told.id();
        assertThat(told.stage()).isEqualTo(bootstrap ? Stage.BOOTSTRAP_HANDSHAKE : Stage.LWM2M_HANDSHAKE);
        Verdict expected = verdict(ready);
        if (expected instanceof Verdict.Refused) {
            assertRefused(told, each, told.party());
            assertThat(report.result())
                    .isEqualTo(new RawPeer.Result.RefusedByPeer(
                            each.alert().orElseThrow().number()));
        } else if (key(ready).getAlgorithm().equals("EdDSA")) {
            // the chain would do, but DTLS offers ECDSA and RSA alone
            assertThat(report.result()).isEqualTo(new RawPeer.Result.RefusedByPeer(47));
            assertThat(told.reason()).as(told.toString()).contains("no-common-parameters");
        } else {
            assertThat(report.result()).as(told.toString()).isInstanceOf(RawPeer.Result.Established.class);
            assertThat(told.outcome()).as(told.toString()).isEqualTo(Outcome.OK);
            String findings = " " + told.facts().getOrDefault("findings", "") + " ";
            each.finding().ifPresent(id -> assertThat(findings).contains(" " + id + " "));
        }
    }

    @ParameterizedTest
    @MethodSource("servers")
    void aDeviceMeetsAServer(CertificateCase each) throws Exception {
        CertificateCase.Ready ready = each.make(now(), RANDOM);
        BlockingQueue<RawPeer.Report> reports = new LinkedBlockingQueue<>();
        String endpoint = "wire-" + ++count;
        Credential factory = bench.factoryCa().issue(CertificateRecipe.device(endpoint));
        try (RawPeer.Listening server =
                RawPeer.presenting(ready.chain(), key(ready)).listen(FREE, reports::add)) {
            DeviceBundle bundle = new DeviceBundle(
                    EndpointName.of(endpoint),
                    DeviceMode.BOOTSTRAP,
                    factory,
                    URI.create("coaps://127.0.0.1:" + server.address().getPort()),
                    bench.bootstrapServerCa().certificate(),
                    List.of(),
                    bench.bootstrapServerCa().certificate(),
                    DeviceIdentity.simulated(endpoint),
                    SentChain.leafOnly());
            Instant at = ready.at();
            SimulatedDevice device = bench.fleet()
                    .add(
                            bundle,
                            folder.resolve("devices").resolve(endpoint),
                            DeviceOptions.standard(() -> at)
                                    .withDisk(Disk.swift())
                                    .withRenewal(RenewalSchedule.NEVER)
                                    .withRules(ready.rules()));
            device.powerOn();
            try {
                Event told = await(
                        "handshake event of " + endpoint,
                        event -> event.endpoint().equals(Optional.of(endpoint))
                                && event.stage() == Stage.BOOTSTRAP_HANDSHAKE
                                && event.party() == Party.DEVICE);
                RawPeer.Report report = reports.poll(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
                assertThat(report)
                        .as("the server's report; the device says " + told)
                        .isNotNull();
                if (verdict(ready) instanceof Verdict.Refused) {
                    assertRefused(told, each, Party.DEVICE);
                    assertThat(report.result())
                            .isEqualTo(new RawPeer.Result.RefusedByPeer(
                                    each.alert().orElseThrow().number()));
                } else {
                    assertThat(told.outcome()).as(told.toString()).isEqualTo(Outcome.OK);
                    assertThat(report.result()).isInstanceOf(RawPeer.Result.Established.class);
                }
            } finally {
                device.cutPower();
            }
        }
    }

    private record Fault(String name, UnaryOperator<RawPeer> peer, Optional<PrivateKey> key, int alert, String reason) {
        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Fault> faults() {
        PrivateKey other = KeyAlgorithm.P256.generate(RANDOM).getPrivate();
        return Stream.of(
                new Fault(
                        "ALG-20 another key signs", peer -> peer, Optional.of(other), 51, "proof-of-possession-failed"),
                new Fault(
                        "ALG-21 SHA-1, which is not offered",
                        peer -> peer.signatureAlgorithm(0x0203),
                        Optional.empty(),
                        47,
                        "no-common-parameters"),
                new Fault(
                        "ENC-18 list too long",
                        peer -> peer.framing(RawPeer.Framing.LIST_TOO_LONG),
                        Optional.empty(),
                        50,
                        "malformed-handshake"),
                new Fault(
                        "ENC-18 list too short",
                        peer -> peer.framing(RawPeer.Framing.LIST_TOO_SHORT),
                        Optional.empty(),
                        50,
                        "malformed-handshake"),
                new Fault(
                        "ENC-18 entry too long",
                        peer -> peer.framing(RawPeer.Framing.ENTRY_TOO_LONG),
                        Optional.empty(),
                        50,
                        "malformed-handshake"),
                new Fault(
                        "no common suite",
                        peer -> peer.suites(List.of(0xC02F)),
                        Optional.empty(),
                        40,
                        "no-common-parameters"),
                new Fault(
                        "no common group",
                        peer -> peer.groups(List.of(25)),
                        Optional.empty(),
                        40,
                        "no-common-parameters"),
                new Fault(
                        "DTLS 1.0",
                        peer -> peer.version(RawPeer.Version.DTLS_1_0),
                        Optional.empty(),
                        70,
                        "no-common-parameters"));
    }

    /** OMA lets a device try again after these: nothing is wrong with its certificate. */
    @ParameterizedTest
    @MethodSource("faults")
    void faultsOfNegotiationAndProofKeepTlsOwnAlerts(Fault fault) throws Exception {
        CertificateCase good = CertificateCase.family("VAL").get(0);
        CertificateCase.Ready ready = good.make(now(), RANDOM);
        judge(ready, InstantSource.system());
        RawPeer peer =
                fault.peer().apply(RawPeer.presenting(ready.chain(), fault.key().orElse(key(ready))));

        RawPeer.Report report = peer.connect(address(bench.bootstrapUri()), PATIENCE);

        assertThat(report.result()).isEqualTo(new RawPeer.Result.RefusedByPeer(fault.alert()));
        Event told = await(
                "event of the server",
                event -> event.id() > seen
                        && ("127.0.0.1:" + report.local().getPort())
                                .equals(event.facts().get("peer")));
        seen = told.id();
        assertThat(told.reason()).as(told.toString()).contains(fault.reason());
        assertThat(told.alert()).hasValue(fault.alert());
    }

    private static void assertRefused(Event told, CertificateCase each, Party by) {
        assertThat(told.outcome()).as(told.toString()).isEqualTo(Outcome.REFUSED);
        assertThat(told.reason())
                .as(told.toString())
                .contains(each.reason().orElseThrow().id());
        assertThat(told.refusedBy()).contains(by);
        assertThat(told.alert()).hasValue(each.alert().orElseThrow().number());
        assertThat(told.detail()).isPresent();
        assertThat(told.facts().get("fix")).isNotBlank();
    }

    /** Of the chain alone: who a device says it is comes after the handshake. */
    private static Verdict verdict(CertificateCase.Ready ready) {
        return ready.rules()
                .apply(TrustPolicy.forPurpose(ready.purpose()))
                .build()
                .evaluate(ready.chain(), ready.at());
    }

    /** One moment: some cases begin or end in this very second. */
    private static InstantSource now() {
        return InstantSource.fixed(Instant.now().truncatedTo(ChronoUnit.SECONDS));
    }

    private static PrivateKey key(CertificateCase.Ready ready) {
        return ready.certificates().key("leaf").getPrivate();
    }

    private static InetSocketAddress address(URI uri) {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), uri.getPort());
    }

    private Event await(String what, Predicate<Event> condition) {
        return bench.journal().await(condition, PATIENCE).orElseThrow(() -> new AssertionError("no " + what));
    }
}
