package dev.onboard.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.onboard.journal.Event;
import dev.onboard.journal.Journal;
import dev.onboard.journal.Party;
import dev.onboard.journal.Stage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Certificate Usage, matching type, SNI and the device's own trust store, from the command line to the registration. */
class DeliveryIT {
    @TempDir
    Path folder;

    private Cli cli;

    @BeforeEach
    void home() throws Exception {
        cli = new Cli(Cli.folder(folder, "home"));
    }

    @AfterEach
    void stop() throws Exception {
        cli.close();
    }

    @Test
    void usageZeroNeedsATrustStoreAndUsesIt() throws Exception {
        Cli.Up up = cli.up(folder.resolve("work"), 0, 0, "--usage", 0);
        Path work = up.workDirectory();
        Cli.Result without = device(up, "without");
        assertThat(without.exitCode()).isEqualTo(1);
        JsonNode failure = without.json().path("devices").path(0);
        assertThat(failure.path("stage").asText()).isEqualTo("finished");
        assertThat(failure.path("reason").asText()).isEqualTo("trust-not-configured");
        assertThat(failure.path("refused_by").asText()).isEqualTo("device");
        Cli.Result with = device(up, "with", "--device-trust", work.resolve("ca/lwm2m-server-ca.cert.pem"));
        assertThat(with.exitCode()).as(with.err()).isZero();
        Cli.Result other = device(up, "other", "--device-trust", work.resolve("ca/bootstrap-server-ca.cert.pem"));
        assertThat(other.exitCode()).isEqualTo(1);
        assertThat(other.json().path("devices").path(0).path("reason").asText()).isEqualTo("unknown-ca");
    }

    @Test
    void aDigestOfTheServersOwnCertificateAndANameForSni() throws Exception {
        Cli.Up up = cli.up(
                folder.resolve("work"),
                0,
                0,
                "--usage",
                1,
                "--matching",
                3,
                "--sni",
                "localhost",
                "--device-chain",
                "pem");
        Path trust = up.workDirectory().resolve("ca/lwm2m-server-ca.cert.pem");
        Cli.Result registered = device(up, "meter-7", "--device-trust", trust);
        assertThat(registered.exitCode()).as(registered.err()).isZero();
        JsonNode account = Cli.JSON.readTree(Files.readString(folder.resolve("devices/meter-7/lwm2m/account.json")));
        assertThat(account.path("certificate_usage").asInt()).isEqualTo(1);
        assertThat(account.path("matching_type").asInt()).isEqualTo(3);
        assertThat(account.path("server_name").asText()).isEqualTo("localhost");
        assertThat(account.path("server_public_key_digest").asText()).hasSize(128);
        Cli.Result wrong = cli.run("up", "--usage", 4);
        assertThat(wrong.exitCode()).isEqualTo(2);
        assertThat(wrong.err()).contains("--usage 4 does not exist; give 0, 1, 2 or 3");
        Cli.Result together = cli.run("up", "--usage", 2, "--matching", 1);
        assertThat(together.exitCode()).isEqualTo(2);
        assertThat(together.err()).contains("--usage 2 and --matching 1 do not go together");
    }

    /** A device offers the suites that it was told of, and a connection id when it is asked to (RFC 9146). */
    @Test
    void aDeviceOffersTheSuitesThatItWasToldOfAndAConnectionIdOnRequest() throws Exception {
        Cli.Up up = cli.up(folder.resolve("work"), 0, 0, "--suites", "ccm8");
        assertThat(device(up, "meter-7").exitCode()).isZero();
        assertThat(registration(up, "meter-7"))
                .containsEntry("cipher_suite", "TLS_ECDHE_ECDSA_WITH_AES_128_CCM_8")
                .doesNotContainKey("connection_id");
        assertThat(device(up, "meter-8").exitCode()).isZero();
        Cli.Result again = cli.run(
                "device",
                "run",
                "--bundle",
                folder.resolve("devices/meter-8"),
                "--connection-ids",
                "--exit-when",
                "registered");
        assertThat(again.exitCode()).as(again.err()).isZero();
        assertThat(registration(up, "meter-8")).containsEntry("connection_id", "yes");
        Cli.Result wrong = cli.run("up", "--suites", "gcm,cbc");
        assertThat(wrong.exitCode()).isEqualTo(2);
        assertThat(wrong.err()).contains("--suites 'cbc' is not gcm or ccm8");
    }

    /** What the LwM2M server noted of the last handshake with this device. */
    private static Map<String, String> registration(Cli.Up up, String name) throws Exception {
        try (Stream<Event> events = Journal.read(up.workDirectory().resolve("events.jsonl"))) {
            return events.filter(event -> event.stage() == Stage.LWM2M_HANDSHAKE
                            && event.party() == Party.LWM2M_SERVER
                            && event.endpoint().equals(Optional.of(name)))
                    .reduce((first, second) -> second)
                    .orElseThrow()
                    .facts();
        }
    }

    private Cli.Result device(Cli.Up up, String name, Object... more) throws Exception {
        Object[] arguments = new Object[8 + more.length];
        Object[] first = {
            "factory", "make", "--endpoint", name, "--out", folder.resolve("devices"), "--work-dir", up.workDirectory()
        };
        System.arraycopy(first, 0, arguments, 0, first.length);
        System.arraycopy(more, 0, arguments, first.length, more.length);
        assertThat(cli.run(arguments).exitCode()).isZero();
        cli.run(
                "trust",
                "add",
                up.workDirectory().resolve("ca/factory-root.cert.pem"),
                "--service",
                "bootstrap",
                "--work-dir",
                up.workDirectory());
        return cli.run(
                "device",
                "run",
                "--bundle",
                folder.resolve("devices").resolve(name),
                "--exit-when",
                "registered",
                "--timeout",
                "8s",
                "--json");
    }
}
