package dev.onboard.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.onboard.device.DeviceOptions;
import dev.onboard.device.DeviceState;
import dev.onboard.device.Fleet;
import dev.onboard.dtls.DtlsThreads;
import dev.onboard.factory.BundleFiles;
import dev.onboard.factory.Disk;
import dev.onboard.journal.Journal;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Many devices take an image in one campaign: 1,000 of them 1 MB with {@code -Pheavy}, and the figures are printed. The testbed is
 * a process of its own, so that its share of processor and memory can be told from the devices'.
 */
class UpdateLoadIT {
    private static final boolean HEAVY = Boolean.getBoolean("onboard.heavy");
    private static final int DEVICES = HEAVY ? 1000 : 40;
    private static final int OCTETS = HEAVY ? 1024 * 1024 : 64 * 1024;

    @TempDir
    private Path folder;

    private Cli cli;

    @BeforeEach
    void start() throws Exception {
        cli = new Cli(Cli.folder(folder, "home"));
    }

    @AfterEach
    void stop() throws Exception {
        cli.close();
    }

    private JsonNode done(Object... command) throws Exception {
        return cli.good(command).json();
    }

    /** Processor time and the largest amount of memory so far, of a process (proc(5)). */
    private record Load(double seconds, long megabytes) {
        static Load of(ProcessHandle process) throws IOException {
            Path status = Path.of("/proc", Long.toString(process.pid()), "status");
            long kilobytes = Files.exists(status)
                    ? Files.readAllLines(status).stream()
                            .filter(line -> line.startsWith("VmHWM:"))
                            .mapToLong(line -> Long.parseLong(line.replaceAll("\\D+", "")))
                            .findFirst()
                            .orElse(0)
                    : 0;
            return new Load(
                    process.info().totalCpuDuration().map(Duration::toMillis).orElse(0L) / 1e3, kilobytes / 1024);
        }
    }

    @Test
    void everyDeviceTakesTheImage() throws Exception {
        Path work = folder.resolve("work");
        Cli.Up up = cli.up(work);
        Path homes = folder.resolve("devices");
        done("factory", "make", "--count", DEVICES, "--prefix", "d", "--out", homes, "--json");
        done("trust", "add", work.resolve("ca/factory-root.cert.pem"), "--service", "bootstrap", "--json");
        Path image = Files.write(folder.resolve("app.bin"), UpdateBench.image(OCTETS));
        Path manifest = folder.resolve("app.suit");
        done("update", "sign", "--image", image, "--version", "1.1.0", "--out", manifest, "--json");
        try (Journal journal = Journal.open(folder.resolve("devices.jsonl"), Servers.CLOCK);
                DtlsThreads threads = DtlsThreads.start("devices");
                Fleet fleet = Fleet.with(
                                threads,
                                journal,
                                DeviceOptions.standard(Servers.CLOCK).withDisk(Disk.swift()),
                                Servers.RANDOM)
                        .build()) {
            for (int i = 1; i <= DEVICES; i++) {
                Path home = homes.resolve("d" + i);
                fleet.add(BundleFiles.read(home), home);
            }
            fleet.powerOn();
            assertThat(fleet.await(Set.of(DeviceState.REGISTERED), Duration.ofSeconds(60 + DEVICES / 5)))
                    .as(() -> fleet.count().toString())
                    .isEqualTo(Fleet.Reached.ALL);
            Load before = Load.of(up.process().toHandle());
            long devicesBefore = cpuNanos();
            long start = System.nanoTime();
            String id = done(
                            "update",
                            "campaign",
                            "create",
                            "load",
                            "--manifest",
                            manifest,
                            "--image",
                            image,
                            "--start",
                            "--json")
                    .path("id")
                    .asText();
            Process watch = cli.start("update", "campaign", "status", id, "--watch", "--json");
            JsonNode status = Cli.JSON.readTree(watch.inputReader());
            double seconds = (System.nanoTime() - start) / 1e9;
            Load after = Load.of(up.process().toHandle());
            double devicesCpu = (cpuNanos() - devicesBefore) / 1e9;
            assertThat(status.path("campaign").path("state").asText())
                    .as(status::toString)
                    .isEqualTo("deployed");
            assertThat(status.path("metrics").path("success_count").asInt()).isEqualTo(DEVICES);
            double serverCpu = after.seconds() - before.seconds();
            System.out.printf(
                    "%d devices, %d KB each: %.1f s, %.2f MB/s, %.1f devices/s; servers: %.1f s of processor time (%.0f %% of"
                            + " both sides', %.2f of a core), at most %d MB resident (%d MB before)%n",
                    DEVICES,
                    OCTETS / 1024,
                    seconds,
                    (double) DEVICES * OCTETS / seconds / 1024 / 1024,
                    DEVICES / seconds,
                    serverCpu,
                    100 * serverCpu / (serverCpu + devicesCpu),
                    serverCpu / seconds,
                    after.megabytes(),
                    before.megabytes());
        }
    }

    private static long cpuNanos() {
        return ((com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
                .getProcessCpuTime();
    }
}
