package dev.onboard.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.onboard.account.CampaignDevice.State;
import dev.onboard.account.UpdateCampaign;
import dev.onboard.account.UpdateCampaign.Delivery;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Many devices take an image in one campaign: 1,000 of them 1 MB with {@code -Pheavy}, and the figures are printed. */
class UpdateLoadIT {
    private static final boolean HEAVY = Boolean.getBoolean("onboard.heavy");
    private static final int DEVICES = HEAVY ? 1000 : 40;
    private static final int OCTETS = HEAVY ? 1024 * 1024 : 64 * 1024;

    @TempDir
    private Path folder;

    @Test
    void everyDeviceTakesTheImage() throws Exception {
        try (UpdateBench bench = new UpdateBench(folder, DEVICES)) {
            var manifest = bench.upload("1.1.0", OCTETS);
            ManagementFactory.getMemoryPoolMXBeans().forEach(MemoryPoolMXBean::resetPeakUsage);
            long start = System.nanoTime();
            UpdateCampaign stopped =
                    bench.stopped(bench.start(manifest, Delivery.PULL), Duration.ofMinutes(HEAVY ? 30 : 2));
            double seconds = (System.nanoTime() - start) / 1e9;
            assertThat(stopped.state()).as(stopped.autostopReason()).isEqualTo("deployed");
            assertThat(bench.devices(stopped)).hasSize(DEVICES).allMatch(device -> device.state() == State.DEPLOYED);
            long peak = ManagementFactory.getMemoryPoolMXBeans().stream()
                    .filter(pool -> pool.getType() == MemoryType.HEAP)
                    .mapToLong(pool -> pool.getPeakUsage().getUsed())
                    .sum();
            System.out.printf(
                    "%d devices, %d KB each: %.1f s, %.2f MB/s, %.1f devices/s, heap at most %d MB%n",
                    DEVICES,
                    OCTETS / 1024,
                    seconds,
                    (double) DEVICES * OCTETS / seconds / 1024 / 1024,
                    DEVICES / seconds,
                    peak / 1024 / 1024);
        }
    }
}
