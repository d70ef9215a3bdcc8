package dev.onboard.testbed;

import dev.onboard.account.Account;
import dev.onboard.account.DeveloperCertificates;
import dev.onboard.account.DeviceDirectory;
import dev.onboard.account.NewTrustedCertificate;
import dev.onboard.account.Service;
import dev.onboard.account.TrustedCertificate;
import dev.onboard.device.CredentialStore;
import dev.onboard.device.DeviceOptions;
import dev.onboard.device.Fleet;
import dev.onboard.device.FleetLimits;
import dev.onboard.device.ServerAccount;
import dev.onboard.device.SimulatedDevice;
import dev.onboard.dtls.DtlsThreads;
import dev.onboard.factory.BundleFiles;
import dev.onboard.factory.DeviceBundle;
import dev.onboard.factory.DeviceMode;
import dev.onboard.factory.Disk;
import dev.onboard.factory.EndpointName;
import dev.onboard.factory.Factory;
import dev.onboard.factory.FactoryFiles;
import dev.onboard.factory.FactoryOrder;
import dev.onboard.factory.FileSet;
import dev.onboard.http.ServerCredentials;
import dev.onboard.http.SimulatedDevices;
import dev.onboard.journal.Journal;
import dev.onboard.pki.CertificateAuthority;
import dev.onboard.pki.CertificateRecipe;
import dev.onboard.pki.Credential;
import dev.onboard.pki.Fingerprint;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.IntSupplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The factory and the simulated devices of a testbed, in its work directory: {@code DIR/devices/EP} for each. Nothing is
 * started before the first device is made or found; devices that an earlier run left there are taken over, switched off,
 * when somebody asks for them by name. Thread-safe. Longer than a page because a demo and the management port share it.
 */
