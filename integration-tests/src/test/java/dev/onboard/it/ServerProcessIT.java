package dev.onboard.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
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
import dev.onboard.http.Following;
import dev.onboard.http.ManagementClient;
import dev.onboard.http.ManagementException;
import dev.onboard.journal.Event;
import dev.onboard.journal.Journal;
import dev.onboard.journal.Stage;
import dev.onboard.pki.CredentialFiles;
import dev.onboard.server.SharedRegistrations;
import java.io.BufferedReader;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
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

    /** A process of devices, which is started again on the same bundles. */
    private static final class DeviceProcess {
        private final Path bundles;
        private final Semaphore registrations;
        private Process process;

        /** @param registrations has a permit more with each registration */
        DeviceProcess(Path bundles, Semaphore registrations) throws Exception {
            this.bundles = bundles;
            this.registrations = registrations;
            this.process = start();
        }

        private Process start() throws Exception {
            Process started = cluster.cli()
                    .start(
                            "device",
                            "run",
                            "--bundles",
                            bundles,
                            "--swift",
                            "--exit-when",
                            "registered",
                            "--timeout",
                            "15m",
                            "--json");
            BufferedReader says = started.errorReader(StandardCharsets.UTF_8);
            Thread reader = new Thread(
                    () -> says.lines()
                            .filter(line -> line.contains("registered") && line.contains(" ok"))
                            .forEach(line -> registrations.release()),
                    "reader");
            reader.setDaemon(true);
            reader.start();
            return started;
        }

        void killAndStart() throws Exception {
            process.destroyForcibly().waitFor();
            process = start();
        }

        /** How many of its devices registered. */
        int registered() throws Exception {
            JsonNode document = Cli.JSON.readTree(process.getInputStream());
            assertThat(process.waitFor()).as(document.toString()).isZero();
            int registered = 0;
            for (JsonNode device : document.path("devices")) {
                registered += device.path("state").asText().equals("registered") ? 1 : 0;
            }
            return registered;
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
            devices.add(new DeviceProcess(bundles, registrations));
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
     * is answered with 2.04, it does not register again, and the API reaches it there.
     */
    @Test
    void anotherServerKnowsTheRegistrationsOfOneThatIsKilled() throws Exception {
        Cluster.Member killed = cluster.lwm2m().get(0);
        Path home = Cli.folder(folder, "registered");
        try (SharedRegistrations registrations = cluster.registrations();
                Journal journal = Journal.open(home.resolve("devices.jsonl"), CLOCK);
                DtlsThreads threads = DtlsThreads.start("devices");
                Fleet fleet = Fleet.with(threads, journal, OPTIONS, RANDOM)
                        .transmission(SOON)
                        .build()) {
            String endpoint = "";
            for (int i = 0; i < 60 && endpoint.isEmpty(); i++) {
                String next = "r-" + i;
                DeviceBundle bundle = bundle(next);
                BundleFiles.write(home, bundle);
                fleet.add(bundle, home.resolve(next)).powerOn();
                assertThat(fleet.await(Set.of(DeviceState.REGISTERED), Duration.ofMinutes(1)))
                        .as(() -> fleet.count().toString())
                        .isEqualTo(Fleet.Reached.ALL);
                assertThat(api.read(next, "/1/0/1").path("value").asInt()).isEqualTo(300);
                endpoint = cluster.holder(registrations, next)
                        .filter(killed::equals)
                        .map(holder -> next)
                        .orElse("");
            }
            assertThat(endpoint).as("a device at the first of three servers").isNotEmpty();
            observed(endpoint);
            String watched = endpoint;
            int before = registrations(journal, watched);
            api.write(watched, "/1/0/1", IntNode.valueOf(8)); // an update every six seconds
            killed.kill();
            assertThatThrownBy(() -> api.read(watched, "/1/0/1"))
                    .as("until the device has come to another")
                    .isInstanceOf(ManagementException.class);
            Event takenOver = takenOver(watched, journal);
            assertThat(takenOver.facts()).containsEntry("taken_over", "yes");
            assertThat(cluster.holder(registrations, watched)).isPresent().isNotEqualTo(Optional.of(killed));
            assertThat(api.read(watched, "/1/0/1").path("value").asInt()).isEqualTo(8);
            observed(watched);
            assertThat(registrations(journal, watched)).as("registered once").isEqualTo(before);
            killed.start();
        }
        assertThatThrownBy(() -> api.read("nobody", "/3/0/0"))
                .isInstanceOf(ManagementException.class)
                .hasMessageContaining("'nobody' is not registered at any LwM2M server");
    }

    /** The first update that a server takes of a registration that was made at another. */
    private static Event takenOver(String endpoint, Journal journal) throws Exception {
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
        try (Stream<Event> events = journal.events()) {
            throw new AssertionError("no other server took an update of " + endpoint + "; the device says:\n"
                    + events.filter(event ->
                                    event.endpoint().filter(endpoint::equals).isPresent())
                            .map(Event::toString)
                            .collect(Collectors.joining("\n")));
        }
    }

    private static int registrations(Journal journal, String endpoint) {
        try (Stream<Event> events = journal.events()) {
            return (int) events.filter(event -> event.stage() == Stage.REGISTERED
                            && event.endpoint().filter(endpoint::equals).isPresent())
                    .count();
        }
    }

    /** The API observes it, at whichever server it is. */
    private static void observed(String endpoint) throws Exception {
        CompletableFuture<JsonNode> first = new CompletableFuture<>();
        try (Following following = api.observing(endpoint, "/3/0/13", first::complete)) {
            following.ended().whenComplete((nothing, failure) -> {
                if (failure != null) {
                    first.completeExceptionally(failure);
                }
            });
            assertThat(first.get(30, TimeUnit.SECONDS).path("value").asText()).startsWith("20");
        }
    }

    /** What the API acknowledged counts at the next handshake with any bootstrap server. */
    @Test
    void trustThatIsWithdrawnIsWithdrawnEverywhere() throws Exception {
        api.removeTrustedCertificate(trusted);
        Path home = Cli.folder(folder, "refused");
        try (Journal journal = Journal.open(home.resolve("devices.jsonl"), CLOCK);
                DtlsThreads threads = DtlsThreads.start("devices");
                Fleet fleet = Fleet.with(threads, journal, OPTIONS, RANDOM)
                        .transmission(SOON)
                        .build()) {
            for (Cluster.Member server : cluster.bootstrap()) {
                String endpoint = "late-" + server.port();
                DeviceBundle bundle = factory.make(FactoryOrder.of(
                        EndpointName.of(endpoint),
                        URI.create("coaps://localhost:" + server.port()),
                        bootstrapServerCa));
                BundleFiles.write(home, bundle);
                SimulatedDevice device = fleet.add(bundle, home.resolve(endpoint));
                device.powerOn();
                assertThat(fleet.await(Set.of(DeviceState.FAILED), Duration.ofSeconds(30)))
                        .as(() -> fleet.count().toString())
                        .isEqualTo(Fleet.Reached.ALL);
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
