package dev.onboard.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.onboard.account.IssuedCertificate;
import dev.onboard.account.IssuerCredentials;
import dev.onboard.account.IssuerType;
import dev.onboard.account.Issuers;
import dev.onboard.account.Issuers.NewIssuer;
import dev.onboard.account.NewTrustedCertificate;
import dev.onboard.account.Service;
import dev.onboard.bootstrap.KeySource;
import dev.onboard.device.Backoff;
import dev.onboard.device.DeviceOptions;
import dev.onboard.device.DeviceState;
import dev.onboard.device.Fleet;
import dev.onboard.device.SimulatedDevice;
import dev.onboard.dtls.DtlsThreads;
import dev.onboard.factory.BundleFiles;
import dev.onboard.factory.DeviceBundle;
import dev.onboard.factory.DeviceMode;
import dev.onboard.factory.EndpointName;
import dev.onboard.factory.Factory;
import dev.onboard.factory.FactoryOrder;
import dev.onboard.http.ApiKey;
import dev.onboard.http.ManagementClient;
import dev.onboard.http.ManagementException;
import dev.onboard.it.ScriptedIssuer.Reply;
import dev.onboard.journal.Event;
import dev.onboard.journal.Journal;
import dev.onboard.journal.Outcome;
import dev.onboard.journal.Party;
import dev.onboard.journal.Stage;
import dev.onboard.pki.CertificateAuthority;
import dev.onboard.pki.CertificateRecipe;
import dev.onboard.testbed.DeliveryOptions;
import dev.onboard.testbed.Testbed;
import dev.onboard.testbed.TestbedOptions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The account has a device renew its LwM2M certificate, from the interface to the device and back. */
class RenewalIT {
    private static final InstantSource CLOCK = InstantSource.system();
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final Duration SOON = Duration.ofSeconds(30);

    @TempDir
    Path folder;

    private final Factory factory = Factory.found("Factory", CLOCK, RANDOM);
    private Testbed testbed;
    private ManagementClient client;
    private DtlsThreads threads;
    private Journal journal;
    private Fleet fleet;
    private String factoryCa;

    @BeforeEach
    void start() throws Exception {
        testbed = up(0, 0);
        client = client(testbed);
        factoryCa = testbed.account()
                .trustedCertificates()
                .add(NewTrustedCertificate.of("factory", Service.BOOTSTRAP, factory.chain(1)))
                .id();
        threads = DtlsThreads.start("devices");
        journal = Journal.open(folder.resolve("devices.jsonl"), CLOCK);
        fleet = Fleet.with(
                        threads,
                        journal,
                        DeviceOptions.standard(CLOCK).withBackoff(Backoff.PLATFORM.scaled(0.005)),
                        RANDOM)
                .build();
    }

    private Testbed up(int bootstrapPort, int lwm2mPort) throws Exception {
        return Testbed.start(
                TestbedOptions.in(folder.resolve("work")).withPorts(bootstrapPort, lwm2mPort, 0), CLOCK, RANDOM);
    }

    private void restartWithEst(KeySource keys) throws Exception {
        testbed.close();
        testbed = Testbed.start(
                TestbedOptions.in(folder.resolve("work"))
                        .withPorts(0, 0, 0)
                        .withDelivery(DeliveryOptions.USUAL.withKeys(keys)),
                CLOCK,
                RANDOM);
        client = client(testbed);
    }

    private ManagementClient client(Testbed of) throws Exception {
        return ManagementClient.of(
                of.running().managementUri(),
                ApiKey.of(Files.readString(folder.resolve("work").resolve("api-key"))));
    }

    @AfterEach
    void stop() {
        fleet.close();
        journal.close();
        threads.close();
        testbed.close();
    }

    private SimulatedDevice registered(DeviceBundle bundle) throws Exception {
        SimulatedDevice device = fleet.add(bundle, BundleFiles.write(folder.resolve("devices"), bundle));
        device.powerOn();
        assertThat(fleet.await(Set.of(DeviceState.REGISTERED), SOON))
                .as(this::timeline)
                .isEqualTo(Fleet.Reached.ALL);
        awaitState(bundle.endpoint().value(), dev.onboard.account.DeviceState.REGISTERED);
        return device;
    }

    /** The device and the journal know it before the account has written it down. */
    private void awaitState(String endpoint, dev.onboard.account.DeviceState state) {
        long deadline = System.nanoTime() + SOON.toNanos();
        while (testbed.account()
                .devices()
                .byEndpoint(endpoint)
                .filter(known -> known.state() == state)
                .isEmpty()) {
            assertThat(System.nanoTime()).as(this::timeline).isLessThan(deadline);
            Thread.onSpinWait();
        }
    }

    private DeviceBundle bundle(String endpoint) {
        return factory.make(FactoryOrder.of(
                EndpointName.of(endpoint), testbed.running().bootstrapUri(), testbed.bootstrapServerCa()));
    }

