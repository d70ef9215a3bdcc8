package dev.onboard.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.onboard.account.NewTrustedCertificate;
import dev.onboard.account.Service;
import dev.onboard.bootstrap.DeliveredChain;
import dev.onboard.bootstrap.KeySource;
import dev.onboard.device.Backoff;
import dev.onboard.device.DeviceOptions;
import dev.onboard.device.DeviceState;
import dev.onboard.device.Fleet;
import dev.onboard.device.SimulatedDevice;
import dev.onboard.dtls.DtlsThreads;
import dev.onboard.factory.BundleFiles;
import dev.onboard.factory.DeviceBundle;
import dev.onboard.factory.Disk;
import dev.onboard.factory.EndpointName;
import dev.onboard.factory.Factory;
import dev.onboard.factory.FactoryOrder;
import dev.onboard.journal.Event;
import dev.onboard.journal.Journal;
import dev.onboard.journal.Outcome;
import dev.onboard.journal.Party;
import dev.onboard.journal.Stage;
import dev.onboard.pki.CertificateUsage;
import dev.onboard.pki.CredentialFiles;
import dev.onboard.pki.Fingerprint;
import dev.onboard.pki.MatchingType;
import dev.onboard.testbed.DeliveryOptions;
import dev.onboard.testbed.Testbed;
import dev.onboard.testbed.TestbedOptions;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Rotations on a testbed with devices: nobody is cut off by their beginning, stragglers are by their end. */
class RotateTest {
    private static final InstantSource CLOCK = InstantSource.system();
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final Duration SOON = Duration.ofSeconds(30);

    @TempDir
    Path folder;

    private final Factory factory = Factory.found("Factory", CLOCK, RANDOM);
    private Testbed testbed;
    private DtlsThreads threads;
    private Journal journal;
    private Fleet fleet;
    private String factoryCa;
    private DeliveryOptions delivery = DeliveryOptions.USUAL;

    @BeforeEach
    void start() throws Exception {
        testbed = up(0, 0);
        factoryCa = testbed.account()
                .trustedCertificates()
                .add(NewTrustedCertificate.of("factory", Service.BOOTSTRAP, factory.chain(1)))
                .id();
        threads = DtlsThreads.start("devices");
        journal = Journal.open(folder.resolve("devices.jsonl"), CLOCK);
        fleet = Fleet.with(
                        threads,
                        journal,
                        DeviceOptions.standard(CLOCK)
                                .withDisk(Disk.swift())
                                .withBackoff(Backoff.PLATFORM.scaled(0.005)),
                        RANDOM)
                .build();
        add("meter-1");
        add("meter-2");
        fleet.powerOn();
        awaitRegistered();
    }

    private Testbed up(int bootstrapPort, int lwm2mPort) {
        return Testbed.start(
                TestbedOptions.in(folder.resolve("work"))
                        .withPorts(bootstrapPort, lwm2mPort, 0)
                        .withDelivery(delivery),
                CLOCK,
                RANDOM);
    }

    /** Another process of the same testbed; devices are off meanwhile. */
    private void restart() {
        int bootstrapPort = testbed.running().bootstrapUri().getPort();
        int lwm2mPort = testbed.running().lwm2mUri().getPort();
        testbed.close();
        testbed = up(bootstrapPort, lwm2mPort);
    }

    @AfterEach
    void stop() {
        fleet.close();
        journal.close();
        threads.close();
        testbed.close();
    }

    private SimulatedDevice add(String endpoint) throws Exception {
        DeviceBundle bundle = factory.make(FactoryOrder.of(
                EndpointName.of(endpoint), testbed.running().bootstrapUri(), testbed.bootstrapServerCa()));
        return fleet.add(bundle, BundleFiles.write(folder.resolve("devices"), bundle));
    }

    private SimulatedDevice device(String endpoint) {
        return fleet.device(endpoint).orElseThrow();
    }

