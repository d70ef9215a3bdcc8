package dev.onboard.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.onboard.account.Account;
import dev.onboard.account.NewTrustedCertificate;
import dev.onboard.account.Service;
import dev.onboard.bootstrap.Delivery;
import dev.onboard.bootstrap.Delivery.Instance;
import dev.onboard.bootstrap.LwM2mServerAccount;
import dev.onboard.device.Backoff;
import dev.onboard.device.DeviceOptions;
import dev.onboard.device.DeviceState;
import dev.onboard.device.Fleet;
import dev.onboard.device.SimulatedDevice;
import dev.onboard.dtls.DtlsThreads;
import dev.onboard.dtls.Transmission;
import dev.onboard.factory.EndpointName;
import dev.onboard.factory.Factory;
import dev.onboard.factory.FactoryOrder;
import dev.onboard.journal.Event;
import dev.onboard.journal.Journal;
import dev.onboard.journal.Party;
import dev.onboard.journal.Stage;
import dev.onboard.pki.CertificateAuthority;
import dev.onboard.pki.CertificateRecipe;
import dev.onboard.pki.Credential;
import dev.onboard.server.LwM2mServer;
import dev.onboard.server.Node;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateEncodingException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A bootstrap that tells a device of two LwM2M servers (OMA LwM2M Core 8). */
class SeveralServersIT {
    private static final String EP = "meter-1";

    @TempDir
    Path folder;

    /** An LwM2M server of another account, with a PKI of its own. */
    private static final class Elsewhere implements AutoCloseable {
        final CertificateAuthority serverCa = Servers.ca("Other LwM2M server CA");
        final CertificateAuthority deviceCa = Servers.ca("Other LwM2M device CA");
        final Journal journal;
        final Account account;
        private final DtlsThreads threads = DtlsThreads.start("elsewhere");
        private final Credential credential =
                serverCa.issue(CertificateRecipe.server("localhost", InetAddress.getLoopbackAddress()));
        LwM2mServer server;

        Elsewhere(Path directory) throws Exception {
            journal = Journal.open(Files.createDirectories(directory).resolve("events.jsonl"), Servers.CLOCK);
            account = Account.open(
                    directory.resolve("account"),
                    Servers.ca("Other device CA"),
                    Servers.CLOCK,
                    Servers.RANDOM,
                    journal);
            account.trustedCertificates()
                    .add(NewTrustedCertificate.of("other", Service.LWM2M, List.of(deviceCa.certificate())));
            server = start(0);
        }

        LwM2mServer start(int port) throws Exception {
            return LwM2mServer.start(
                    new InetSocketAddress(InetAddress.getLoopbackAddress(), port),
                    () -> credential,
                    new LwM2mServer.Surroundings(account, journal, threads, Servers.CLOCK));
        }

        int port() {
            return server.address().getPort();
        }

        @Override
        public void close() {
            server.close();
            threads.close();
            account.close();
            journal.close();
        }
    }

    /** For the server elsewhere another key and certificate than for the first. */
    private static Delivery delivery(String endpoint, Credential issued, LwM2mServerAccount here, Elsewhere other) {
        LwM2mServerAccount there = new LwM2mServerAccount(
                URI.create("coaps://localhost:" + other.port()),
                other.serverCa.certificate(),
                2,
                Duration.ofMinutes(5));
        Credential own = other.deviceCa.issue(CertificateRecipe.device(endpoint));
        Delivery both = Delivery.of(issued, List.of(here, there));
        return both.withInstances(both.instances().stream()
                .map(each -> each.object() == Instance.SECURITY && each.number() == 1
                        ? each.with(3, encoded(own)).with(5, own.privateKeyPkcs8())
                        : each)
                .toList());
    }

