package dev.onboard.bench;

import dev.onboard.account.NewTrustedCertificate;
import dev.onboard.account.Service;
import dev.onboard.device.DeviceOptions;
import dev.onboard.device.DeviceState;
import dev.onboard.device.Fleet;
import dev.onboard.device.SimulatedDevice;
import dev.onboard.dtls.DtlsThreads;
import dev.onboard.factory.BundleFiles;
import dev.onboard.factory.DeviceBundle;
import dev.onboard.factory.EndpointName;
import dev.onboard.factory.Factory;
import dev.onboard.factory.FactoryOrder;
import dev.onboard.testbed.Testbed;
import dev.onboard.testbed.TestbedOptions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;

/** Onboard as {@code onboard up} and {@code onboard demo} run it: account, journal, trust evaluation, durable credentials. */
final class OnboardContestant implements Contestant {
    private static final InstantSource CLOCK = InstantSource.system();
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final Path folder;
    private final Testbed testbed;
    private final Factory factory;
    private final DtlsThreads threads;
    private final Fleet fleet;
    private final List<SimulatedDevice> devices = new ArrayList<>();
    private int made;

    OnboardContestant(Path folder) throws Exception {
        this.folder = Files.createDirectories(folder.resolve("devices"));
        testbed = Testbed.start(TestbedOptions.in(folder.resolve("testbed")).withPorts(0, 0, 0), CLOCK, RANDOM);
        factory = Factory.found("Bench", CLOCK, RANDOM);
        testbed.account()
                .trustedCertificates()
                .add(NewTrustedCertificate.of("bench", Service.BOOTSTRAP, factory.chain(1)));
        threads = DtlsThreads.start("devices");
        fleet = Fleet.with(threads, testbed.journal(), DeviceOptions.standard(CLOCK), RANDOM)
                .startConcurrency(Integer.MAX_VALUE)
                .build();
    }

    @Override
    public void prepare(int count) throws Exception {
        for (int i = 0; i < count; i++) {
            DeviceBundle bundle = factory.make(FactoryOrder.of(
                    EndpointName.of("bench-" + ++made), testbed.running().bootstrapUri(), testbed.bootstrapServerCa()));
            devices.add(fleet.add(bundle, BundleFiles.write(folder, bundle)));
        }
    }

    @Override
    public long[] onboard(Load load) throws Exception {
        OnTheirWay onTheirWay = new OnTheirWay(load);
        ConcurrentHashMap<String, Long> since = new ConcurrentHashMap<>();
        ConcurrentLinkedQueue<Long> latencies = new ConcurrentLinkedQueue<>();
        try (var watching = fleet.subscribe((device, state) -> {
            if (state == DeviceState.REGISTERED) {
                latencies.add(System.nanoTime() - Objects.requireNonNull(since.get(device.endpoint())));
                onTheirWay.arrived();
            } else if (state == DeviceState.FAILED || state == DeviceState.WAITING) {
                onTheirWay.failed(
                        device.endpoint() + " was not registered at the first attempt; events.jsonl says why");
            }
        })) {
            for (SimulatedDevice device : devices) {
                since.put(device.endpoint(), onTheirWay.begin());
                device.powerOn();
            }
            onTheirWay.awaitAll();
        }
        return latencies.stream().mapToLong(Long::longValue).toArray();
    }

    @Override
    public void clear() throws Exception {
        devices.forEach(SimulatedDevice::shutDown);
        if (fleet.await(Set.of(DeviceState.OFF), PATIENCE) != Fleet.Reached.ALL) {
            throw new BenchException("the devices did not switch off within " + PATIENCE.toSeconds() + " s");
        }
        devices.forEach(device -> fleet.remove(device.endpoint()));
        devices.clear();
    }

    @Override
    public void close() {
        fleet.close();
        threads.close();
        testbed.close();
    }
}
