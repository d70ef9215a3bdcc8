package dev.onboard.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.onboard.journal.Event;
import dev.onboard.journal.Journal;
import dev.onboard.journal.Outcome;
import dev.onboard.journal.Party;
import dev.onboard.journal.Stage;
import dev.onboard.pki.CredentialFiles;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.cert.X509Certificate;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** {@code onboard demo} as a new user runs it, and what it leaves in the work directory. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DemoIT {
    private static final int DEVICES = 6;

    @TempDir
    static Path folder;

    private Cli cli;
    private Path work;
    private Cli.Result result;

    @BeforeAll
    void run() throws Exception {
        cli = new Cli(Cli.folder(folder, "home"));
        work = folder.resolve("work");
        result = cli.run(
                "demo",
                "--devices",
                DEVICES,
                "--chain-depth",
                3,
                "--json",
                "--exit",
                "--work-dir",
                work,
                "--http-port",
                0);
    }

    @AfterAll
    void stop() throws Exception {
        cli.close();
    }

    @Test
    void itRegistersEveryDeviceAndSaysSoInOneDocument() {
        assertThat(result.exitCode()).as(result.err()).isZero();
        JsonNode json = result.json();
        assertThat(json.path("devices").asInt()).isEqualTo(DEVICES);
        assertThat(json.path("registered").asInt()).isEqualTo(DEVICES);
        assertThat(json.path("failed").asInt()).isZero();
        assertThat(json.path("failures")).isEmpty();
        assertThat(json.path("latency_ms").path("p50").asDouble()).isPositive();
        assertThat(json.path("latency_ms").path("p99").asDouble())
                .isLessThanOrEqualTo(json.path("latency_ms").path("max").asDouble());
        assertThat(json.path("onboardings_per_s").asDouble()).isPositive();
        assertThat(json.path("work_dir").asText()).isEqualTo(work.toString());
    }

    @Test
    void everyDeviceHasANewKeyOfItsOwnAndACertificateOfTheLwm2mDeviceCa() throws Exception {
        X509Certificate ca = CredentialFiles.readCertificates(work.resolve("ca/lwm2m-device-ca.cert.pem"))
                .get(0);
        Set<String> keys = new HashSet<>();
        for (int i = 1; i <= DEVICES; i++) {
            Path device = work.resolve("devices/device-" + i);
            for (String set : List.of("factory", "lwm2m")) {
                keys.add(CredentialFiles.readCredential(
                                device.resolve(set + "/device.cert.pem"), device.resolve(set + "/device.key.pem"))
                        .certificate()
                        .getPublicKey()
                        .toString());
            }
            X509Certificate lwm2m = CredentialFiles.readCertificates(device.resolve("lwm2m/device.cert.pem"))
                    .get(0);
            lwm2m.verify(ca.getPublicKey());
            assertThat(lwm2m.getSubjectX500Principal().getName()).contains("CN=device-" + i, "OU=", "L=");
            assertThat(lwm2m.getExtendedKeyUsage()).containsExactly("1.3.6.1.5.5.7.3.2");
            assertThat(lwm2m.getSerialNumber().signum()).isPositive();
            assertThat(lwm2m.getSerialNumber().toByteArray()).hasSizeLessThanOrEqualTo(20);
        }
        assertThat(keys).hasSize(2 * DEVICES);
    }

    @Test
    void opensslVerifiesWhatWasIssued() throws Exception {
        String openssl = Tool.need("openssl", "openssl");
        for (int i = 1; i <= DEVICES; i++) {
            Path device = work.resolve("devices/device-" + i);
            assertThat(Tool.run(
                                    "",
                                    openssl,
                                    "verify",
                                    "-x509_strict",
                                    "-purpose",
                                    "sslclient",
                                    "-CAfile",
                                    work.resolve("ca/lwm2m-device-ca.cert.pem"),
                                    device.resolve("lwm2m/device.cert.pem"))
                            .output())
                    .contains(": OK");
            assertThat(Tool.run(
                                    "",
                                    openssl,
                                    "verify",
                                    "-x509_strict",
                                    "-purpose",
                                    "sslclient",
                                    "-CAfile",
                                    work.resolve("ca/factory-root.cert.pem"),
                                    "-untrusted",
                                    device.resolve("factory/device.cert.pem"),
                                    device.resolve("factory/device.cert.pem"))
                            .output())
                    .contains(": OK");
        }
    }

    @Test
    void theWorkDirectoryHoldsWhatTheContractNames() {
        for (String name : List.of(
                "ca/factory-root.cert.pem",
                "ca/factory-root.cert.der",
                "ca/factory-chain.pem",
                "ca/bootstrap-server-ca.cert.pem",
                "ca/bootstrap-server-ca.cert.der",
                "ca/lwm2m-server-ca.cert.pem",
                "ca/lwm2m-device-ca.cert.pem",
                "devices/device-1/factory/device.cert.pem",
                "devices/device-1/factory/device.cert.der",
                "devices/device-1/factory/device.key.pem",
                "devices/device-1/factory/server-ca.cert.pem",
                "devices/device-1/factory/update-auth.cert.pem",
                "devices/device-1/factory/bundle.json",
                "devices/device-1/lwm2m/device.cert.pem",
                "devices/device-1/lwm2m/device.key.pem",
                "devices/device-1/lwm2m/server-ca.cert.pem",
                "devices/device-1/lwm2m/account.json",
                "account",
                "api-key",
                "events.jsonl")) {
            assertThat(work.resolve(name)).exists();
        }
    }

    @Test
    void keysTheDatabaseAndTheApiKeyAreForTheirOwnerAlone() throws Exception {
        try (Stream<Path> files = Files.walk(work)) {
            for (Path file : files.toList()) {
                String name = file.getFileName().toString();
                String mode = PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
                if (name.contains(".key.")
                        || name.equals("api-key")
                        || file.startsWith(work.resolve("account")) && Files.isRegularFile(file)) {
                    assertThat(mode).as(file.toString()).isEqualTo("rw-------");
                } else if (Files.isDirectory(file)) {
                    assertThat(mode).as(file.toString()).isEqualTo("rwx------");
                }
            }
        }
    }

    @Test
    void everyStepIsInTheJournalOnBothSides() {
        try (Stream<Event> events = Journal.read(work.resolve("events.jsonl"))) {
            List<Event> mine = events.filter(event -> event.endpoint().equals(java.util.Optional.of("device-1")))
                    .toList();
            assertThat(mine).allMatch(event -> event.outcome() == Outcome.OK);
            assertThat(mine.stream()
                            .map(event -> event.stage() + " " + event.party())
                            .toList())
                    .contains(
                            Stage.MADE + " " + Party.FACTORY,
                            Stage.POWER + " " + Party.DEVICE,
                            Stage.BOOTSTRAP_HANDSHAKE + " " + Party.DEVICE,
                            Stage.BOOTSTRAP_HANDSHAKE + " " + Party.BOOTSTRAP_SERVER,
                            Stage.ADMISSION + " " + Party.BOOTSTRAP_SERVER,
                            Stage.ISSUED + " " + Party.CERTIFICATE_ISSUER,
                            Stage.WRITTEN + " " + Party.BOOTSTRAP_SERVER,
                            Stage.WRITTEN + " " + Party.DEVICE,
                            Stage.FINISHED + " " + Party.BOOTSTRAP_SERVER,
                            Stage.FINISHED + " " + Party.DEVICE,
                            Stage.LWM2M_HANDSHAKE + " " + Party.DEVICE,
                            Stage.LWM2M_HANDSHAKE + " " + Party.LWM2M_SERVER,
                            Stage.REGISTERED + " " + Party.LWM2M_SERVER,
                            Stage.REGISTERED + " " + Party.DEVICE,
                            Stage.DEREGISTERED + " " + Party.LWM2M_SERVER);
        }
    }

    @Test
    void noSecretIsInTheJournalOrOnTheConsole() throws Exception {
        String told = Files.readString(work.resolve("events.jsonl")) + result.out() + result.err();
        assertThat(told).doesNotContain("PRIVATE KEY");
        assertThat(told)
                .doesNotContain(Files.readString(work.resolve("api-key")).strip());
        byte[] key = Files.readAllBytes(work.resolve("devices/device-1/lwm2m/device.key.der"));
        String base64 = java.util.Base64.getEncoder().encodeToString(key);
        assertThat(told).doesNotContain(base64.substring(60));
    }

    @Test
    void itUpdatesItsDevicesAndSaysWhatTheyRefuse() throws Exception {
        Cli.Result updated = cli.run(
                "demo",
                "--update",
                "--devices",
                3,
                "--exit",
                "--work-dir",
                folder.resolve("updated"),
                "--http-port",
                0);
        assertThat(updated.exitCode()).as(updated.err()).isZero();
        assertThat(updated.out())
                .contains("update to 1.1.0: 3 of 3 devices run it")
                .contains("update to 1.2.0, an image changed after it was signed: 3 of 3 devices refused it")
                .contains("wrong-digest: the image has another digest than the manifest says; send the image that the"
                        + " manifest was made for");
    }

    /** In the platform's format, with devices that refuse a signer that has ended. */
    @Test
    void itUpdatesItsDevicesByThePlatformsManifests() throws Exception {
        Cli.Result updated = cli.run(
                "demo",
                "--update=platform-v3",
                "--firmware-signer=strict",
                "--devices",
                2,
                "--exit",
                "--json",
                "--work-dir",
                folder.resolve("updated-v3"),
                "--http-port",
                0);
        assertThat(updated.exitCode()).as(updated.err()).isZero();
        JsonNode update = updated.json().path("update");
        assertThat(update.path("good").path("deployed").asInt()).isEqualTo(2);
        assertThat(update.path("tampered").path("refused").asInt()).isEqualTo(2);
        assertThat(update.path("tampered").path("reason").asText()).isEqualTo("bad-manifest-signature");
        assertThat(cli.run("demo", "--update=zip").err()).contains("--update 'zip' is none of suit");
    }
}
