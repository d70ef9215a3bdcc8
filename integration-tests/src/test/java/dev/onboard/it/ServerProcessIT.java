package dev.onboard.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.IntNode;
import dev.onboard.account.Service;
import dev.onboard.account.postgres.PostgresServer;
import dev.onboard.device.DeviceState;
import dev.onboard.device.SimulatedDevice;
import dev.onboard.dtls.FaultyPath;
import dev.onboard.dtls.PacketFault;
import dev.onboard.dtls.Transmission.ConnectionIds;
import dev.onboard.factory.BundleFiles;
import dev.onboard.factory.DeviceBundle;
import dev.onboard.factory.DeviceMode;
import dev.onboard.factory.EndpointName;
import dev.onboard.factory.Factory;
import dev.onboard.factory.FactoryOrder;
import dev.onboard.http.Following;
import dev.onboard.http.ManagementClient;
import dev.onboard.http.ManagementException;
import dev.onboard.journal.Event;
import dev.onboard.journal.Stage;
import dev.onboard.pki.CredentialFiles;
import dev.onboard.server.SharedRegistrations;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Two bootstrap servers, three LwM2M servers and two processes of devices, on one PostgreSQL and one Redis: killing any of
 * them ({@code kill -9}) while devices onboard loses no device. Twenty-four devices, and one of each kind is killed; with
 * {@code -Pheavy} 5,000, and each of the seven.
 */
@Timeout(value = 30, unit = TimeUnit.MINUTES)
class ServerProcessIT {
    private static final boolean HEAVY = Boolean.getBoolean("onboard.heavy");
    private static final int DEVICES = Integer.getInteger("onboard.devices", HEAVY ? 5_000 : 24);
    private static final InstantSource CLOCK = InstantSource.system();
    private static final SecureRandom RANDOM = new SecureRandom();

    @TempDir
    static Path folder;

    private static Factory factory;
    private static Cluster cluster;
    private static ManagementClient api;
    private static X509Certificate bootstrapServerCa;
    private static String trusted;

    @BeforeAll
    static void startServers() throws Exception {
        factory = Factory.found("Factory of devices for many servers", CLOCK, RANDOM);
        cluster = Cluster.start(folder);
        api = cluster.client();
        bootstrapServerCa = CredentialFiles.readCertificates(
                        cluster.account().resolve("ca/bootstrap-server-ca.cert.pem"))
                .get(0);
        trusted = trust();
    }

    @AfterAll
    static void stopServers() throws Exception {
        if (cluster != null) { // else its start failed, which is told
            cluster.close();
        }
    }

    @Test
    void killingAnyOfThemLosesNoDevice() throws Exception {
        long started = System.nanoTime();
        Semaphore registrations = new Semaphore(0);
        List<DeviceProcess> devices = new ArrayList<>();
        for (int shard = 0; shard < 2; shard++) {
            Path bundles = Cli.folder(folder, "bundles-" + shard);
            for (int i = 0; i < DEVICES / 2; i++) {
                BundleFiles.write(bundles, bundle("d-" + shard + "-" + i));
            }
            devices.add(new DeviceProcess(cluster.cli(), bundles, registrations));
        }
        List<Cluster.Member> killed =
                cluster.servers().stream().filter(Cluster.Member::isProcess).toList();
        int kills = killed.size() + (HEAVY ? 2 : 1);
        for (int i = 0; i < kills; i++) {
            assertThat(registrations.tryAcquire(Math.max(1, DEVICES / (2 * kills)), 10, TimeUnit.MINUTES))
                    .as("devices register before kill %d", i)
                    .isTrue();
            if (i < killed.size()) {
                killed.get(i).kill();
                killed.get(i).start();
            } else {
                devices.get(i - killed.size()).killAndStart();
            }
        }
        int registered = 0;
        for (DeviceProcess each : devices) {
            registered += each.registered();
        }
        assertThat(registered).isEqualTo(DEVICES);
        System.out.printf(
                "%d devices, %d kills during their onboardings, %d lost; %.0f s%n",
                DEVICES, kills, DEVICES - registered, (System.nanoTime() - started) / 1e9);
    }

