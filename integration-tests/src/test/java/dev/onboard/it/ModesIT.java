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
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Every mode of a device, from the command line to its registration. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ModesIT {
    @TempDir
    static Path folder;

    private Cli cli;
    private Cli.Up up;

    @BeforeAll
    void start() throws Exception {
        cli = new Cli(Cli.folder(folder, "home"));
        up = cli.up(folder.resolve("work"));
    }

    @AfterAll
    void stop() throws Exception {
        cli.close();
    }

    @Test
    void aDemoOfLwm2mModeBootstrapsNobody() throws Exception {
        Path work = folder.resolve("demo-lwm2m");
        JsonNode json = demo(work, "lwm2m", 3);
        assertThat(json.path("mode").asText()).isEqualTo("lwm2m");
        assertThat(json.path("registered").asInt()).isEqualTo(3);
        assertThat(events(work))
                .noneMatch(event -> event.stage() == Stage.BOOTSTRAP_HANDSHAKE)
                .noneMatch(event -> event.stage() == Stage.ISSUED)
                .anyMatch(event -> event.stage() == Stage.REGISTERED
                        && event.party() == Party.LWM2M_SERVER
                        && event.facts().getOrDefault("issuer", "").contains("Onboard LwM2M factory root CA"));
        assertThat(work.resolve("devices/device-1/lwm2m")).doesNotExist();
        assertThat(work.resolve("ca/factory-root.cert.pem")).doesNotExist();
    }

    @Test
    void theDevicesOfADeveloperDemoShareOneCertificate() throws Exception {
        Path work = folder.resolve("demo-developer");
        JsonNode json = demo(work, "developer", 3);
        assertThat(json.path("registered").asInt()).isEqualTo(3);
        assertThat(Files.readString(work.resolve("devices/device-1/factory/device.cert.pem")))
                .isEqualTo(Files.readString(work.resolve("devices/device-3/factory/device.cert.pem")));
        assertThat(Files.readString(work.resolve("devices/device-1/lwm2m/device.key.pem")))
                .as("the LwM2M key is each device's own")
                .isNotEqualTo(Files.readString(work.resolve("devices/device-3/lwm2m/device.key.pem")));
    }

    @Test
    void aThirdPartysCaSignsWhatTheDevicesOfItsDemoGet() throws Exception {
        Tool.need("openssl", "openssl");
        Path work = folder.resolve("demo-third-party");
        Cli.Result result =
                cli.run("demo", "--third-party-ca", "--devices", 3, "--exit", "--work-dir", work, "--http-port", 0);
        assertThat(result.exitCode()).as(result.err()).isZero();
        assertThat(result.out().lines().filter(line -> line.startsWith("device-")))
                .hasSize(3)
                .allMatch(
                        line -> line.contains(" CN=Third-party CA "),
                        "the issuer of its LwM2M certificate is in the table")
                .allMatch(ModesIT::addsUp, "the steps take no longer than the whole");
        CredentialFiles.readCertificates(work.resolve("devices/device-2/lwm2m/device.cert.pem"))
                .get(0)
                .verify(CredentialFiles.readCertificates(work.resolve("ca/third-party-ca.cert.pem"))
                        .get(0)
                        .getPublicKey());
        assertThat(events(work))
                .filteredOn(event ->
                        event.stage() == Stage.ISSUED && event.endpoint().isPresent())
                .hasSize(3)
                .allMatch(event -> event.facts().getOrDefault("issuer", "").equals("CN=Third-party CA"));
        assertThat(cli.run("demo", "--third-party-ca", "--mode", "lwm2m", "--exit")
                        .err())
                .contains("--third-party-ca is about bootstrap, which --mode lwm2m does without");
    }

    /** The last column against the four before it, as far as they were measured. */
    private static boolean addsUp(String line) {
        List<Double> times = Stream.of(
                        line.substring(line.length() - 55).strip().split("\\s+"))
                .filter(cell -> !cell.equals("-"))
                .map(Double::valueOf)
                .toList();
        double total = times.get(times.size() - 1);
        return times.stream().mapToDouble(Double::doubleValue).sum() - total <= total + 1;
    }

    @Test
    void aMixedDemoHasACaForEachServiceAndEachOpensOneDoor() throws Exception {
        Path work = folder.resolve("demo-mixed");
        JsonNode json = demo(work, "mixed", 4);
        assertThat(json.path("registered").asInt()).isEqualTo(4);
        assertThat(work.resolve("devices/device-1/lwm2m")).exists();
        assertThat(work.resolve("devices/device-2/lwm2m")).doesNotExist();
        Cli.Up again = cli.up(work);
        try {
            String list = cli.run("trust", "list", "--json", "--work-dir", work).out();
            assertThat(Cli.JSON.readTree(list).path("data").findValuesAsText("service"))
                    .containsExactlyInAnyOrder("bootstrap", "lwm2m");
            String openssl = Tool.need("openssl", "openssl");
            assertThat(knock(openssl, again, "bootstrap_uri", "bootstrap-server-ca", "device-2"))
                    .contains("alert unknown ca");
            assertThat(knock(openssl, again, "lwm2m_uri", "lwm2m-server-ca", "device-1"))
                    .contains("alert unknown ca");
            assertThat(knock(openssl, again, "lwm2m_uri", "lwm2m-server-ca", "device-2"))
                    .doesNotContain("alert unknown ca")
                    .contains("Verify return code: 0");
        } finally {
            again.stop();
        }
    }

    @Test
    void aDeviceInLwm2mModeSaysThatItHasNoFallbackAndRegistersOnceItsCaIsTrusted() throws Exception {
        Path devices = folder.resolve("devices");
        Cli.Result made = cli.run(
                "factory",
                "make",
                "--endpoint",
                "meter-9",
                "--mode",
                "lwm2m",
                "--chain-depth",
                "3",
                "--out",
                devices,
                "--work-dir",
                up.workDirectory());
        assertThat(made.exitCode()).as(made.err()).isZero();
        assertThat(made.out()).contains("factory-lwm2m-root.cert.pem, with --service lwm2m");
        Cli.Result refused =
                cli.run("device", "run", "--bundle", devices.resolve("meter-9"), "--exit-when", "failed", "--json");
        assertThat(refused.exitCode()).as(refused.err()).isZero();
        JsonNode failure = refused.json().path("devices").path(0);
        assertThat(failure.path("stage").asText()).isEqualTo("lwm2m-handshake");
        assertThat(failure.path("refused_by").asText()).isEqualTo("lwm2m-server");
        assertThat(failure.path("reason").asText()).isEqualTo("alert-unknown-ca");
        assertThat(failure.path("detail").asText()).contains("in LwM2M mode there is no bootstrap to fall back to");
        assertThat(refused.err()).doesNotContain("bootstrap-handshake");
        Event why = up.first(
                "refusal", event -> event.stage() == Stage.LWM2M_HANDSHAKE && event.outcome() == Outcome.REFUSED);
        assertThat(why.reason()).contains("unknown-ca");
        Path root = up.workDirectory().resolve("ca/factory-lwm2m-root.cert.pem");
        assertThat(cli.run("trust", "add", root, "--service", "lwm2m", "--work-dir", up.workDirectory())
                        .exitCode())
                .isZero();
        Cli.Result registered =
                cli.run("device", "run", "--bundle", devices.resolve("meter-9"), "--exit-when", "registered");
        assertThat(registered.exitCode()).as(registered.err()).isZero();
        Event event = up.first(
                "registration",
                one -> one.stage() == Stage.REGISTERED
                        && one.party() == Party.LWM2M_SERVER
                        && one.endpoint().equals(Optional.of("meter-9")));
        assertThat(event.facts().get("issuer")).contains("intermediate CA 2");
    }

    @Test
    void aModeThatDoesNotExistIsRefusedInOneSentence() throws Exception {
        Cli.Result result = cli.run("demo", "--mode", "magic", "--exit");
        assertThat(result.exitCode()).isEqualTo(2);
        assertThat(result.err())
                .contains("--mode 'magic' is not a mode; a demo knows 'bootstrap', 'lwm2m', 'mixed', 'developer'");
    }

    private static List<Event> events(Path work) {
        try (Stream<Event> events = Journal.read(work.resolve("events.jsonl"))) {
            return events.toList();
        }
    }

    private JsonNode demo(Path work, String mode, int devices) throws Exception {
        Cli.Result result = cli.run(
                "demo", "--mode", mode, "--devices", devices, "--json", "--exit", "--work-dir", work, "--http-port", 0);
        assertThat(result.exitCode()).as(result.err()).isZero();
        return result.json();
    }

    private static String knock(String openssl, Cli.Up up, String uri, String ca, String device) throws Exception {
        Path bundle = up.workDirectory().resolve("devices").resolve(device).resolve("factory");
        return Tool.run(
                        "",
                        openssl,
                        "s_client",
                        "-dtls1_2",
                        "-connect",
                        "127.0.0.1:" + up.port(uri),
                        "-CAfile",
                        up.workDirectory().resolve("ca/" + ca + ".cert.pem"),
                        "-cert",
                        bundle.resolve("device.cert.pem"),
                        "-key",
                        bundle.resolve("device.key.pem"))
                .output();
    }
}
