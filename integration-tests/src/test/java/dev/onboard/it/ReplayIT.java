package dev.onboard.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.onboard.account.Service;
import dev.onboard.bootstrap.BootstrapServer;
import dev.onboard.bootstrap.Deliveries;
import dev.onboard.bootstrap.LwM2mServerAccount;
import dev.onboard.device.SimulatedDevice;
import dev.onboard.dtls.DtlsThreads;
import dev.onboard.factory.EndpointName;
import dev.onboard.it.Recorder.Meanwhile;
import dev.onboard.journal.Event;
import dev.onboard.journal.Outcome;
import dev.onboard.journal.Party;
import dev.onboard.journal.Stage;
import dev.onboard.pki.CertificateRecipe;
import dev.onboard.pki.Credential;
import dev.onboard.testbed.OnboardExtension;
import dev.onboard.testbed.Workbench;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** All datagrams of a bootstrap come again, again and again: nothing is issued, written or told a second time (RFC 6347, 4.1.2.6). */
class ReplayIT {
    private static final Duration SOON = Duration.ofSeconds(30);
    private static final Set<Stage> DONE_ONCE = Set.of(Stage.ADMISSION, Stage.ISSUED, Stage.WRITTEN, Stage.REGISTERED);

    @RegisterExtension
    static final OnboardExtension onboard = OnboardExtension.create();

    private Workbench bench;
    private DtlsThreads threads;
    private Credential shown;
    private BootstrapServer server;

    @BeforeEach
    void start() throws Exception {
        bench = onboard.bench();
        threads = DtlsThreads.start("replayed");
        shown = bench.bootstrapServerCa()
                .issue(CertificateRecipe.server("localhost", InetAddress.getLoopbackAddress()));
        if (bench.account().trustedCertificates().list().isEmpty()) {
            bench.trust(Service.BOOTSTRAP, bench.factoryCa().chain());
        }
        server = server(0);
    }

    @AfterEach
    void stop() {
        server.close();
        threads.close();
    }

    /** Of the bench's account, behind the way that repeats. */
    private BootstrapServer server(int port) throws Exception {
        LwM2mServerAccount told =
                new LwM2mServerAccount(bench.lwm2mUri(), bench.lwm2mServerCa().certificate(), 1, Duration.ofMinutes(5));
        return BootstrapServer.start(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), port),
                () -> shown,
                Deliveries.to(() -> List.of(told)),
                new BootstrapServer.Surroundings(
                        bench.account(), bench.journal(), threads, Servers.CLOCK, Servers.RANDOM));
    }

    private void onboard(String name, Recorder path) throws Exception {
        EndpointName endpoint = EndpointName.of(name);
        Path directory = Files.createDirectories(bench.deviceDirectory(endpoint));
        Credential credential = bench.factoryCa().issue(CertificateRecipe.device(name));
        SimulatedDevice device = bench.fleet()
                .add(
                        bench.bundle(endpoint, credential)
                                .withServer(
                                        URI.create("coaps://localhost:" + path.port()),
                                        bench.bootstrapServerCa().certificate()),
                        directory);
        device.powerOn();
        await(event -> event.stage() == Stage.REGISTERED
                && event.party() == Party.LWM2M_SERVER
                && event.outcome() == Outcome.OK
                && event.endpoint().equals(Optional.of(name)));
    }

    private Event await(java.util.function.Predicate<Event> wanted) {
        return bench.journal()
                .await(wanted, SOON)
                .orElseThrow(() -> new AssertionError("did not come; the journal says:\n"
                        + String.join(
                                "\n",
                                bench.timeline().stream().map(Event::toString).toList())));
    }

    /** What the servers and the issuer did for this device. */
    private List<Event> done(String name) {
        return bench.timeline().stream()
                .filter(event -> event.endpoint().equals(Optional.of(name))
                        && event.party() != Party.DEVICE
                        && DONE_ONCE.contains(event.stage()))
                .toList();
    }

    @Test
    void aDeviceWhoseDatagramsAllComeAgainBootstrapsOnce() throws Exception {
        try (Recorder path = new Recorder(server.address(), Meanwhile.REPEAT_ALL)) {
            onboard("repeated", path);
            List<Event> done = done("repeated");
            assertThat(done.stream().filter(event -> event.stage() == Stage.ADMISSION))
                    .hasSize(1);
            assertThat(done.stream().filter(event -> event.stage() == Stage.ISSUED))
                    .hasSize(1);
            assertThat(bench.account().issuedCertificates().byEndpoint("repeated"))
                    .hasSize(1);
        }
    }

    /** A server that started anew knows neither the session nor the cookie (RFC 6347, 4.2.1): the recorded device gets no connection. */
    @Test
    void aRecordedBootstrapIsNothingToAServerThatWasStartedAgain() throws Exception {
        try (Recorder path = new Recorder(server.address(), Meanwhile.RECORD)) {
            onboard("recorded", path);
            List<Long> before = done("recorded").stream().map(Event::id).toList();
            int port = server.address().getPort();
            server.close();
            server = server(port);
            path.replay();
            assertThat(path.sent()).as("datagrams that came again").isGreaterThan(5);
            try (Recorder another = new Recorder(server.address(), Meanwhile.RECORD)) {
                onboard("after-the-replay", another); // what came before it has been read by then
            }
            assertThat(done("recorded")).extracting(Event::id).isEqualTo(before);
            assertThat(bench.account().issuedCertificates().byEndpoint("recorded"))
                    .hasSize(1);
            assertThat(server.openConnections()).as("of the good device").isEqualTo(1);
        }
    }
}