    /**
     * A registration outlives the server with which it was made: the device's next update, in a session with another server,
     * is answered with 2.04, it does not register again, and the API reaches it there, over TLS, and goes on observing it.
     */
    @Test
    void anotherServerKnowsTheRegistrationsOfOneThatIsKilled() throws Exception {
        Cluster.Member killed = cluster.lwm2m().get(0);
        try (SharedRegistrations registrations = cluster.registrations();
                ClusterDevices devices = new ClusterDevices(Cli.folder(folder, "registered"), ClusterDevices.SOON)) {
            String endpoint = "";
            for (int i = 0; i < 60 && endpoint.isEmpty(); i++) {
                String next = "zähler-" + i;
                devices.powerOn(bundle(next));
                devices.await(DeviceState.REGISTERED);
                assertThat(api.read(next, "/1/0/1").path("value").asInt()).isEqualTo(300);
                endpoint = cluster.holder(registrations, next)
                        .filter(killed::equals)
                        .map(holder -> next)
                        .orElse("");
            }
            assertThat(endpoint).as("a device at the first of three servers").isNotEmpty();
            String watched = endpoint;
            try (SharedRegistrations strangers = cluster.registrations("ak_of-another-account")) {
                assertThat(strangers.placeOf(watched))
                        .as("a server's place that was sealed with another key is not believed")
                        .isInstanceOfSatisfying(
                                SharedRegistrations.Place.Unknown.class,
                                unknown -> assertThat(unknown.why())
                                        .contains("is not sealed with this account's API key"));
            }
            BlockingQueue<String> observed = new LinkedBlockingQueue<>();
            try (Following following = api.observing(
                    watched,
                    "/3/0/13",
                    document -> observed.add(document.path("value").asText()))) {
                assertThat(observed.poll(30, TimeUnit.SECONDS))
                        .as("the time there")
                        .startsWith("20");
                int before = devices.times(Stage.REGISTERED, watched);
                api.write(watched, "/1/0/1", IntNode.valueOf(8)); // an update every six seconds
                killed.kill();
                assertThatThrownBy(() -> api.read(watched, "/1/0/1"))
                        .as("until the device has come to another")
                        .isInstanceOf(ManagementException.class);
                Event takenOver = takenOver(watched, devices);
                assertThat(takenOver.facts()).containsEntry("taken_over", "yes");
                assertThat(cluster.holder(registrations, watched).orElseThrow().management())
                        .hasScheme("https");
                assertThat(api.read(watched, "/1/0/1").path("value").asInt()).isEqualTo(8);
                observed.clear();
                assertThat(observed.poll(40, TimeUnit.SECONDS))
                        .as("observed at the other")
                        .startsWith("20");
                assertThat(following.ended().toCompletableFuture()).isNotDone();
                assertThat(devices.times(Stage.REGISTERED, watched))
                        .as("registered once")
                        .isEqualTo(before);
            }
            killed.start();
        }
        assertThatThrownBy(() -> api.read("nobody", "/3/0/0"))
                .isInstanceOf(ManagementException.class)
                .hasMessageContaining("'nobody' is not registered at any LwM2M server");
    }

    /** The first update that a server takes of a registration that was made at another. */
    private static Event takenOver(String endpoint, ClusterDevices devices) {
        long deadline = System.nanoTime() + Duration.ofMinutes(1).toNanos();
        while (System.nanoTime() < deadline) {
            for (Cluster.Member server : cluster.lwm2m().subList(1, 3)) {
                Optional<Event> update = server.events().stream()
                        .filter(event -> event.stage() == Stage.UPDATED
                                && event.endpoint().filter(endpoint::equals).isPresent())
                        .findFirst();
                if (update.isPresent()) {
                    return update.get();
                }
            }
        }
        throw new AssertionError(
                "no other server took an update of " + endpoint + "; the device says:\n" + devices.timeline(endpoint));
    }