    private void awaitRegistered() throws Exception {
        assertThat(fleet.await(Set.of(DeviceState.REGISTERED), SOON))
                .as(this::timeline)
                .isEqualTo(Fleet.Reached.ALL);
        for (SimulatedDevice device : fleet.devices()) {
            awaitState(device.endpoint(), dev.onboard.account.DeviceState.REGISTERED);
        }
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

    private String timeline() {
        try (var servers = testbed.journal().events();
                var devices = journal.events()) {
            return java.util.stream.Stream.concat(servers, devices)
                    .map(Event::toString)
                    .collect(Collectors.joining("\n"));
        }
    }

    private void switchOff(String endpoint) {
        device(endpoint).shutDown();
        awaitState(endpoint, dev.onboard.account.DeviceState.DEREGISTERED);
        assertThat(journal.await(
                        e -> e.stage() == Stage.POWER
                                && e.endpoint().orElse("").equals(endpoint)
                                && "off".equals(e.facts().get("action")),
                        SOON))
                .isPresent();
    }

    private record Said(int code, String out, String err) {
        JsonNode json() {
            try {
                return Console.json().readTree(out);
            } catch (java.io.IOException e) {
                throw new AssertionError("not JSON: " + out + err, e);
            }
        }

        List<String> stragglers() {
            List<String> names = new ArrayList<>();
            json().path("stragglers")
                    .forEach(each -> names.add(each.path("endpoint_name").asText()));
            return names;
        }
    }

    private Said rotate(String... arguments) throws Exception {
        List<String> line = new ArrayList<>(List.of("rotate"));
        line.addAll(List.of(arguments));
        line.addAll(List.of(
                "--api",
                testbed.running().managementUri().toString(),
                "--api-key",
                Files.readString(folder.resolve("work/api-key")).strip()));
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int code = Onboard.run(new PrintWriter(out, true), new PrintWriter(err, true), line.toArray(String[]::new));
        return new Said(code, out.toString(), err.toString());
    }

    private long admissions() {
        try (var events = testbed.journal().events()) {
            return events.filter(e -> e.stage() == Stage.ADMISSION && e.outcome() == Outcome.OK)
                    .count();
        }
    }

    private long refusals() {
        try (var events = testbed.journal().events()) {
            return events.filter(e -> e.outcome() == Outcome.REFUSED).count();
        }
    }

    private long refusals(Stage stage) {
        try (var events = testbed.journal().events()) {
            return events.filter(e -> e.outcome() == Outcome.REFUSED && e.stage() == stage)
                    .count();
        }
    }

    private void reboot(String endpoint) throws Exception {
        // switched on again when this returns; the other one may be off
        device(endpoint).reboot();
        assertThat(fleet.await(Set.of(DeviceState.REGISTERED, DeviceState.OFF), SOON))
                .as(this::timeline)
                .isEqualTo(Fleet.Reached.ALL);
    }

    @Test
    void theDeviceCaIsExchangedAndAStragglerIsListedAndStaysGoodUntilTheEnd() throws Exception {
        switchOff("meter-2");
        Said begun = rotate("device-ca", "--json");
        assertThat(begun.code()).as(begun.err()).isEqualTo(1);
        assertThat(begun.stragglers()).containsExactly("meter-2");
        assertThat(begun.json().path("state").asText()).isEqualTo("overlap");
        assertThat(begun.json().path("stragglers").path(0).path("detail").asText())
                .contains("is deregistered");
        var issued = testbed.account().issuedCertificates().byEndpoint("meter-1");
        assertThat(issued).hasSize(2);
        assertThat(issued.get(1).certificate().getIssuerX500Principal())
                .isNotEqualTo(issued.get(0).certificate().getIssuerX500Principal());
        // the straggler still gets in, without a bootstrap
        device("meter-2").powerOn();
        awaitRegistered();
        assertThat(admissions()).isEqualTo(3);
        switchOff("meter-2");

        Said early = rotate("device-ca", "finish");
        assertThat(early.code()).isEqualTo(2);
        assertThat(early.err())
                .contains("1 devices still depend on the old one")
                .contains("'meter-2'");
        Said forced = rotate("device-ca", "finish", "--force", "--json");
        assertThat(forced.code()).as(forced.err()).isZero();
        assertThat(forced.stragglers()).containsExactly("meter-2");
        reboot("meter-1");
        assertThat(admissions()).as("meter-1 has followed").isEqualTo(3);
        device("meter-2").powerOn();
        assertThat(testbed.journal()
                        .await(
                                e -> e.stage() == Stage.LWM2M_HANDSHAKE
                                        && e.party() == Party.LWM2M_SERVER
                                        && e.reason().orElse("").equals("unknown-ca"),
                                SOON))
                .as(this::timeline)
                .isPresent();
        awaitRegistered();
        assertThat(admissions())
                .as("the straggler came back by its factory certificate")
                .isEqualTo(4);
    }

    @Test
    void anExchangedDeviceCaComesBackAndNobodyIsCutOff() throws Exception {
        switchOff("meter-2");
        String first = fingerprint("device-ca");
        assertThat(rotate("device-ca", "--json").stragglers()).containsExactly("meter-2");
        assertThat(fingerprint("device-ca")).isNotEqualTo(first);

        // meter-1 has a certificate of the new CA, and cannot be reached when it is withdrawn
        switchOff("meter-1");
        device("meter-2").powerOn();
        awaitState("meter-2", dev.onboard.account.DeviceState.REGISTERED);
        Said undone = rotate("device-ca", "undo", "--json");
        assertThat(undone.code()).as(undone.err()).isEqualTo(1);
        assertThat(undone.stragglers()).containsExactly("meter-1");
        assertThat(undone.json().path("certificate_fingerprint").asText()).isEqualTo(first);
        assertThat(rotate("device-ca", "undo").err()).contains("undone already; finish it");
        assertThat(rotate("device-ca", "finish").err())
                .contains("1 devices still depend on the withdrawn one")
                .contains("'meter-1'");
        device("meter-1").powerOn();
        awaitRegistered();
        assertThat(admissions()).as("both got in as they were").isEqualTo(3);

        assertThat(rotate("device-ca").out()).contains("no device depends on the withdrawn one");
        assertThat(rotate("device-ca", "finish").code()).isZero();
        reboot("meter-1");
        reboot("meter-2");
        assertThat(admissions()).isEqualTo(4);
        assertThat(refusals(Stage.LWM2M_HANDSHAKE)).as(this::timeline).isZero();
        assertThat(testbed.account().trustedCertificates().list())
                .extracting(dev.onboard.account.TrustedCertificate::name)
                .as("neither CA is left as an upload")
                .containsExactly("factory");
        assertThat(folder.resolve("work/ca/lwm2m-device-ca-before.key.pem")).doesNotExist();
        assertThat(rotate("device-ca", "undo").err()).contains("no rotation of device-ca is under way");
    }

    @Test
    void anExchangedServerCaComesBackAndDevicesOfEitherAcceptIt() throws Exception {
        switchOff("meter-2");
        String first = fingerprint("lwm2m-server-ca");
        assertThat(rotate("lwm2m-server-ca", "--json").stragglers()).containsExactly("meter-2");
        switchOff("meter-1");
        assertThat(rotate("lwm2m-server-ca", "undo", "--json").stragglers()).containsExactly("meter-1");
        assertThat(fingerprint("lwm2m-server-ca")).isEqualTo(first);
        fleet.powerOn();
        awaitRegistered();
        assertThat(admissions()).as("both accept the server as they are").isEqualTo(3);
        assertThat(rotate("lwm2m-server-ca").code()).isZero();
        assertThat(rotate("lwm2m-server-ca", "finish").code()).isZero();
        reboot("meter-1");
        reboot("meter-2");
        assertThat(admissions()).isEqualTo(4);
        assertThat(refusals()).as(this::timeline).isZero();
    }

    private String fingerprint(String subject) throws Exception {
        return Fingerprint.sha256(CredentialFiles.readCertificates(
                        folder.resolve("work/ca/lwm2m-" + subject.replace("lwm2m-", "") + ".cert.pem"))
                .get(0));
    }

    @Test
    void anExchangedDeviceCaOutlivesARestart() throws Exception {
        assertThat(rotate("device-ca").code()).isZero();
        switchOff("meter-2");
        switchOff("meter-1");
        restart();
        fleet.powerOn();
        awaitRegistered();
        assertThat(refusals()).as(this::timeline).isZero();
        Said report = rotate("device-ca", "--json");
        assertThat(report.code()).isZero();
        assertThat(report.json().path("state").asText()).isEqualTo("overlap");
        assertThat(rotate("device-ca", "finish").out()).contains("device-ca: finished");
        Said again = rotate("device-ca", "finish");
        assertThat(again.err()).contains("no rotation of device-ca is under way");
    }

    /** Begun, stopped and started; turned round, stopped and started; finished. meter-2 is away all the time. */
    @ParameterizedTest
    @ValueSource(strings = {"device-ca", "lwm2m-server-ca"})
    void aRotationAndItsUndoOutliveRestartsAndStragglersStayListed(String subject) throws Exception {
        switchOff("meter-2");
        String first = fingerprint(subject);
        assertThat(rotate(subject, "--json").stragglers()).containsExactly("meter-2");
        String second = fingerprint(subject);
        switchOff("meter-1");
        restart();
        Said begun = rotate(subject, "--json");
        assertThat(begun.code()).as(begun.err()).isEqualTo(1);
        assertThat(begun.stragglers()).containsExactly("meter-2");
        assertThat(begun.json().path("certificate_fingerprint").asText()).isEqualTo(second);
        assertThat(begun.json().path("before_fingerprint").asText()).isEqualTo(first);
        assertThat(rotate(subject, "finish").err()).contains("1 devices still depend on the old one", "'meter-2'");

        // meter-1 has followed, and is the straggler of the way back
        Said undone = rotate(subject, "undo", "--json");
        assertThat(undone.stragglers()).as(undone.err()).containsExactly("meter-1");
        restart();
        Said turned = rotate(subject, "--json");
        assertThat(turned.stragglers()).as(turned.err()).containsExactly("meter-1");
        assertThat(turned.json().hasNonNull("undone_at")).isTrue();
        assertThat(turned.json().path("certificate_fingerprint").asText()).isEqualTo(first);
        assertThat(rotate(subject, "undo").err()).contains("undone already; finish it");

        fleet.powerOn();
        awaitRegistered();
        assertThat(admissions()).as("both got in as they were").isEqualTo(3);
        assertThat(rotate(subject).out()).contains("no device depends on the withdrawn one");
        assertThat(rotate(subject, "finish").code()).isZero();
        switchOff("meter-1");
        switchOff("meter-2");
        restart();
        assertThat(rotate(subject, "finish").err()).contains("no rotation of " + subject + " is under way");
        fleet.powerOn();
        awaitRegistered();
        assertThat(admissions()).isEqualTo(4);
        assertThat(refusals(Stage.LWM2M_HANDSHAKE)).as(this::timeline).isZero();
    }

    @Test
    void anExchangedServerLeafComesBackAndNothingIsLeftOfItAfterARestart() throws Exception {
        String first = rotate("server-leaf", "--json")
                .json()
                .path("before_fingerprint")
                .asText();
        Said undone = rotate("server-leaf", "undo", "--json");
        assertThat(undone.code()).as(undone.err()).isZero();
        assertThat(undone.json().path("certificate_fingerprint").asText()).isEqualTo(first);
        reboot("meter-1");
        assertThat(admissions()).isEqualTo(2);
        assertThat(refusals()).as(this::timeline).isZero();
        assertThat(rotate("server-leaf", "undo").err()).contains("undone already; finish it");
        assertThat(rotate("server-leaf", "finish").code()).isZero();
        assertThat(rotate("server-leaf", "undo").err()).contains("no rotation of server-leaf is under way");

        assertThat(rotate("server-leaf").code()).isZero();
        assertThat(rotate("lwm2m-server-ca").code()).isZero();
        assertThat(rotate("server-leaf", "undo").err())
                .contains("the key of the server-leaf before is no longer there; finish the rotation");
        switchOff("meter-1");
        switchOff("meter-2");
        restart();
        assertThat(rotate("server-leaf", "undo").err()).contains("no rotation of server-leaf is under way");
    }

    @Test
    void devicesThatPinnedTheServersCertificateAreListedBothWaysAndAfterARestartTheyBootstrap() throws Exception {
        switchOff("meter-1");
        switchOff("meter-2");
        delivery = new DeliveryOptions(
                CertificateUsage.DOMAIN_ISSUED_CERTIFICATE,
                MatchingType.SHA256,
                Optional.empty(),
                DeliveredChain.LEAF,
                List.of(),
                Optional.empty(),
                KeySource.BOOTSTRAP_SERVER);
        restart();
        fleet.devices().forEach(SimulatedDevice::factoryReset);
        awaitRegistered();
        switchOff("meter-2");
        assertThat(rotate("server-leaf", "--json").stragglers()).containsExactly("meter-2");
        switchOff("meter-1");
        assertThat(rotate("server-leaf", "undo", "--json").stragglers()).containsExactly("meter-1");
        long before = admissions();
        device("meter-2").powerOn();
        awaitState("meter-2", dev.onboard.account.DeviceState.REGISTERED);
        assertThat(admissions()).as("its certificate is in use again").isEqualTo(before);
        device("meter-1").powerOn();
        awaitRegistered();
        assertThat(admissions()).as("it refused the other one, and came back").isEqualTo(before + 1);
        assertThat(rotate("server-leaf", "finish").code()).isZero();

        switchOff("meter-2");
        assertThat(rotate("server-leaf", "--json").stragglers()).containsExactly("meter-2");
        switchOff("meter-1");
        restart();
        assertThat(rotate("server-leaf", "finish").err()).contains("no rotation of server-leaf is under way");
        fleet.powerOn();
        awaitRegistered();
        assertThat(journalOf("pin-mismatch"))
                .as("each refused the certificate of the new start")
                .isEqualTo(3);
    }

    private long journalOf(String reason) {
        try (var events = journal.events()) {
            return events.filter(e -> e.reason().orElse("").equals(reason)
                            && e.outcome() == Outcome.REFUSED
                            && e.stage() == Stage.LWM2M_HANDSHAKE)
                    .count();
        }
    }

    @Test
    void stragglersOfAFactoryCaStayListedAfterARestart() throws Exception {
        Path next = folder.resolve("next.pem");
        CredentialFiles.writeCertificates(
                next, Factory.found("Next factory", CLOCK, RANDOM).chain(1));
        rotate("factory-ca", "--old", factoryCa, "--new", next.toString());
        switchOff("meter-1");
        switchOff("meter-2");
        restart();
        Said report = rotate("factory-ca", "--old", factoryCa, "--json");
        assertThat(report.code()).as(report.err()).isEqualTo(1);
        assertThat(report.stragglers()).containsExactlyInAnyOrder("meter-1", "meter-2");
        assertThat(rotate("factory-ca", "finish", "--old", factoryCa).err())
                .contains("2 devices have a factory certificate of the old CA");
    }

    @Test
    void theLwM2mServerCaIsExchangedAndTheOldOneVouchesForTheNewOne() throws Exception {
        switchOff("meter-2");
        Said begun = rotate("lwm2m-server-ca", "--json");
        assertThat(begun.code()).as(begun.err()).isEqualTo(1);
        assertThat(begun.stragglers()).containsExactly("meter-2");
        assertThat(Files.readAllBytes(folder.resolve("devices/meter-1/lwm2m/server-ca.cert.der")))
                .isEqualTo(Files.readAllBytes(folder.resolve("work/ca/lwm2m-server-ca.cert.der")))
                .isNotEqualTo(Files.readAllBytes(folder.resolve("devices/meter-2/lwm2m/server-ca.cert.der")));
        device("meter-2").powerOn();
        awaitRegistered();
        assertThat(admissions()).as("meter-2 knows the old CA alone").isEqualTo(3);
        assertThat(rotate("lwm2m-server-ca").out())
                .contains("1 of 1 devices that were asked have renewed")
                .contains("no device depends on the old one");
        assertThat(rotate("lwm2m-server-ca", "finish").code()).isZero();
        reboot("meter-1");
        reboot("meter-2");
        assertThat(admissions()).isEqualTo(4);
        assertThat(refusals()).as(this::timeline).isZero();
    }

    @Test
    void theServersCertificateIsExchangedUnderTheSameCa() throws Exception {
        Said begun = rotate("server-leaf", "--json");
        assertThat(begun.code()).as(begun.err()).isZero();
        assertThat(begun.json().path("certificate_fingerprint").asText())
                .isNotEqualTo(begun.json().path("before_fingerprint").asText());
        reboot("meter-1");
        assertThat(admissions()).isEqualTo(2);
        assertThat(refusals()).as(this::timeline).isZero();
        assertThat(rotate("server-leaf", "finish").code()).isZero();
    }

    @Test
    void devicesOfAnOldFactoryCaAreListed() throws Exception {
        Path next = folder.resolve("next.pem");
        CredentialFiles.writeCertificates(
                next, Factory.found("Next factory", CLOCK, RANDOM).chain(1));
        Said begun = rotate("factory-ca", "--old", factoryCa, "--new", next.toString(), "--json");
        assertThat(begun.code()).as(begun.err()).isEqualTo(1);
        assertThat(begun.stragglers()).containsExactlyInAnyOrder("meter-1", "meter-2");
        Said early = rotate("factory-ca", "finish", "--old", factoryCa);
        assertThat(early.code()).isEqualTo(2);
        assertThat(early.err()).contains("2 devices have a factory certificate of the old CA");
        assertThat(rotate("factory-ca", "finish", "--old", factoryCa, "--force").code())
                .isZero();
        device("meter-1").factoryReset();
        assertThat(testbed.journal()
                        .await(
                                e -> e.stage() == Stage.BOOTSTRAP_HANDSHAKE
                                        && e.party() == Party.BOOTSTRAP_SERVER
                                        && e.outcome() == Outcome.REFUSED
                                        && e.reason().orElse("").equals("unknown-ca"),
                                SOON))
                .as(this::timeline)
                .isPresent();
    }
}
