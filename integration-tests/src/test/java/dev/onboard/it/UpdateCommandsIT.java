package dev.onboard.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.onboard.journal.Stage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code onboard update} as its users run it; a campaign goes on after a kill of the testbed and of the devices. */
class UpdateCommandsIT {
    private static final int DEVICES = 3;

    @TempDir
    private Path folder;

    private Cli cli;
    private Path devices;

    @BeforeEach
    void start() throws Exception {
        cli = new Cli(Cli.folder(folder, "home"));
        devices = folder.resolve("devices");
    }

    @AfterEach
    void stop() throws Exception {
        cli.close();
    }

    private Process fleet() throws Exception {
        List<Object> run = new ArrayList<>(List.of("device", "run", "--bundle"));
        for (int i = 1; i <= DEVICES; i++) {
            run.add(devices.resolve("d" + i));
        }
        return cli.start(run.toArray());
    }

    private static void awaitRegistered(Cli.Up up) {
        for (int i = 1; i <= DEVICES; i++) {
            String endpoint = "d" + i;
            up.first(
                    endpoint + " registered",
                    event -> event.stage() == Stage.REGISTERED
                            && event.endpoint().orElse("").equals(endpoint));
        }
    }

    private static boolean is(dev.onboard.journal.Event event, String action) {
        return event.stage() == Stage.FIRMWARE && action.equals(event.facts().get("action"));
    }

    @Test
    void aCampaignOutlivesAKillOfTheTestbedAndOfTheDevices() throws Exception {
        Path work = folder.resolve("work");
        Cli.Up up = cli.up(work);
        assertThat(cli.run("factory", "make", "--count", DEVICES, "--prefix", "d", "--out", devices)
                        .exitCode())
                .isZero();
        assertThat(cli.run("trust", "add", work.resolve("ca/factory-root.cert.pem"), "--service", "bootstrap")
                        .exitCode())
                .isZero();
        Process fleet = fleet();
        awaitRegistered(up);
        Path image = folder.resolve("app.bin");
        Files.write(image, UpdateBench.image(3_000_000));
        Path manifest = folder.resolve("app.suit");
        JsonNode signed = cli.run("update", "sign", "--image", image, "--version", "1.1.0", "--out", manifest, "--json")
                .json();
        assertThat(signed.path("sequence_number").asLong()).isEqualTo(1_001_000);
        JsonNode made = cli.run(
                        "update",
                        "campaign",
                        "create",
                        "c",
                        "--manifest",
                        manifest,
                        "--image",
                        image,
                        "--start",
                        "--json")
                .json();
        String id = made.path("id").asText();
        up.first("sent", event -> is(event, "sent"));
        up.kill();
        fleet.destroyForcibly().waitFor();

        Cli.Up again = cli.up(work, up.port("bootstrap_uri"), up.port("lwm2m_uri"));
        fleet();
        Cli.Result watched = cli.run("update", "campaign", "status", id, "--watch");
        assertThat(watched.exitCode()).as(watched.err()).isZero();
        assertThat(watched.out()).contains("3 of 3 devices run the firmware, 0 do not, 0 are under way");
        JsonNode status = cli.run("update", "campaign", "status", id, "--json").json();
        assertThat(status.path("campaign").path("state").asText()).isEqualTo("deployed");
        assertThat(status.path("metrics").path("success_count").asInt()).isEqualTo(DEVICES);
        assertThat(cli.run("device", "read", "d1", "/3/0/3").out()).contains("1.1.0");
        again.stop();
    }

    @Test
    void aCertificateIsMadeOnceAndItsKeyIsItsOwners() throws Exception {
        Path next = folder.resolve("next");
        JsonNode made =
                cli.run("update", "cert", "create", "--out", next, "--json").json();
        Path key = Path.of(made.path("key").asText());
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(key)))
                .isEqualTo("rw-------");
        Cli.Result again = cli.run("update", "cert", "create", "--out", next);
        assertThat(again.exitCode()).isEqualTo(2);
        assertThat(again.err()).contains("has an update authenticity certificate already");

        Path image = folder.resolve("app.bin");
        Files.write(image, UpdateBench.image(100));
        Path out = folder.resolve("m.suit");
        Cli.Result wrong =
                cli.run("update", "sign", "--image", image, "--version", "one", "--signer", next, "--out", out);
        assertThat(wrong.exitCode()).isEqualTo(2);
        assertThat(wrong.err()).contains("'one' is not a version of three numbers");
        assertThat(cli.run("update", "sign", "--image", image, "--version", "1.0.1", "--signer", next, "--out", out)
                        .exitCode())
                .isZero();
        assertThat(out).isNotEmptyFile();
    }
}