    /** Devices make their session from one address and register from another: to the server that gave the connection id. */
    @Test
    void aDeviceWhoseAddressChangesKeepsItsSession() throws Exception {
        List<X509Certificate> chain = factory.chain(1);
        api.addTrustedCertificate(
                "factory of registered devices",
                Service.LWM2M,
                CredentialFiles.pem(List.of(chain.get(chain.size() - 1))));
        X509Certificate serverCa = CredentialFiles.readCertificates(
                        cluster.account().resolve("ca/lwm2m-server-ca.cert.pem"))
                .get(0);
        PacketFault rebind = PacketFault.of(
                PacketFault.What.REBIND,
                PacketFault.From.DEVICE,
                new PacketFault.Which.Carrying(PacketFault.Message.TLS12_CID, 1));
        List<String> moving = List.of("moving-1", "moving-2", "moving-3", "moving-4", "moving-5", "moving-6");
        try (ClusterDevices devices = new ClusterDevices(
                        Cli.folder(folder, "moving"), ClusterDevices.SOON.withConnectionIds(ConnectionIds.ON));
                FaultyPath way = FaultyPath.open(
                        devices.threads(), cluster.lwm2mAddress(), List.of(rebind), RANDOM.nextLong())) {
            List<SimulatedDevice> all = new ArrayList<>();
            for (String endpoint : moving) {
                all.add(devices.powerOn(factory.make(FactoryOrder.of(
                        EndpointName.of(endpoint),
                        DeviceMode.LWM2M,
                        URI.create("coaps://localhost:" + way.address().getPort()),
                        serverCa))));
            }
            devices.await(DeviceState.REGISTERED);
            assertThat(way.struck()).as("changes of address").isEqualTo(moving.size());
            for (String endpoint : moving) {
                assertThat(api.read(endpoint, "/1/0/1").path("value").asInt()).isEqualTo(300);
            }
            all.forEach(SimulatedDevice::shutDown);
            devices.await(DeviceState.OFF);
            for (String endpoint : moving) {
                for (Stage once : List.of(Stage.LWM2M_HANDSHAKE, Stage.REGISTERED, Stage.DEREGISTERED)) {
                    assertThat(devices.times(once, endpoint))
                            .as(() -> once + "\n" + devices.timeline(endpoint))
                            .isEqualTo(1);
                }
            }
        }
    }

    /** Redis may go and come back: what is refused meanwhile is said, tried again and taken; nothing is started anew. */
    @Test
    void redisMayStopAndComeBack() throws Exception {
        Cluster.Member server = cluster.lwm2m().get(0);
        String where = cluster.redis().uri().getAuthority();
        try (ClusterDevices devices = new ClusterDevices(Cli.folder(folder, "redis"), ClusterDevices.SOON)) {
            devices.powerOn(bundle("before"));
            devices.await(DeviceState.REGISTERED);
            api.write("before", "/1/0/1", IntNode.valueOf(4)); // an update every three seconds
            int said = server.said().size();
            cluster.redis().stop();
            try {
                devices.powerOn(bundle("meanwhile"));
                assertThat(devices.refusal(Stage.REGISTERED, "meanwhile")
                                .detail()
                                .orElseThrow())
                        .contains("5.03", "registrations-unavailable");
                assertThat(devices.refusal(Stage.UPDATED, "before").detail().orElseThrow())
                        .contains("5.03", "registrations-unavailable");
                assertThatThrownBy(() -> api.read("before", "/1/0/1"))
                        .isInstanceOfSatisfying(
                                ManagementException.class,
                                e -> assertThat(e.status()).isEqualTo(503))
                        .hasMessage("where 'before' is registered is not known: Redis at " + where
                                + " does not answer: Connection refused; start it, or repair the way to it (--redis)");
                assertThat(cluster.problem(server, "redis")).contains("does not answer");
                assertThat(cluster.problem(cluster.api(), "redis")).contains("does not answer");
            } finally {
                cluster.redis().restart();
            }
            devices.await(DeviceState.REGISTERED);
            assertThat(cluster.works(server, "redis")).isTrue();
            assertThat(cluster.works(cluster.api(), "redis")).isTrue();
            assertThat(api.read("before", "/1/0/1").path("value").asInt()).isPositive();
            assertThat(server.said(said, "answers again"))
                    .as("once when it goes, once when it is back")
                    .filteredOn(line -> line.contains("RedisPool: Redis at " + where))
                    .hasSize(2);
        }
    }

