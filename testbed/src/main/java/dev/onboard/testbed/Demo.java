package dev.onboard.testbed;

import dev.onboard.account.DeveloperCertificates;
import dev.onboard.account.DeviceDirectory;
import dev.onboard.account.NewTrustedCertificate;
import dev.onboard.account.Service;
import dev.onboard.account.TrustedCertificate;
import dev.onboard.device.DeviceOptions;
import dev.onboard.device.DeviceState;
import dev.onboard.device.Fleet;
import dev.onboard.dtls.DtlsThreads;
import dev.onboard.factory.BundleFiles;
import dev.onboard.factory.DeviceBundle;
import dev.onboard.factory.DeviceMode;
import dev.onboard.factory.EndpointName;
import dev.onboard.factory.Factory;
import dev.onboard.factory.FactoryFiles;
import dev.onboard.factory.FactoryOrder;
import dev.onboard.journal.Event;
import dev.onboard.journal.Journal;
import dev.onboard.pki.Credential;
import dev.onboard.pki.Fingerprint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.InstantSource;
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

    private static final String DEVELOPER = "Onboard demo developer certificate";

    private final Testbed testbed;
    private final InstantSource clock;
    private final SecureRandom random;
    private final Parts parts = new Parts();
    private final Fleet fleet;
    private final Map<String, OnboardingTimes> devices = new ConcurrentHashMap<>();

    /** In this testbed; nothing happens before {@link #run}. */
    public Demo(Testbed testbed, InstantSource clock, SecureRandom random) {
        this.testbed = testbed;
        this.clock = clock;
        this.random = random;
        try {
            DtlsThreads threads = parts.add(DtlsThreads.start("devices"));
            this.fleet = parts.add(Fleet.with(threads, testbed.journal(), DeviceOptions.standard(clock), random)
                    .build());
        } catch (IOException e) {
            throw new UsageException("the devices' threads cannot be started: " + e.getMessage(), e);
        }
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
        makeAndUpload(mode, count, chainDepth);
        long start = System.nanoTime();
        AtomicInteger ended = new AtomicInteger();
        try (Journal.Subscription watching = testbed.journal().subscribe(this::see);
                Journal.Subscription counting = fleet.subscribe((device, state) -> {
                    if (state == DeviceState.REGISTERED || state == DeviceState.FAILED) {
                        progress.accept(ended.incrementAndGet());
                    }
                })) {
            fleet.powerOn();
            awaitEnd(ended);
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

    private void awaitEnd(AtomicInteger ended) throws InterruptedException {
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
                FactoryFiles files = FactoryFiles.of(testbed.workDirectory().path(), each);
                Factory factory = files.readOrFound(clock, random);
                factory.authority(chainDepth);
                files.write(factory);
                factories.put(each, factory);
            }
            WorkDirectory.privateDirectory(testbed.workDirectory().devices());
            for (int i = 1; i <= count; i++) {
                Factory factory = Objects.requireNonNull(factories.get(mode.of(i)));
                add(factory, mode.of(i), EndpointName.of("device-" + i), chainDepth);
            }
            factories.forEach((each, factory) -> upload(each, factory.chain(1).get(0)));
        } catch (IOException e) {
            throw new UsageException(e.getMessage() == null ? e.toString() : e.getMessage(), e);
        } catch (IllegalArgumentException e) {
            throw new UsageException(String.valueOf(e.getMessage()), e);
        }
    }

    private void add(Factory factory, DeviceMode mode, EndpointName name, int chainDepth) throws IOException {
        Path home = testbed.workDirectory().devices().resolve(name.directory());
        DeviceBundle bundle;
        if (Files.exists(home.resolve("factory"))) {
            bundle = BundleFiles.read(home);
            if (bundle.mode() != mode) {
                throw new UsageException(home + " holds a device in "
                        + bundle.mode().word() + " mode from an earlier run; use another --work-dir");
            }
        } else {
            FactoryOrder order = (mode.bootstraps()
                            ? FactoryOrder.of(name, mode, testbed.running().bootstrapUri(), testbed.bootstrapServerCa())
                            : FactoryOrder.of(name, mode, testbed.running().lwm2mUri(), testbed.lwm2mServerCa()))
                    .withChainDepth(chainDepth);
            bundle = mode == DeviceMode.DEVELOPER
                    ? factory.make(order.withChainDepth(1)).withCredential(developerCredential())
                    : factory.make(order, testbed.journal());
            BundleFiles.write(testbed.workDirectory().devices(), bundle);
        }
        devices.put(name.value(), new OnboardingTimes(name.value(), mode));
        fleet.add(bundle, home);
    }

    /** The account's developer certificate for demos; made once. */
    private Credential developerCredential() {
        DeveloperCertificates developers = testbed.account().developerCertificates();
        return testbed.account().trustedCertificates().list().stream()
                .filter(trusted -> trusted.name().equals(DEVELOPER))
                .findFirst()
                .flatMap(trusted -> developers.get(trusted.id()))
                .orElseGet(() -> developers.create(DEVELOPER, "shared by the devices of a demo"))
                .credential();
    }

    private void upload(DeviceMode mode, X509Certificate root) {
        if (mode == DeviceMode.DEVELOPER) {
            return; // the account trusts its own developer certificate
        }
        String fingerprint = Fingerprint.sha256(root);
        boolean uploaded = testbed.account().trustedCertificates().list().stream()
                .map(TrustedCertificate::fingerprint)
                .anyMatch(fingerprint::equals);
        if (!uploaded) {
            testbed.account()
                    .trustedCertificates()
                    .add(
                            mode == DeviceMode.BOOTSTRAP
                                    ? NewTrustedCertificate.of(
                                            "Onboard factory root CA", Service.BOOTSTRAP, List.of(root))
                                    : NewTrustedCertificate.of(
                                            "Onboard LwM2M factory root CA", Service.LWM2M, List.of(root)));
        }
    }

    /** Lets the devices deregister and switches them off. */
    @Override
    public void close() {
        fleet.shutDown();
        try {
            fleet.await(java.util.Set.of(DeviceState.OFF), Duration.ofSeconds(3));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        parts.close();
    }
}
