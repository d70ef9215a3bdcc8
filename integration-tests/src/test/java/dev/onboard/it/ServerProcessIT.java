package dev.onboard.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.networknt.schema.InputFormat;
import dev.onboard.account.postgres.PostgresServer;
import dev.onboard.device.DeviceOptions;
import dev.onboard.device.DeviceState;
import dev.onboard.device.Fleet;
import dev.onboard.device.SimulatedDevice;
import dev.onboard.dtls.DtlsThreads;
import dev.onboard.factory.BundleFiles;
import dev.onboard.factory.DeviceBundle;
import dev.onboard.factory.EndpointName;
import dev.onboard.factory.Factory;
import dev.onboard.factory.FactoryOrder;
import dev.onboard.journal.Event;
import dev.onboard.journal.Journal;
import dev.onboard.journal.Outcome;
import dev.onboard.journal.Party;
import dev.onboard.journal.Stage;
import dev.onboard.pki.CredentialFiles;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
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
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Two bootstrap servers, three LwM2M servers and the API, each a process, on one PostgreSQL database. Devices onboard while
 * each of the five servers in turn is killed ({@code kill -9}) and started again: none is lost. Sixty devices; 5,000 with
 * {@code -Pheavy}.
 */
@Timeout(value = 30, unit = TimeUnit.MINUTES)
class ServerProcessIT {
    private static final int DEVICES = Boolean.getBoolean("onboard.heavy") ? 5_000 : 60;
    private static final InstantSource CLOCK = InstantSource.system();
    private static final SecureRandom RANDOM = new SecureRandom();

    @TempDir
    Path folder;

    private final List<Server> bootstrap = new ArrayList<>();
    private final List<Server> lwm2m = new ArrayList<>();
    private final Factory factory = Factory.found("Factory of devices for many servers", CLOCK, RANDOM);
    private Cli cli;
    private String database;
    private Path account;
    private X509Certificate bootstrapServerCa;

    /** A process, and how to start it again. */
    private record Server(List<Object> command, Process process, JsonNode says) {
        URI uri() {
            return URI.create(says.path("server_uri").asText());
        }

        String management() {
            return says.path("management_uri").asText();
        }

        Path workDirectory() {
            return Path.of(says.path("work_dir").asText());
        }
    }

    @BeforeEach
    void start() throws Exception {
        database = PostgresServer.need().newDatabase();
        cli = new Cli(Cli.folder(folder, "home"));
        account = folder.resolve("account");
        List<Integer> ports = freePorts(5);
        for (int port : ports.subList(2, 5)) {
            lwm2m.add(server("lwm2m-server", "--account-dir", account, "--port", port));
        }
        for (int port : ports.subList(0, 2)) {
            List<Object> command =
                    new ArrayList<>(List.of("bootstrap-server", "--account-dir", account, "--port", port));
            lwm2m.forEach(each -> command.addAll(List.of("--lwm2m-server", place(each))));
            bootstrap.add(server(command.toArray()));
        }
        List<Object> command = new ArrayList<>(
                List.of("api", "--work-dir", account, "--http-port", 0, "--bootstrap-server", place(bootstrap.get(0))));
        lwm2m.forEach(each -> command.addAll(List.of("--lwm2m-api", each.management())));
        server(command.toArray());
        bootstrapServerCa = CredentialFiles.readCertificates(account.resolve("ca/bootstrap-server-ca.cert.pem"))
                .get(0);
    }

    @AfterEach
    void stop() throws Exception {
        cli.close();
    }

    @Test
    void killingAnyServerLosesNoDevice() throws Exception {
        String trusted = trust();
        Path home = Cli.folder(folder, "devices");
        Set<URI> told = new HashSet<>();
        try (Journal journal = Journal.open(home.resolve("devices.jsonl"), CLOCK);
                DtlsThreads threads = DtlsThreads.start("devices");
                Fleet fleet = Fleet.with(threads, journal, DeviceOptions.standard(CLOCK), RANDOM)
                        .startConcurrency(8)
                        .build()) {
            for (int i = 0; i < DEVICES; i++) {
                add(fleet, home, "d-" + i, bootstrap.get(i % bootstrap.size()).uri());
            }
            List<CountDownLatch> shares = new ArrayList<>();
            for (int i = 1; i <= 5; i++) {
                shares.add(new CountDownLatch(DEVICES * i / 10));
            }
            fleet.subscribe((device, state) -> {
                if (state == DeviceState.REGISTERED) {
                    shares.forEach(CountDownLatch::countDown);
                }
            });
            fleet.powerOn();
            for (int i = 0; i < 5; i++) {
                assertThat(shares.get(i).await(10, TimeUnit.MINUTES))
                        .as(() -> fleet.count().toString())
                        .isTrue();
                List<Server> of = i < 2 ? bootstrap : lwm2m;
                int which = i < 2 ? i : i - 2;
                of.set(which, again(of.get(which)));
            }
            assertThat(fleet.await(Set.of(DeviceState.REGISTERED), Duration.ofMinutes(20)))
                    .as(() -> fleet.count().toString())
                    .isEqualTo(Fleet.Reached.ALL);
            for (SimulatedDevice device : fleet.devices()) {
                told.add(device.keptAccount().orElseThrow().uri());
            }
            assertThat(told).as("each LwM2M server has its share").hasSize(lwm2m.size());
        }
        cli.good("trust", "remove", trusted, "--work-dir", account);
        for (Server each : bootstrap) {
            refused(each);
        }
    }

