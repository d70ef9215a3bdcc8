package dev.onboard.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.onboard.account.Service;
import dev.onboard.device.DeviceState;
import dev.onboard.device.Fleet;
import dev.onboard.device.SimulatedDevice;
import dev.onboard.factory.EndpointName;
import dev.onboard.journal.Journal;
import dev.onboard.pki.CertificateRecipe;
import dev.onboard.testbed.OnboardExtension;
import dev.onboard.testbed.Workbench;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Devices come, onboard, deregister and go, one after the other at half of the rate that this machine can do, for some seconds, and with
 * {@code -Pheavy} for an hour or {@code -Donboard.endurance=PT5M}: none is lost, and the heap does not grow.
 */
class EnduranceIT {
    private static final Duration LENGTH = Duration.parse(
            System.getProperty("onboard.endurance", Boolean.getBoolean("onboard.heavy") ? "PT1H" : "PT6S"));
    private static final int AT_ONCE = 8;
    /** Heaps are measured so often; the first quarter is warming up. */
    private static final int MEASUREMENTS = 12;
    /** Of a collection's leavings: caches that fill once. */
    private static final long MOST_GROWTH = 24L << 20;

    @RegisterExtension
    static final OnboardExtension onboard = OnboardExtension.create();

    private final Set<SimulatedDevice> alive = ConcurrentHashMap.newKeySet();
    private final Semaphore places = new Semaphore(AT_ONCE);
    private final AtomicInteger gone = new AtomicInteger();
    private final AtomicInteger begun = new AtomicInteger();
    private final ScheduledExecutorService pace = Executors.newScheduledThreadPool(3);
    private final List<Long> heaps = new CopyOnWriteArrayList<>();
    private Workbench bench;
    private Fleet fleet;

    @BeforeEach
    void start() {
        bench = onboard.bench();
        fleet = bench.fleet();
        bench.trust(Service.BOOTSTRAP, bench.factoryCa().chain());
    }

    @AfterEach
    void stop() {
        pace.shutdownNow();
    }

    @Test
    void theHeapIsFlatAtHalfOfTheTopRate() throws Exception {
        try (Journal.Subscription watching = fleet.subscribe(this::changed)) {
            Duration trial = Duration.ofMillis(Math.max(2_000, LENGTH.toMillis() / 20));
            long start = System.nanoTime();
            while (System.nanoTime() - start < trial.toNanos()) {
                begin();
            }
            double top = gone.get() / (trial.toMillis() / 1000.0);
            assertThat(top).as("onboardings per second").isPositive();

            int before = gone.get();
            start = System.nanoTime();
            CountDownLatch measured = new CountDownLatch(MEASUREMENTS);
            Future<?> devices = pace.scheduleAtFixedRate(this::begin, 0, (long) (2e9 / top), TimeUnit.NANOSECONDS);
            long part = LENGTH.toNanos() / MEASUREMENTS;
            pace.scheduleAtFixedRate(
                    () -> {
                        heaps.add(heap());
                        System.out.printf(
                                "endurance: %d of %d parts of %s, %,d devices gone, heap after a collection %d MB,"
                                        + " connections kept %d and %d%n",
                                heaps.size(),
                                MEASUREMENTS,
                                LENGTH,
                                gone.get(),
                                heaps.get(heaps.size() - 1) >> 20,
                                bench.bootstrapServer().openConnections(),
                                bench.lwm2mServer().openConnections());
                        measured.countDown();
                    },
                    part,
                    part,
                    TimeUnit.NANOSECONDS);
            assertThat(measured.await(LENGTH.plusMinutes(1).toMillis(), TimeUnit.MILLISECONDS))
                    .as("measurements")
                    .isTrue();
            devices.cancel(false);
            double held = (gone.get() - before) / ((System.nanoTime() - start) / 1e9);
            assertThat(places.tryAcquire(AT_ONCE, 60, TimeUnit.SECONDS))
                    .as("devices that did not come through: " + alive)
                    .isTrue();
            System.out.printf(
                    "endurance: top %.0f onboardings/s for %s; then %.0f/s for %s, %,d devices in all, none lost; heap"
                            + " after collections, MB: %s%n",
                    top,
                    trial,
                    held,
                    LENGTH,
                    gone.get(),
                    heaps.stream().map(octets -> octets >> 20).toList());
            assertThat(gone.get()).isEqualTo(begun.get());
            long warm = least(heaps.subList(MEASUREMENTS / 4, MEASUREMENTS / 2));
            long end = least(heaps.subList(MEASUREMENTS - MEASUREMENTS / 4, MEASUREMENTS));
            assertThat(end - warm).as("octets of heap that were added").isLessThan(MOST_GROWTH);
        }
    }

    private static long least(List<Long> heaps) {
        return Collections.min(heaps);
    }

    /** Octets in use after a collection. */
    private static long heap() {
        System.gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }

    /** Switches the next device on, when there is a place for it. */
    private void begin() {
        places.acquireUninterruptibly();
        EndpointName endpoint = EndpointName.of("endures-" + begun.incrementAndGet());
        try {
            SimulatedDevice device = fleet.add(
                    bench.bundle(endpoint, bench.factoryCa().issue(CertificateRecipe.device(endpoint.value()))),
                    Files.createDirectories(bench.deviceDirectory(endpoint)));
            alive.add(device);
            device.powerOn();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A device that is registered goes; one that is gone leaves nothing behind, and its place to the next. */
    private void changed(SimulatedDevice device, DeviceState state) {
        if (state == DeviceState.REGISTERED) {
            device.shutDown();
        } else if (state == DeviceState.OFF && alive.remove(device)) {
            pace.execute(() -> {
                fleet.remove(device.endpoint());
                delete(bench.deviceDirectory(EndpointName.of(device.endpoint())));
                gone.incrementAndGet();
                places.release();
            });
        }
    }

    private static void delete(Path directory) {
        try (Stream<Path> all = Files.walk(directory)) {
            for (Path file : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
