package dev.onboard.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.IntNode;
import dev.onboard.account.Service;
import dev.onboard.device.Backoff;
import dev.onboard.device.DeviceOptions;
import dev.onboard.device.DeviceState;
import dev.onboard.device.Fleet;
import dev.onboard.device.SimulatedDevice;
import dev.onboard.dtls.DtlsThreads;
import dev.onboard.dtls.Sessions;
import dev.onboard.dtls.Transmission;
import dev.onboard.factory.BundleFiles;
import dev.onboard.factory.DeviceBundle;
import dev.onboard.factory.EndpointName;
import dev.onboard.factory.Factory;
import dev.onboard.factory.FactoryOrder;
import dev.onboard.http.ManagementClient;
import dev.onboard.http.ManagementException;
import dev.onboard.journal.Event;
import dev.onboard.journal.Journal;
import dev.onboard.journal.Outcome;
import dev.onboard.journal.Party;
import dev.onboard.journal.Stage;
import dev.onboard.pki.CredentialFiles;
import java.net.URI;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Two bootstrap servers, three LwM2M servers and the API, each a process, on one PostgreSQL database. Each of the five servers
 * in turn is killed ({@code kill -9}) while devices are on their way, and started again: none is lost. Thirty devices; 5,000
 * with {@code -Pheavy}.
 */
@Timeout(value = 30, unit = TimeUnit.MINUTES)
class ServerProcessIT {
    private static final int DEVICES = Boolean.getBoolean("onboard.heavy") ? 5_000 : 30;
    private static final int SERVERS = 5;
    private static final InstantSource CLOCK = InstantSource.system();
    private static final SecureRandom RANDOM = new SecureRandom();
    /** Whoever does not answer on this machine is asked again soon. */
    private static final Transmission SOON = new Transmission(
            Duration.ofMillis(200),
            4,
            Duration.ofMillis(400),
            3,
            Transmission.ConnectionIds.OFF,
            1400,
            Sessions.STANDARD);

    private static final DeviceOptions OPTIONS = DeviceOptions.standard(CLOCK)
            .withBackoff(Backoff.PLATFORM.scaled(0.01))
            .withPatience(Duration.ofSeconds(5));

    @TempDir
    static Path folder;

    private static Factory factory;
    private static Cluster cluster;
    private static ManagementClient api;
    private static X509Certificate bootstrapServerCa;
    private static String trusted;

    private Path home;
    private Journal journal;
    private DtlsThreads threads;
    private Fleet fleet;

    @BeforeAll
    static void startServers() throws Exception {
        factory = Factory.found("Factory of devices for many servers", CLOCK, RANDOM);
        cluster = new Cluster(folder, 2, 3);
        api = cluster.client();
        bootstrapServerCa = CredentialFiles.readCertificates(
                        cluster.account().resolve("ca/bootstrap-server-ca.cert.pem"))
                .get(0);
        trusted = trust();
    }

    @AfterAll
    static void stopServers() throws Exception {
        cluster.close();
    }

    @BeforeEach
    void start() throws Exception {
        home = Cli.folder(folder, "devices-" + RANDOM.nextInt(1 << 30));
        journal = Journal.open(home.resolve("devices.jsonl"), CLOCK);
        threads = DtlsThreads.start("devices");
        fleet = Fleet.with(threads, journal, OPTIONS, RANDOM).transmission(SOON).build();
    }

    @AfterEach
    void stop() {
        fleet.close();
        threads.close();
        journal.close();
    }

    @Test
    void killingAnyServerLosesNoDevice() throws Exception {
        for (int i = 0; i < SERVERS; i++) {
            Cluster.Member killed = cluster.all().get(i);
            List<SimulatedDevice> wave = new ArrayList<>();
            for (int j = 0; j < DEVICES / SERVERS; j++) {
                wave.add(add("d-" + i + "-" + j, cluster.bootstrap().get(j % 2)));
            }
            CountDownLatch onTheirWay = new CountDownLatch(Math.max(1, wave.size() / 10));
            try (Journal.Subscription watching = fleet.subscribe((device, state) -> {
                if (state == DeviceState.REGISTERED) {
                    onTheirWay.countDown();
                }
            })) {
                wave.forEach(SimulatedDevice::powerOn);
                assertThat(onTheirWay.await(5, TimeUnit.MINUTES))
                        .as(() -> fleet.count().toString())
                        .isTrue();
            }
            killed.kill();
            killed.start();
        }
        assertAllRegister(Duration.ofMinutes(20));
        assertThat(spread()).as("LwM2M servers that have a share").hasSizeGreaterThan(1);
    }