    private String timeline() {
        try (var servers = testbed.journal().events();
                var devices = journal.events()) {
            return java.util.stream.Stream.concat(servers, devices)
                    .map(Event::toString)
                    .collect(Collectors.joining("\n"));
        }
    }

    private Event await(Journal where, Predicate<Event> what) {
        return where.await(what, SOON).orElseThrow(() -> new AssertionError("no such event in\n" + timeline()));
    }

    private String path(String endpoint) {
        return "/v3/devices/" + client.device(endpoint).path("id").asText() + "/certificates/";
    }

    /** The enrolment when it has ended. */
    private JsonNode ended(JsonNode begun) {
        String id = begun.path("id").asText();
        assertThat(begun.path("enroll_status").asText()).isEqualTo("new");
        assertThat(begun.path("enroll_result").isNull()).isTrue();
        await(
                testbed.journal(),
                e -> e.stage() == Stage.RENEWED
                        && e.party() == Party.ACCOUNT
                        && id.equals(e.facts().get("enrollment")));
        JsonNode ended = client.call("GET", "/v3/certificate-enrollments/" + id, null);
        assertThat(ended.path("enroll_status").asText()).isEqualTo("completed");
        return ended;
    }

    private List<IssuedCertificate> issued(String endpoint) {
        return testbed.account().issuedCertificates().byEndpoint(endpoint);
    }

    @Test
    void aDeviceIsAskedAndComesBackWithAnotherCertificate() throws Exception {
        registered(bundle("meter-1"));
        JsonNode ended = ended(client.call("POST", path("meter-1") + "LwM2M/renew", null));
        assertThat(issued("meter-1")).hasSize(2);
        String old = issued("meter-1").get(0).serial();
        String renewed = issued("meter-1").get(1).serial();
        assertThat(ended.path("enroll_result").asText()).isEqualTo("success");
        assertThat(ended.path("certificate_name").asText()).isEqualTo("LWM2M");
        assertThat(ended.path("enroll_result_detail").asText()).contains("registered with certificate " + renewed);
        Event onDevice = await(journal, e -> e.stage() == Stage.RENEWED);
        assertThat(onDevice.outcome()).isEqualTo(Outcome.OK);
        assertThat(onDevice.facts()).containsEntry("serial", renewed).containsEntry("replaced", old);
        // again, for nothing goes on any more
        ended(client.call("POST", path("meter-1") + "LWM2M/renew", null));
        assertThat(client.list("/v3/certificate-enrollments", Map.of("enroll_result__eq", "success")))
                .hasSize(2);
    }

    @ParameterizedTest
    @CsvSource({"EST,/.well-known/est/sren", "PLATFORM_EST,/est/sen"})
    void aDeviceThatEnrolledRenewsInItsSessionAndNotByABootstrap(KeySource keys, String path) throws Exception {
        restartWithEst(keys);
        SimulatedDevice device = registered(bundle("meter-1"));
        JsonNode ended = ended(client.call("POST", path("meter-1") + "LwM2M/renew", null));
        assertThat(ended.path("enroll_result").asText()).as(this::timeline).isEqualTo("success");
        List<IssuedCertificate> issued = issued("meter-1");
        assertThat(issued).hasSize(2);
        assertThat(issued.get(1).certificate().getPublicKey())
                .isNotEqualTo(issued.get(0).certificate().getPublicKey());
        await(
                testbed.journal(),
                e -> e.stage() == Stage.ENROLLED
                        && e.party() == Party.LWM2M_SERVER
                        && path.equals(e.facts().get("path"))
                        && issued.get(1).serial().equals(e.facts().get("serial")));
        Event onDevice = await(journal, e -> e.stage() == Stage.RENEWED);
        assertThat(onDevice.facts()).containsEntry("replaced", issued.get(0).serial());
        assertThat(bootstraps()).isOne();
        // what it has now was kept with how it was had
        device.reboot();
        await(
                journal,
                e -> e.stage() == Stage.REGISTERED
                        && e.id() > onDevice.id()
                        && issued.get(1).serial().equals(e.facts().get("serial")));
        assertThat(bootstraps()).isOne();
    }