    @Test
    void postgresqlMayStopAndComeBack() throws Exception {
        Cluster.Member server = cluster.lwm2m().get(0);
        try (ClusterDevices devices = new ClusterDevices(Cli.folder(folder, "postgresql"), ClusterDevices.SOON)) {
            PostgresServer.need().stop();
            try {
                devices.powerOn(bundle("later"));
                assertThat(devices.refusal(Stage.ADMISSION, "later").detail().orElseThrow())
                        .contains("5.03");
                assertThat(cluster.problem(server, "database")).contains("does not work");
            } finally {
                PostgresServer.need().start();
            }
            devices.await(DeviceState.REGISTERED);
            assertThat(cluster.works(server, "database")).isTrue();
        }
    }

    @Test
    void aServerWithoutItsRedisDoesNotStart() throws Exception {
        Cli.Result wrong = cluster.cli()
                .run(
                        "lwm2m-server",
                        "--account-dir",
                        cluster.account(),
                        "--database",
                        cluster.database(),
                        "--port",
                        0,
                        "--redis",
                        "redis://127.0.0.1:1/0");
        assertThat(wrong.exitCode()).isEqualTo(2);
        assertThat(wrong.err().lines().filter(line -> line.startsWith("onboard: ")))
                .containsExactly(
                        "onboard: Redis at 127.0.0.1:1 does not answer: Connection refused; start it, or repair"
                                + " the way to it (--redis)");
    }

    /** What the API acknowledged counts at the next handshake with any bootstrap server. */
    @Test
    void trustThatIsWithdrawnIsWithdrawnEverywhere() throws Exception {
        api.removeTrustedCertificate(trusted);
        try (ClusterDevices devices = new ClusterDevices(Cli.folder(folder, "refused"), ClusterDevices.SOON)) {
            for (Cluster.Member server : cluster.bootstrap()) {
                SimulatedDevice device = devices.powerOn(factory.make(FactoryOrder.of(
                        EndpointName.of("late-" + server.port()),
                        URI.create("coaps://localhost:" + server.port()),
                        bootstrapServerCa)));
                devices.await(DeviceState.FAILED);
                assertThat(device.lastFailure().orElseThrow().reason()).isEqualTo("alert-unknown-ca");
            }
        }
        trusted = trust();
        assertThat(Files.exists(cluster.account().resolve("endpoints.json"))).isTrue();
        Cli.Result listed = cluster.cli().good("trust", "list", "--json", "--work-dir", cluster.account());
        assertThat(listed.out()).contains(trusted);
    }

    private static String trust() {
        List<X509Certificate> chain = factory.chain(1);
        return api.addTrustedCertificate(
                        "factory", Service.BOOTSTRAP, CredentialFiles.pem(List.of(chain.get(chain.size() - 1))))
                .path("id")
                .asText();
    }

    private static DeviceBundle bundle(String endpoint) {
        return factory.make(FactoryOrder.of(EndpointName.of(endpoint), cluster.bootstrapUri(), bootstrapServerCa));
    }
}