public final class SimulatedFleet implements SimulatedDevices, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(SimulatedFleet.class);
    /** So many devices are on their way to a registration at a time. */
    private static final int AT_ONCE = 64;

    private static final String DEVELOPER = "Onboard demo developer certificate";

    private final Path workDirectory;
    private final Account account;
    private final Journal journal;
    private final ServerCredentials servers;
    private final FirmwareOptions firmware;
    private final InstantSource clock;
    private final SecureRandom random;
    private final Parts parts = new Parts();
    private final Map<String, DeviceBundle> bundles = new ConcurrentHashMap<>();
    private List<InetAddress> addresses = List.of(InetAddress.getLoopbackAddress());
    private @Nullable Fleet fleet;
    private volatile IntSupplier backlog = () -> 0;

    SimulatedFleet(
            Path workDirectory,
            Account account,
            Journal journal,
            ServerCredentials servers,
            FirmwareOptions firmware,
            InstantSource clock,
            SecureRandom random) {
        this.workDirectory = workDirectory;
        this.account = account;
        this.journal = journal;
        this.servers = servers;
        this.firmware = firmware;
        this.clock = clock;
        this.random = random;
    }

    /**
     * There will be so many devices: asked before the first one is made, so that nobody finds out after ten thousand that
     * the system has sockets for nine.
     *
     * @throws UsageException when the system does not grant what they need; it says what to do
     */
    synchronized void expect(int devices) {
        FleetLimits limits = FleetLimits.ofThisProcess();
        limits.refusal(devices, AT_ONCE).ifPresent(why -> {
            throw new UsageException(why);
        });
        if (fleet == null) {
            addresses = limits.loopback(devices);
        }
    }

    /** The devices themselves. */
    synchronized Fleet fleet() {
        Fleet present = fleet;
        if (present == null) {
            try {
                DtlsThreads threads = parts.add(DtlsThreads.start("devices"));
                backlog = threads::backlog;
                present =
                        parts.add(Fleet.with(threads, journal, firmware.applyTo(DeviceOptions.standard(clock)), random)
                                .localAddresses(addresses)
                                .startConcurrency(AT_ONCE)
                                .build());
                fleet = present;
            } catch (IOException e) {
                throw new UsageException("the devices' threads cannot be started: " + e.getMessage(), e);
            }
        }
        return present;
    }

    /** How much work of the devices is due and waits for a thread. */
    int backlog() {
        return backlog.getAsInt();
    }

    private Path home(EndpointName name) {
        return workDirectory.resolve("devices").resolve(name.directory());
    }

    /** The factory for devices of this mode, with so many CAs; kept in the work directory. */
    synchronized Factory factory(DeviceMode mode, int chainDepth) throws IOException {
        FactoryFiles files = FactoryFiles.of(workDirectory, mode);
        Factory factory = files.readOrFound(clock, random);
        factory.authority(chainDepth);
        files.write(factory);
        WorkDirectory.privateDirectory(workDirectory.resolve("devices"));
        return factory;
    }

    /**
     * Makes a device, or takes over the one of this name that an earlier run made; it is switched off.
     *
     * @throws UsageException when that one has another mode
     */
    SimulatedDevice add(Factory factory, DeviceMode mode, EndpointName name, int chainDepth) throws IOException {
        if (Files.exists(home(name).resolve("factory"))) {
            DeviceBundle bundle = BundleFiles.read(home(name));
            if (bundle.mode() != mode) {
                throw new UsageException(home(name) + " holds a device in "
                        + bundle.mode().word() + " mode from an earlier run; use another --work-dir");
            }
            return add(bundle);
        }
        return add(made(factory, mode, name, chainDepth, CertificateRecipe.device(name.value())));
    }

    private DeviceBundle made(
            Factory factory, DeviceMode mode, EndpointName name, int chainDepth, CertificateRecipe recipe)
            throws IOException {
        ServerCredentials.Server server = mode.bootstraps() ? servers.bootstrap() : servers.lwm2m();
        FactoryOrder order = FactoryOrder.of(name, mode, server.uri(), server.authority())
                .withRecipe(recipe)
                .withChainDepth(mode == DeviceMode.DEVELOPER ? 1 : chainDepth);
        DeviceBundle bundle = mode == DeviceMode.DEVELOPER
                ? factory.make(order).withCredential(developerCredential())
                : factory.make(order, journal);
        BundleFiles.write(workDirectory.resolve("devices"), bundle);
        return bundle;
    }

    private SimulatedDevice add(DeviceBundle bundle) {
        SimulatedDevice device = fleet().add(bundle, home(bundle.endpoint()));
        bundles.put(bundle.endpoint().value(), bundle);
        return device;
    }

    /** The account's developer certificate for simulated devices; made once. */
    private Credential developerCredential() {
        DeveloperCertificates developers = account.developerCertificates();
        return account.trustedCertificates().list().stream()
                .filter(trusted -> trusted.name().equals(DEVELOPER))
                .findFirst()
                .flatMap(trusted -> developers.get(trusted.id()))
                .orElseGet(() -> developers.create(DEVELOPER, "shared by the devices of a demo"))
                .credential();
    }

    /** Uploads the factory's root CA for devices of this mode, unless it is there. */
    void upload(DeviceMode mode, X509Certificate root) {
        if (mode == DeviceMode.DEVELOPER) {
            return; // the account trusts its own developer certificate
        }
        String fingerprint = Fingerprint.sha256(root);
        boolean uploaded = account.trustedCertificates().list().stream()
                .map(TrustedCertificate::fingerprint)
                .anyMatch(fingerprint::equals);
        if (!uploaded) {
            account.trustedCertificates()
                    .add(
                            mode == DeviceMode.BOOTSTRAP
                                    ? NewTrustedCertificate.of(
                                            "Onboard factory root CA", Service.BOOTSTRAP, List.of(root))
                                    : NewTrustedCertificate.of(
                                            "Onboard LwM2M factory root CA", Service.LWM2M, List.of(root)));
        }
    }

    @Override
    public List<String> make(Order order) {
        try {
            DeviceMode mode = DeviceMode.of(order.mode());
            List<EndpointName> names = names(order.names());
            expect(bundles.size() + names.size());
            if (mode == DeviceMode.DEVELOPER && names.size() > DeviceDirectory.DEVICES_PER_DEVELOPER_CERTIFICATE) {
                throw new IllegalArgumentException(names.size() + " devices cannot share one developer certificate; "
                        + DeviceDirectory.DEVICES_PER_DEVELOPER_CERTIFICATE + " can");
            }
            Factory factory = factory(mode, order.chainDepth());
            if (order.upload() == Upload.IF_MISSING) {
                upload(mode, factory.chain(1).get(0));
            }
            List<String> made = new ArrayList<>();
            for (EndpointName name : names) {
                CertificateRecipe recipe = CertificateRecipe.device(name.value());
                SimulatedDevice device = add(made(
                        factory,
                        mode,
                        name,
                        order.chainDepth(),
                        order.defect().map(recipe::with).orElse(recipe)));
                made.add(name.value());
                if (order.power() == Power.ON) {
                    device.powerOn();
                }
            }
            return made;
        } catch (IOException | UsageException e) {
            throw new IllegalArgumentException(e.getMessage() == null ? e.toString() : e.getMessage(), e);
        }
    }

    private List<EndpointName> names(Names wanted) {
        List<EndpointName> names = new ArrayList<>();
        if (wanted instanceof Names.One one) {
            EndpointName name = EndpointName.of(one.endpoint());
            if (Files.exists(home(name)) || has(name.value())) {
                throw new IllegalArgumentException(
                        "the device '" + name.value() + "' was made before; choose another name");
            }
            names.add(name);
            return names;
        }
        Names.Numbered numbered = (Names.Numbered) wanted;
        for (int number = 1; names.size() < numbered.count(); number++) {
            EndpointName name = EndpointName.of(numbered.prefix() + number);
            if (!has(name.value()) && !Files.exists(home(name))) {
                names.add(name);
            }
        }
        return names;
    }

    @Override
    public boolean has(String endpoint) {
        return bundles.containsKey(endpoint);
    }

    @Override
    public Optional<Simulated> device(String endpoint) {
        return known(endpoint)
                .map(device -> new Simulated(
                        endpoint,
                        device.state().word(),
                        bundle(endpoint).mode().word(),
                        bundle(endpoint).credential().chain(),
                        delivered(device)));
    }

    private DeviceBundle bundle(String endpoint) {
        return java.util.Objects.requireNonNull(bundles.get(endpoint));
    }

    /** Asked of the device: another reader of its files would undo what it is writing. */
    private static List<X509Certificate> delivered(SimulatedDevice device) {
        try {
            return device.keptAccount()
                    .map(ServerAccount::credential)
                    .map(Credential::chain)
                    .orElseGet(List::of);
        } catch (IOException e) {
            LOG.warn("the LwM2M credentials of {} cannot be shown: {}", device.endpoint(), e.getMessage());
            return List.of();
        }
    }

    /** A device of this run, or one that an earlier run left. */
    private Optional<SimulatedDevice> known(String endpoint) {
        if (has(endpoint)) {
            return fleet().device(endpoint);
        }
        try {
            EndpointName name = EndpointName.of(endpoint);
            if (!Files.exists(home(name).resolve("factory"))) {
                return Optional.empty();
            }
            synchronized (this) {
                return has(endpoint) ? fleet().device(endpoint) : Optional.of(add(BundleFiles.read(home(name))));
            }
        } catch (IllegalArgumentException e) {
            return Optional.empty(); // no name of a device
        } catch (IOException e) {
            LOG.warn("the device {} of an earlier run cannot be read: {}", endpoint, e.getMessage());
            return Optional.empty();
        }
    }

    @Override
    public void act(String endpoint, Action action) {
        SimulatedDevice device = known(endpoint)
                .orElseThrow(() ->
                        new IllegalArgumentException("'" + endpoint + "' is no simulated device of this testbed"));
        switch (action) {
            case POWER_ON -> device.powerOn();
            case POWER_OFF -> device.shutDown();
            case CUT_POWER -> device.cutPower();
            case REBOOT -> device.reboot();
            case FACTORY_RESET -> device.factoryReset();
            case NEW_CERTIFICATE -> remake(endpoint);
        }
    }

    /** The device in a new life: another key, a good certificate of the same CAs, no LwM2M credentials. */
    private synchronized void remake(String endpoint) {
        DeviceBundle old = bundle(endpoint);
        if (old.mode() == DeviceMode.DEVELOPER) {
            throw new IllegalArgumentException(
                    "'" + endpoint + "' has a developer certificate, which the account makes");
        }
        try {
            fleet().remove(endpoint);
            bundles.remove(endpoint);
            new CredentialStore(home(old.endpoint()), Disk.swift()).clear();
            new FileSet(home(old.endpoint()).resolve("factory"), Disk.swift()).delete();
            int depth = old.credential().chain().size();
            add(made(factory(old.mode(), depth), old.mode(), old.endpoint(), depth, CertificateRecipe.device(endpoint)))
                    .powerOn();
        } catch (IOException e) {
            throw new IllegalArgumentException("'" + endpoint + "' could not be made anew: " + e.getMessage(), e);
        }
    }

    @Override
    public List<X509Certificate> factoryAuthorities() {
        return ofFactories(factory -> factory.authorities().stream().map(CertificateAuthority::certificate));
    }

    @Override
    public List<X509Certificate> updateAuthenticity() {
        return ofFactories(factory -> Stream.of(factory.updateSigner().certificate()));
    }

    /** Each once: the factories of several modes may share some. */
    private List<X509Certificate> ofFactories(Function<Factory, Stream<X509Certificate>> certificates) {
        Set<X509Certificate> found = new LinkedHashSet<>();
        for (DeviceMode mode : List.of(DeviceMode.BOOTSTRAP, DeviceMode.LWM2M)) {
            FactoryFiles files = FactoryFiles.of(workDirectory, mode);
            if (files.exist()) {
                try {
                    certificates.apply(files.read(clock, random)).forEach(found::add);
                } catch (IOException e) {
                    LOG.warn("the factory's certificates cannot be read: {}", e.getMessage());
                }
            }
        }
        return List.copyOf(found);
    }

    /** Takes the power of all devices away. */
    @Override
    public void close() {
        parts.close();
    }
}
