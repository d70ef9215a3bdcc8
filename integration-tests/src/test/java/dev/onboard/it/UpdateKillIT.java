package dev.onboard.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.onboard.device.Backoff;
import dev.onboard.device.DeviceOptions;
import dev.onboard.device.DeviceState;
import dev.onboard.device.Fleet;
import dev.onboard.device.SimulatedDevice;
import dev.onboard.dtls.DtlsThreads;
import dev.onboard.dtls.Transmission;
import dev.onboard.factory.BundleFiles;
import dev.onboard.factory.Disk;
import dev.onboard.http.ApiKey;
import dev.onboard.http.ManagementClient;
import dev.onboard.journal.Event;
import dev.onboard.journal.Journal;
import dev.onboard.journal.Stage;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code kill -9} of the servers alone, and loss of power of devices alone, in the middle of campaigns: the devices find out by
 * themselves, every one of them ends on the new version, and the campaign says so. One kill; forty with {@code -Pheavy}.
 */
class UpdateKillIT {
    private static final boolean HEAVY = Boolean.getBoolean("onboard.heavy");
    private static final int CAMPAIGNS = HEAVY ? 20 : 1;
    private static final int KILLS = HEAVY ? 2 : 1;
    private static final int DEVICES = HEAVY ? 40 : 8;
    private static final int OCTETS = 200_000;
    /** Seconds; a device that has nothing to do with the campaign yet finds out by its next registration update. */
    private static final int LIFETIME = 20;
    /** A device's events of one update, at least: downloaded, updating, installed. */
    private static final int STEPS = 3;

    @TempDir
    private Path folder;

    private Cli cli;
    private Path work;

    @BeforeEach
    void start() throws Exception {
        cli = new Cli(Cli.folder(folder, "home"));
        work = folder.resolve("work");
    }

    @AfterEach
    void stop() throws Exception {
        cli.close();
    }

    private JsonNode done(Object... command) throws Exception {
        return cli.good(command).json();
    }

    @Test
    @Timeout(value = 60, unit = TimeUnit.MINUTES)
    void everyDeviceEndsOnTheNewVersionAndTheFiguresAreTrue() throws Exception {
        long seed = Servers.RANDOM.nextLong();
        System.out.println("seed of the moments to kill at: " + seed);
        Random moments = new Random(seed);
        Cli.Up up = cli.up(work);
        Path homes = folder.resolve("devices");
        done("factory", "make", "--count", DEVICES, "--prefix", "d", "--out", homes, "--json");
        done("trust", "add", work.resolve("ca/factory-root.cert.pem"), "--service", "bootstrap", "--json");
        try (Journal journal = Journal.open(folder.resolve("devices.jsonl"), Servers.CLOCK);
                DtlsThreads threads = DtlsThreads.start("devices");
                Fleet fleet = Fleet.with(
                                threads,
                                journal,
                                DeviceOptions.standard(Servers.CLOCK)
                                        .withDisk(Disk.swift())
                                        .withBackoff(Backoff.PLATFORM.scaled(0.05)),
                                Servers.RANDOM)
                        .transmission(Transmission.persistent())
                        .build()) {
            for (int i = 1; i <= DEVICES; i++) {
                fleet.add(BundleFiles.read(homes.resolve("d" + i)), homes.resolve("d" + i));
            }
            fleet.powerOn();
            assertThat(fleet.await(Set.of(DeviceState.REGISTERED), Duration.ofSeconds(60)))
                    .as(() -> fleet.count().toString())
                    .isEqualTo(Fleet.Reached.ALL);
            ManagementClient client = ManagementClient.of(
                    URI.create(up.endpoints().path("management_uri").asText()),
                    ApiKey.of(Files.readString(work.resolve("api-key")).strip()));
            for (int i = 1; i <= DEVICES; i++) {
                client.write("d" + i, "/1/0/1", TextNode.valueOf(Integer.toString(LIFETIME)));
            }
            long start = System.nanoTime();
            for (int round = 1; round <= CAMPAIGNS; round++) {
                String version = "1." + round + ".0";
                long before = told(journal);
                String id = campaign(version, round % 2 == 0 ? "push" : "pull");
                for (int kill = 0; kill < KILLS; kill++) {
                    await(journal, before + 1 + moments.nextInt(STEPS * DEVICES / KILLS * (kill + 1)));
                    up.kill();
                    SimulatedDevice unlucky =
                            fleet.device("d" + (1 + moments.nextInt(DEVICES))).orElseThrow();
                    unlucky.cutPower();
                    up = cli.up(work, up.port("bootstrap_uri"), up.port("lwm2m_uri"));
                    unlucky.powerOn();
                }
                JsonNode status = done("update", "campaign", "status", id, "--watch", "--json");
                assertThat(status.path("campaign").path("state").asText())
                        .as(() -> status + "\n" + timeline(journal))
                        .isEqualTo("deployed");
                assertThat(status.path("metrics").path("success_count").asInt()).isEqualTo(DEVICES);
                assertThat(running(journal))
                        .hasSize(DEVICES)
                        .allSatisfy((device, runs) -> assertThat(runs).isEqualTo(version));
            }
            System.out.printf(
                    "%d kills of the servers and as many of a device, %d campaign(s) to %d devices: all on the new version, %.0f s%n",
                    CAMPAIGNS * KILLS, CAMPAIGNS, DEVICES, (System.nanoTime() - start) / 1e9);
        }
    }

    private String campaign(String version, String delivery) throws Exception {
        Path image = Files.write(folder.resolve(version + ".bin"), UpdateBench.image(OCTETS));
        Path manifest = folder.resolve(version + ".suit");
        done("update", "sign", "--image", image, "--version", version, "--out", manifest, "--json");
        return done(
                        "update",
                        "campaign",
                        "create",
                        "to " + version,
                        "--manifest",
                        manifest,
                        "--image",
                        image,
                        "--delivery",
                        delivery,
                        "--start",
                        "--json")
                .path("id")
                .asText();
    }

    /** How much devices have told of their firmware. */
    private static long told(Journal journal) {
        try (var events = journal.events()) {
            return events.filter(event -> event.stage() == Stage.FIRMWARE).count();
        }
    }

    private static void await(Journal journal, long told) {
        assertThat(journal.await(event -> told(journal) >= told, Duration.ofMinutes(3)))
                .as(() -> told + " events of firmware\n" + timeline(journal))
                .isPresent();
    }

    /** What each device installed last. */
    private static Map<String, String> running(Journal journal) {
        Map<String, String> versions = new TreeMap<>();
        try (var events = journal.events()) {
            events.filter(event -> event.stage() == Stage.FIRMWARE)
                    .filter(event -> "installed".equals(event.facts().get("action")))
                    .forEach(event -> versions.put(
                            event.endpoint().orElseThrow(), event.facts().getOrDefault("version", "")));
        }
        return versions;
    }

    private static String timeline(Journal journal) {
        try (var events = journal.events()) {
            List<String> lines = events.map(Event::toString).toList();
            return String.join("\n", lines.subList(Math.max(0, lines.size() - 200), lines.size()));
        }
    }
}