    @Test
    void anEnrolmentThatFailsLeavesTheDeviceRegisteredWithWhatItHas() throws Exception {
        restartWithEst(KeySource.EST);
        CertificateAuthority thirdParty =
                CertificateAuthority.root(CertificateRecipe.ca("Third-party CA"), CLOCK, RANDOM);
        testbed.account()
                .trustedCertificates()
                .add(NewTrustedCertificate.of("third-party", Service.LWM2M, thirdParty.chain()));
        try (ScriptedIssuer server =
                ScriptedIssuer.http(asked -> new Reply.Certificate(thirdParty.sign(asked.recipe(), asked.key())))) {
            Issuers issuers = testbed.account().issuers();
            String issuer = issuers.add(new NewIssuer(
                            "third-party",
                            "",
                            IssuerType.CFSSL_AUTH,
                            Map.of("host_url", server.url()),
                            IssuerCredentials.of(Map.of("hmac_hex_key", "c0ffee"))))
                    .id();
            issuers.reconfigure(issuers.lwm2m().id(), Optional.of(issuer));
            registered(bundle("meter-1"));
            server.script = asked ->
                    new Reply.Certificate(thirdParty.sign(CertificateRecipe.device("somebody-else"), asked.key()));
            JsonNode ended = ended(client.call("POST", path("meter-1") + "LwM2M/renew", null));
            assertThat(ended.path("enroll_result").asText()).isEqualTo("failure");
            assertThat(ended.path("enroll_result_detail").asText()).contains("ce_status 1287");
            Event onDevice = await(journal, e -> e.stage() == Stage.RENEWED);
            assertThat(onDevice.reason()).contains("response-5.00");
            assertThat(onDevice.detail().orElseThrow())
                    .contains("issuer-answer-other-name", "goes on with the one it had");
            assertThat(issued("meter-1")).hasSize(1);
            assertThat(testbed.lwm2mServer().registration("meter-1")).isPresent();
            try (var events = journal.events()) {
                assertThat(events.filter(e -> e.stage() == Stage.REGISTERED).count())
                        .isOne();
            }
        }
    }

    private long bootstraps() {
        try (var events = journal.events()) {
            return events.filter(e -> e.stage() == Stage.ADMISSION && e.outcome() == Outcome.OK)
                    .count();
        }
    }

    @Test
    void aDeviceThatMayNotBootstrapKeepsItsCertificateAndTheEnrolmentSaysWhy() throws Exception {
        registered(bundle("meter-1"));
        testbed.account().trustedCertificates().remove(factoryCa);
        JsonNode ended = ended(client.call("POST", path("meter-1") + "LWM2M/renew", null));
        assertThat(ended.path("enroll_result").asText()).isEqualTo("failure");
        assertThat(ended.path("enroll_result_detail").asText())
                .contains("certificate " + issued("meter-1").get(0).serial() + ", which it had before");
        Event onDevice = await(journal, e -> e.stage() == Stage.RENEWED);
        assertThat(onDevice.refusedBy()).contains(Party.BOOTSTRAP_SERVER);
        assertThat(onDevice.reason()).contains("alert-unknown-ca");
        assertThat(issued("meter-1")).hasSize(1);
        assertThat(client.device("meter-1").path("state").asText()).isEqualTo("registered");
    }

    @Test
    void aDeviceInLwM2mModeCannotBeRenewedAndTheEnrolmentSaysSo() throws Exception {
        testbed.account().trustedCertificates().add(NewTrustedCertificate.of("lwm2m", Service.LWM2M, factory.chain(1)));
        registered(factory.make(FactoryOrder.of(
                EndpointName.of("meter-2"), DeviceMode.LWM2M, testbed.running().lwm2mUri(), testbed.lwm2mServerCa())));
        JsonNode ended = ended(client.call("POST", path("meter-2") + "LWM2M/renew", null));
        assertThat(ended.path("enroll_result").asText()).isEqualTo("failure");
        assertThat(ended.path("enroll_result_detail").asText()).contains("it was not asked to bootstrap again");
        assertThat(client.device("meter-2").path("state").asText()).isEqualTo("registered");
    }

    @Test
    void whatCannotBeginIsRefused() throws Exception {
        SimulatedDevice device = registered(bundle("meter-1"));
        assertThatThrownBy(() -> client.call("POST", path("meter-1") + "customer.tls/renew", null))
                .isInstanceOfSatisfying(
                        ManagementException.class,
                        refused -> assertThat(refused.status()).isEqualTo(400));
        device.shutDown();
        assertThat(fleet.await(Set.of(DeviceState.OFF), SOON)).isEqualTo(Fleet.Reached.ALL);
        awaitState("meter-1", dev.onboard.account.DeviceState.DEREGISTERED);
        assertThatThrownBy(() -> client.call("POST", path("meter-1") + "LWM2M/renew", null))
                .isInstanceOfSatisfying(ManagementException.class, refused -> {
                    assertThat(refused.status()).isEqualTo(423);
                    assertThat(refused).hasMessageContaining("is deregistered");
                });
    }

    @Test
    void aRenewalOutlivesTheTestbed() throws Exception {
        SimulatedDevice device = registered(bundle("meter-1"));
        String id = client.device("meter-1").path("id").asText();
        String begun =
                testbed.account().certificateEnrollments().begin(id, "LWM2M").id();
        int bootstrapPort = testbed.running().bootstrapUri().getPort();
        int lwm2mPort = testbed.running().lwm2mUri().getPort();
        // what the device would do when asked: bootstrap
        device.cutPower();
        testbed.close();
        testbed = up(bootstrapPort, lwm2mPort);
        client = client(testbed);
        device.factoryReset();
        await(
                testbed.journal(),
                e -> e.stage() == Stage.RENEWED && begun.equals(e.facts().get("enrollment")));
        assertThat(client.call("GET", "/v3/certificate-enrollments/" + begun, null)
                        .path("enroll_result")
                        .asText())
                .isEqualTo("success");
    }
}