    /** A device of each LwM2M server is read by the API, wherever it is registered. */
    @Test
    void theApiReachesADeviceWhereverItIsRegistered() throws Exception {
        trust();
        Path home = Cli.folder(folder, "devices");
        try (Journal journal = Journal.open(home.resolve("devices.jsonl"), CLOCK);
                DtlsThreads threads = DtlsThreads.start("devices");
                Fleet fleet = Fleet.with(threads, journal, DeviceOptions.standard(CLOCK), RANDOM)
                        .build()) {
            for (int i = 0; i < 9; i++) {
                add(fleet, home, "r-" + i, bootstrap.get(i % 2).uri());
            }
            fleet.powerOn();
            assertThat(fleet.await(Set.of(DeviceState.REGISTERED), Duration.ofMinutes(2)))
                    .as(() -> fleet.count().toString())
                    .isEqualTo(Fleet.Reached.ALL);
            Set<URI> asked = new HashSet<>();
            for (SimulatedDevice device : fleet.devices()) {
                if (asked.add(device.keptAccount().orElseThrow().uri())) {
                    Cli.Result read =
                            cli.good("device", "read", device.endpoint(), "/1/0/1", "--json", "--work-dir", account);
                    assertThat(read.json().path("value").asInt()).isEqualTo(300);
                    cli.good("device", "write", device.endpoint(), "/1/0/1", "301", "--work-dir", account);
                }
            }
            assertThat(asked).hasSizeGreaterThan(1);
        }
        Cli.Result nobody = cli.run("device", "read", "nobody", "/3/0/0", "--work-dir", account);
        assertThat(nobody.exitCode()).isEqualTo(2);
        assertThat(nobody.err()).contains("'nobody' is not registered at any LwM2M server that answers");
        Cli.Result alone = cli.run("lwm2m-server", "--account-dir", account, "--port", 0);
        assertThat(alone.exitCode()).isEqualTo(2);
        assertThat(alone.err()).contains("--database is missing", "SQLite").doesNotContain("\tat ");
    }

    private String trust() throws Exception {
        Path ca = folder.resolve("factory.pem");
        List<X509Certificate> chain = factory.chain(1);
        CredentialFiles.writeCertificates(ca, List.of(chain.get(chain.size() - 1)));
        return cli.good("trust", "add", ca, "--service", "bootstrap", "--json", "--work-dir", account)
                .json()
                .path("id")
                .asText();
    }

    private SimulatedDevice add(Fleet fleet, Path home, String endpoint, URI bootstrapServer) throws Exception {
        EndpointName name = EndpointName.of(endpoint);
        DeviceBundle bundle = factory.make(FactoryOrder.of(name, bootstrapServer, bootstrapServerCa));
        BundleFiles.write(home, bundle);
        return fleet.add(bundle, home.resolve(name.directory()));
    }

    /** What the API acknowledged counts at each server's next handshake. */
    private void refused(Server server) throws Exception {
        String endpoint = "late-" + server.uri().getPort();
        Path home = Cli.folder(folder, endpoint);
        try (Journal journal = Journal.open(home.resolve("devices.jsonl"), CLOCK);
                DtlsThreads threads = DtlsThreads.start("devices");
                Fleet fleet = Fleet.with(threads, journal, DeviceOptions.standard(CLOCK), RANDOM)
                        .build()) {
            add(fleet, home, endpoint, server.uri());
            fleet.powerOn();
            Event why = new Cli.Up(server.process(), server.workDirectory(), server.says())
                    .first(
                            "refusal of " + endpoint,
                            event -> event.stage() == Stage.BOOTSTRAP_HANDSHAKE
                                    && event.outcome() == Outcome.REFUSED
                                    && event.party() == Party.BOOTSTRAP_SERVER
                                    && event.endpoint().filter(endpoint::equals).isPresent());
            assertThat(why.reason()).contains("unknown-ca");
        }
    }

    private Server again(Server killed) throws Exception {
        killed.process().destroyForcibly().waitFor();
        return server(killed.command().toArray());
    }

    /** Starts a process; returns when it says where it answers. */
    private Server server(Object... command) throws Exception {
        List<Object> arguments = new ArrayList<>(List.of(command));
        arguments.addAll(List.of("--database", database, "--json"));
        Process process = cli.start(arguments.toArray());
        JsonNode says = Cli.JSON.readTree(Cli.JSON.createParser(process.inputReader(StandardCharsets.UTF_8)));
        assertThat(says)
                .as(() -> "it comes up: "
                        + process.errorReader(StandardCharsets.UTF_8).lines().collect(Collectors.joining("\n")))
                .isNotNull();
        assertThat(FormatsIT.schema("server-process").validate(says.toString(), InputFormat.JSON))
                .as(says.toString())
                .isEmpty();
        Thread drain = new Thread(
                () -> process.errorReader(StandardCharsets.UTF_8).lines().forEach(line -> {}), "drain");
        drain.setDaemon(true);
        drain.start();
        return new Server(List.of(command), process, says);
    }

    private static String place(Server server) {
        return "localhost:" + server.uri().getPort();
    }

    /** Ports that a server can be started at again. */
    private static List<Integer> freePorts(int count) throws Exception {
        List<DatagramSocket> sockets = new ArrayList<>();
        List<Integer> ports = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            DatagramSocket socket = new DatagramSocket(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            sockets.add(socket);
            ports.add(socket.getLocalPort());
        }
        sockets.forEach(DatagramSocket::close);
        return ports;
    }
}