    /** A device of each LwM2M server is read by the API, wherever it is registered. */
    @Test
    void theApiReachesADeviceWhereverItIsRegistered() throws Exception {
        for (int i = 0; i < 9; i++) {
            add("r-" + i, cluster.bootstrap().get(i % 2)).powerOn();
        }
        assertAllRegister(Duration.ofMinutes(1));
        Set<URI> asked = new HashSet<>();
        for (SimulatedDevice device : fleet.devices()) {
            if (asked.add(device.keptAccount().orElseThrow().uri())) {
                assertThat(api.read(device.endpoint(), "/1/0/1").path("value").asInt())
                        .isEqualTo(300);
                api.write(device.endpoint(), "/1/0/1", IntNode.valueOf(301));
                assertThat(api.read(device.endpoint(), "/1/0/1").path("value").asInt())
                        .isEqualTo(301);
            }
        }
        assertThat(asked).hasSizeGreaterThan(1);
        assertThatThrownBy(() -> api.read("nobody", "/3/0/0"))
                .isInstanceOf(ManagementException.class)
                .hasMessageContaining("'nobody' is not registered at any LwM2M server that answers");
        Cli.Result listed = cluster.cli().good("device", "list", "--json", "--work-dir", cluster.account());
        assertThat(listed.out()).contains("\"r-0\"", "\"r-8\"");
    }

    /** What the API acknowledged counts at each bootstrap server's next handshake. */
    @Test
    void trustThatIsWithdrawnIsWithdrawnEverywhere() throws Exception {
        api.removeTrustedCertificate(trusted);
        for (Cluster.Member server : cluster.bootstrap()) {
            String endpoint = "late-" + server.uri().getPort();
            add(endpoint, server).powerOn();
            Event why = server.journal()
                    .first(
                            "refusal of " + endpoint,
                            event -> event.stage() == Stage.BOOTSTRAP_HANDSHAKE
                                    && event.outcome() == Outcome.REFUSED
                                    && event.party() == Party.BOOTSTRAP_SERVER
                                    && event.endpoint().filter(endpoint::equals).isPresent());
            assertThat(why.reason()).contains("unknown-ca");
        }
        trusted = trust();
    }

    private static String trust() {
        List<X509Certificate> chain = factory.chain(1);
        return api.addTrustedCertificate(
                        "factory", Service.BOOTSTRAP, CredentialFiles.pem(List.of(chain.get(chain.size() - 1))))
                .path("id")
                .asText();
    }

    private SimulatedDevice add(String endpoint, Cluster.Member bootstrapServer) throws Exception {
        EndpointName name = EndpointName.of(endpoint);
        DeviceBundle bundle = factory.make(FactoryOrder.of(name, bootstrapServer.uri(), bootstrapServerCa));
        BundleFiles.write(home, bundle);
        return fleet.add(bundle, home.resolve(name.directory()));
    }

    private void assertAllRegister(Duration limit) throws Exception {
        assertThat(fleet.await(Set.of(DeviceState.REGISTERED), limit))
                .as(() -> fleet.count() + " "
                        + fleet.devices().stream()
                                .filter(device -> device.state() != DeviceState.REGISTERED)
                                .map(device -> device.endpoint() + " " + device.lastFailure())
                                .toList())
                .isEqualTo(Fleet.Reached.ALL);
    }

    private Set<URI> spread() throws Exception {
        Set<URI> told = new HashSet<>();
        for (SimulatedDevice device : fleet.devices()) {
            told.add(device.keptAccount().orElseThrow().uri());
        }
        return told;
    }
}