    private static byte[] encoded(Credential credential) {
        try {
            return credential.certificate().getEncoded();
        } catch (CertificateEncodingException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void eachServerHasItsOwnCertificateSessionRegistrationAndRights() throws Exception {
        try (Elsewhere other = new Elsewhere(folder.resolve("elsewhere"));
                Servers servers =
                        new Servers(folder, told -> (endpoint, issued) -> delivery(endpoint, issued, told, other));
                Bench bench = new Bench(servers)) {
            bench.device.powerOn();
            bench.await(DeviceState.REGISTERED);
            String here = registered(servers.journal).facts().get("serial");
            String there = registered(other.journal).facts().get("serial");
            assertThat(here).isNotEqualTo(there);
            assertThat(value(other.server
                            .read(EP, "/3/0/0")
                            .toCompletableFuture()
                            .join()))
                    .isEqualTo("Onboard");
            assertThat(((Node.Children) other.server
                                    .read(EP, "/2")
                                    .toCompletableFuture()
                                    .join())
                            .byId())
                    .containsOnlyKeys(0, 1, 2, 3, 4, 5, 6, 7);
            assertThatThrownBy(() -> other.server
                            .write(EP, "/3/0/14", "+01:00")
                            .toCompletableFuture()
                            .join())
                    .isInstanceOf(CompletionException.class)
                    .hasMessageContaining("UNAUTHORIZED");
            servers.lwm2m.write(EP, "/3/0/14", "+01:00").toCompletableFuture().join();
            assertThatThrownBy(() -> other.server
                            .read(EP, "/1/0/1")
                            .toCompletableFuture()
                            .join())
                    .hasMessageContaining("NOT_FOUND");

            bench.device.reboot();
            bench.await(DeviceState.REGISTERED);
            assertThat(bench.count(servers.journal, e -> e.stage() == Stage.ADMISSION && e.party() == Party.DEVICE))
                    .as("bootstraps")
                    .isOne();
            assertThat(bench.count(servers.journal, SeveralServersIT::isRegistered))
                    .isEqualTo(2);
            assertThat(bench.count(other.journal, SeveralServersIT::isRegistered))
                    .isEqualTo(2);
        }
    }

    @Test
    void aServerThatDoesNotAnswerIsTriedAgainWhileTheOtherGoesOn() throws Exception {
        try (Elsewhere other = new Elsewhere(folder.resolve("elsewhere"))) {
            int port = other.port();
            try (Servers servers =
                            new Servers(folder, told -> (endpoint, issued) -> delivery(endpoint, issued, told, other));
                    Bench bench = new Bench(servers)) {
                LwM2mServer silent = other.server;
                silent.close();
                bench.device.powerOn();
                Event waiting = servers.await(
                        "second attempt",
                        e -> e.stage() == Stage.FALLBACK && e.reason().isPresent());
                assertThat(waiting.facts()).containsEntry("next", "register");
                String registration =
                        servers.lwm2m.registration(EP).orElseThrow().id();
                assertThat(bench.device.state()).isNotEqualTo(DeviceState.REGISTERED);
                other.server = other.start(port);
                bench.await(DeviceState.REGISTERED);
                assertThat(servers.lwm2m.registration(EP).orElseThrow().id()).isEqualTo(registration);
                assertThat(other.server.registration(EP)).isPresent();
            }
        }
    }

    @Test
    void upWithASecondServerTellsDevicesOfBoth() throws Exception {
        try (Cli cli = new Cli(Cli.folder(folder, "home"))) {
            Cli.Up up = cli.up(folder.resolve("work"), 0, 0, "--second-lwm2m-port", 0);
            try (Devices devices = new Devices(up, Cli.folder(folder, "devices"))) {
                Path root = Files.writeString(folder.resolve("root.pem"), devices.root());
                assertThat(cli.run("trust", "add", root, "--service", "bootstrap")
                                .exitCode())
                        .isZero();
                devices.run(devices.make(EP), DeviceState.REGISTERED);
                showsBoth(cli, up);
                eachServerIsAskedByItself(cli, up);
            }
        }
    }

    private static void showsBoth(Cli cli, Cli.Up up) throws Exception {
        JsonNode shown = cli.run("device", "show", EP, "--json").json();
        assertThat(Stream.of(0, 1)
                        .map(i -> shown.path("registrations")
                                .path(i)
                                .path("server_uri")
                                .asText()))
                .containsExactly(
                        up.endpoints().path("lwm2m_uri").asText(),
                        up.endpoints().path("second_lwm2m_uri").asText());
        assertThat(cli.run("device", "show", EP).out())
                .contains("registered_with")
                .contains(up.endpoints().path("second_lwm2m_uri").asText());
    }

    private static void eachServerIsAskedByItself(Cli cli, Cli.Up up) throws Exception {
        String second = up.endpoints().path("second_lwm2m_uri").asText();
        assertThat(cli.run("device", "read", EP, "/1/0/0").out()).isEqualToIgnoringNewLines("1");
        assertThat(cli.run("device", "read", EP, "/1/1/0", "--server", 2).out()).isEqualToIgnoringNewLines("2");
        assertThat(cli.run("device", "read", EP, "/1/1/0", "--server", second).out())
                .isEqualToIgnoringNewLines("2");
        assertThat(cli.run("device", "read", EP, "/1/0/0", "--server", 2).err()).contains("NOT_FOUND");
        Cli.Result refused = cli.run("device", "write", EP, "/3/0/14", "+01:00", "--server", 2);
        assertThat(refused.exitCode()).isEqualTo(2);
        assertThat(refused.err()).contains("UNAUTHORIZED");
        Cli.Result written = cli.run("device", "write", EP, "/3/0/14", "+01:00", "--server", 1);
        assertThat(written.exitCode()).as(written.err()).isZero();
        assertThat(cli.run("device", "read", EP, "/3/0/14", "--server", 3).err())
                .contains("'3' is no LwM2M server here; there are 1 (coaps://localhost:")
                .contains(" and 2 (" + second + ")");
    }

    private static boolean isRegistered(Event event) {
        return event.stage() == Stage.REGISTERED && event.party() == Party.LWM2M_SERVER;
    }

    private static Event registered(Journal journal) {
        return journal.await(SeveralServersIT::isRegistered, Duration.ofSeconds(20))
                .orElseThrow();
    }

    private static Object value(Node node) {
        return ((Node.Value) node).value();
    }

    /** One device of the servers' factory. */
    private final class Bench implements AutoCloseable {
        final SimulatedDevice device;
        private final Servers servers;
        private final DtlsThreads threads = DtlsThreads.start("device");
        private final Fleet fleet;

        Bench(Servers servers) throws Exception {
            this.servers = servers;
            Factory factory = Factory.found("Factory", Servers.CLOCK, Servers.RANDOM);
            servers.trust(factory.chain(1).get(0));
            DeviceOptions options = DeviceOptions.standard(Servers.CLOCK)
                    .withBackoff(Backoff.PLATFORM.scaled(0.01))
                    .withRegistrationAttempts(1000);
            fleet = Fleet.with(threads, servers.journal, options, Servers.RANDOM)
                    .transmission(Transmission.impatient())
                    .build();
            device = fleet.add(
                    factory.make(FactoryOrder.of(
                            EndpointName.of(EP), servers.bootstrapUri(), servers.bootstrapServerCa.certificate())),
                    Files.createDirectories(folder.resolve("device")));
        }

        void await(DeviceState state) throws InterruptedException {
            assertThat(fleet.await(Set.of(state), Duration.ofSeconds(20)))
                    .as(servers::timeline)
                    .isEqualTo(Fleet.Reached.ALL);
        }

        long count(Journal journal, Predicate<Event> which) {
            try (Stream<Event> events = journal.events()) {
                return events.filter(which).count();
            }
        }

        @Override
        public void close() {
            fleet.close();
            threads.close();
        }
    }
}
