package dev.onboard.testbed;

import dev.onboard.account.DeviceDirectory;
import dev.onboard.device.DeviceState;
import dev.onboard.device.Fleet;
import dev.onboard.factory.DeviceMode;
import dev.onboard.factory.EndpointName;
import dev.onboard.factory.Factory;
import dev.onboard.journal.Event;
import dev.onboard.journal.Journal;
import java.io.IOException;
import java.time.Duration;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;

/**
 * The main job, once: the factory makes devices, its CA is uploaded, the devices are switched on and go through bootstrap
 * to their registration. Devices that the work directory has from an earlier run are used again.
 */
public final class Demo implements AutoCloseable {
    /** A device that makes no progress for this long has failed; longer than DTLS and CoAP need to recover from loss. */
    private static final Duration PATIENCE = Duration.ofSeconds(100);

    private final Testbed testbed;
    private final SimulatedFleet simulated;
    private final Map<String, OnboardingTimes> devices = new ConcurrentHashMap<>();

    /** In this testbed; nothing happens before {@link #run}. */
    public Demo(Testbed testbed) {
        this.testbed = testbed;
        this.simulated = testbed.simulated();
    }

    /**
     * Makes the devices and brings them to their registration.
     *
     * @param mode which modes the devices have
     * @param count how many, 1 or more
     * @param chainDepth how many CAs stand above a device's certificate
     * @param progress told how many devices have come to an end, whenever that changes; must not block
     * @return when every device is registered or failed, or nothing moves any more
     */
    public DemoReport run(DemoMode mode, int count, int chainDepth, IntConsumer progress) throws InterruptedException {
        if (count < 1) {
            throw new UsageException("--devices " + count + " makes no device; give 1 or more");
        }
        simulated.expect(count);
        makeAndUpload(mode, count, chainDepth);
        Fleet fleet = simulated.fleet();
        long start = System.nanoTime();
        AtomicInteger ended = new AtomicInteger();
        try (Journal.Subscription watching = testbed.journal().subscribe(this::see);
                Journal.Subscription counting = fleet.subscribe((device, state) -> {
                    if (state == DeviceState.REGISTERED || state == DeviceState.FAILED) {
                        progress.accept(ended.incrementAndGet());
                    }
                })) {
            fleet.powerOn();
            awaitEnd(fleet, ended);
            testbed.journal().flush();
        }
        List<OnboardingTimes> sorted = devices.values().stream()
                .sorted(Comparator.comparingInt(
                                (OnboardingTimes device) -> device.endpoint().length()) // device-2 before device-10
                        .thenComparing(OnboardingTimes::endpoint))
                .toList();
        return new DemoReport(
                sorted,
                Duration.ofNanos(System.nanoTime() - start),
                testbed.workDirectory().path(),
                mode);
    }

    private static void awaitEnd(Fleet fleet, AtomicInteger ended) throws InterruptedException {
        int before;
        do {
            before = ended.get();
            if (fleet.await(java.util.Set.of(DeviceState.REGISTERED, DeviceState.FAILED), PATIENCE)
                    == Fleet.Reached.ALL) {
                return;
            }
        } while (ended.get() != before);
    }

    private void see(Event event) {
        event.endpoint().map(devices::get).ifPresent(device -> device.see(event));
    }

    /** Each mode has a CA of its own, uploaded for its own service alone: a certificate of one opens one door. */
    private void makeAndUpload(DemoMode mode, int count, int chainDepth) {
        try {
            Map<DeviceMode, Factory> factories = new EnumMap<>(DeviceMode.class);
            if (mode == DemoMode.DEVELOPER && count > DeviceDirectory.DEVICES_PER_DEVELOPER_CERTIFICATE) {
                throw new UsageException(count + " devices cannot share one developer certificate; "
                        + DeviceDirectory.DEVICES_PER_DEVELOPER_CERTIFICATE + " can");
            }
            for (DeviceMode each : mode.modes()) {
                factories.put(each, simulated.factory(each, chainDepth));
            }
            for (int i = 1; i <= count; i++) {
                Factory factory = Objects.requireNonNull(factories.get(mode.of(i)));
                EndpointName name = EndpointName.of("device-" + i);
                devices.put(name.value(), new OnboardingTimes(name.value(), mode.of(i)));
                simulated.add(factory, mode.of(i), name, chainDepth);
            }
            factories.forEach(
                    (each, factory) -> simulated.upload(each, factory.chain(1).get(0)));
        } catch (IOException e) {
            throw new UsageException(e.getMessage() == null ? e.toString() : e.getMessage(), e);
        } catch (IllegalArgumentException e) {
            throw new UsageException(String.valueOf(e.getMessage()), e);
        }
    }

    /** Lets the devices deregister and switches them off. */
    @Override
    public void close() {
        Fleet fleet = simulated.fleet();
        fleet.shutDown();
        try {
            fleet.await(java.util.Set.of(DeviceState.OFF), Duration.ofSeconds(3));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
