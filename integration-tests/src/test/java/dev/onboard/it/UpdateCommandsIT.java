package dev.onboard.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.onboard.journal.Stage;
import java.io.BufferedReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code onboard update} as its users run it; a campaign goes on after kills of the testbed and of the devices at random moments:
 * of both once, and twenty times of either or both with {@code -Pheavy}.
 */
class UpdateCommandsIT {
    private static final boolean HEAVY = Boolean.getBoolean("onboard.heavy");
    private static final int DEVICES = HEAVY ? 20 : 3;
    private static final int KILLS = HEAVY ? 20 : 1;
    private static final int OCTETS = HEAVY ? 8_000_000 : 3_000_000;

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

    /** Starting a process may take its time; it is looked at now and then, which leaves it the processor. */
    private static void awaitRegistered(Cli.Up up, Process fleet) throws InterruptedException {
        long deadline = System.nanoTime() + Duration.ofMinutes(3).toNanos();
        while (up.events().stream()
                        .filter(event -> event.stage() == Stage.REGISTERED)
                        .map(event -> event.endpoint().orElse(""))
                        .distinct()
                        .count()
                < DEVICES) {
            assertThat(System.nanoTime()).as(() -> up.events().toString()).isLessThan(deadline);
            assertThat(fleet.waitFor(200, TimeUnit.MILLISECONDS))
                    .as("the devices ended by themselves")
                    .isFalse();
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
        awaitRegistered(up, fleet);
        Path image = folder.resolve("app.bin");
        Files.write(image, UpdateBench.image(OCTETS));
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
        Cli.Up last = killed(up, fleet, work);
        Cli.Result watched = cli.run("update", "campaign", "status", id, "--watch");
        assertThat(watched.exitCode()).as(watched.err()).isZero();
        JsonNode status = cli.run("update", "campaign", "status", id, "--json").json();
        int updated = 0;
        for (int i = 1; i <= DEVICES; i++) {
            String runs = cli.run("device", "read", "d" + i, "/3/0/3").out().strip();
            assertThat(runs).isIn("1.0.0", "1.1.0");
            updated += runs.equals("1.1.0") ? 1 : 0;
        }
        assertThat(status.path("metrics").path("success_count").asInt()).isEqualTo(updated);
        assertThat(status.path("metrics").path("total_count").asInt()).isEqualTo(DEVICES);
        assertThat(status.path("metrics").path("pending_count").asInt()).isZero();
        if (!HEAVY) {
            assertThat(watched.out()).contains("3 of 3 devices run the firmware, 0 do not");
            assertThat(status.path("campaign").path("state").asText()).isEqualTo("deployed");
        }
        Cli.Result nothing = cli.run("update", "campaign", "create", "c", "--manifest", "app.siut", "--image", image);
        assertThat(nothing.exitCode()).isEqualTo(2);
        assertThat(nothing.err()).contains("--manifest 'app.siut' is neither a file");
        aCampaignForTheSameDevicesAgainSkipsThem(manifest);
        aCampaignIsFollowedUntilItIsStopped(manifest);
        System.out.println(updated + " of " + DEVICES + " devices run the firmware after " + KILLS + " kills");
        last.stop();
    }

    private void aCampaignForTheSameDevicesAgainSkipsThem(Path manifest) throws Exception {
        String id = cli.good("update", "campaign", "create", "again", "--manifest", manifest, "--start", "--json")
                .json()
                .path("id")
                .asText();
        Cli.Result watched = cli.good("update", "campaign", "status", id, "--watch");
        if (!HEAVY) {
            assertThat(watched.out())
                    .contains("is stopped, autostopped: there was nothing to do: 3 devices were skipped")
                    .contains("0 of 0 devices run the firmware, 0 do not; 3 were skipped")
                    .contains("d1: the device ran 1.1.0 before; nothing was sent");
        }
        JsonNode metrics =
                cli.good("update", "campaign", "status", id, "--json").json().path("metrics");
        assertThat(metrics.path("total_count").asInt()).isEqualTo(DEVICES);
    }

    private void aCampaignIsFollowedUntilItIsStopped(Path manifest) throws Exception {
        String id = cli.good(
                        "update",
                        "campaign",
                        "create",
                        "later",
                        "--manifest",
                        manifest,
                        "--when",
                        "2999-01-01T00:00:00Z",
                        "--start",
                        "--json")
                .json()
                .path("id")
                .asText();
        Process watch = cli.start("update", "campaign", "status", id, "--watch");
        BufferedReader notes = watch.errorReader();
        assertThat(notes.readLine()).isEqualTo("timed: 0 of 0 devices run the firmware, 0 do not, 0 are under way");
        assertThat(cli.good("update", "campaign", "stop", id).out()).contains(id + " is stopped");
        assertThat(notes.lines().toList()).last().isEqualTo("the campaign has stopped");
        assertThat(watch.inputReader().readLine()).isEqualTo("later (" + id + ") is stopped, userstopped");
        assertThat(watch.waitFor()).isZero();
        assertThat(cli.good("update", "campaign", "status", id, "--watch").out())
                .contains("is stopped, userstopped");
    }

    /** Kills testbed, devices or both, each time at another moment, and starts them again; gives the testbed that runs then. */
    private Cli.Up killed(Cli.Up first, Process devicesThen, Path work) throws Exception {
        long seed = System.nanoTime();
        System.out.println("moments of the kills: seed " + seed);
        Random random = new Random(seed);
        Cli.Up up = first;
        Process devicesNow = devicesThen;
        for (int i = 0; i < KILLS; i++) {
            int victim = KILLS == 1 ? 2 : random.nextInt(3);
            boolean ended = devicesNow.waitFor(KILLS == 1 ? 1 : random.nextInt(2000), TimeUnit.MILLISECONDS);
            assertThat(ended).as("the devices ended by themselves").isFalse();
            if (victim != 1) {
                up.kill();
            }
            if (victim != 0) {
                devicesNow.destroyForcibly().waitFor();
            }
            if (victim != 1) {
                up = cli.up(work, up.port("bootstrap_uri"), up.port("lwm2m_uri"));
            }
            if (victim != 0) {
                devicesNow = fleet();
            }
        }
        if (KILLS > 1) {
            // a device learns that its server was killed when a message of its own is not answered, which may
            // be hours later; one that starts registers anew
            devicesNow.destroyForcibly().waitFor();
            fleet();
        }
        return up;
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
        wrong = cli.run("update", "sign", "--image", image, "--version", "1.0.1", "--signer", next, "--out", folder);
        assertThat(wrong.exitCode()).isEqualTo(2);
        assertThat(wrong.err()).contains("--out: " + folder + " cannot be written: it is a directory");
        wrong = cli.run("update", "sign", "--image", folder, "--version", "1.0.1", "--signer", next, "--out", out);
        assertThat(wrong.exitCode()).isEqualTo(2);
        assertThat(wrong.err()).contains("--image: " + folder + " is a directory; a file is expected");
        assertThat(cli.run("update", "sign", "--image", image, "--version", "1.0.1", "--signer", next, "--out", out)
                        .exitCode())
                .isZero();
        assertThat(out).isNotEmptyFile();
    }
}
