package dev.onboard.testbed;

import dev.onboard.account.Account;
import dev.onboard.account.AnchorPolicy;
import dev.onboard.account.Database;
import dev.onboard.account.IssuerClients;
import dev.onboard.account.NewTrustedCertificate;
import dev.onboard.account.Service;
import dev.onboard.account.TrustedCertificate;
import dev.onboard.bootstrap.BootstrapServer;
import dev.onboard.bootstrap.Deliveries;
import dev.onboard.bootstrap.Delivery;
import dev.onboard.bootstrap.KeySource;
import dev.onboard.bootstrap.LwM2mServerAccount;
import dev.onboard.device.DeviceOptions;
import dev.onboard.device.Fleet;
import dev.onboard.device.RenewalSchedule;
import dev.onboard.device.ServerAccount;
import dev.onboard.device.ServerObject;
import dev.onboard.dtls.DtlsThreads;
import dev.onboard.dtls.Transmission;
import dev.onboard.factory.DeviceBundle;
import dev.onboard.factory.DeviceIdentity;
import dev.onboard.factory.DeviceMode;
import dev.onboard.factory.Disk;
import dev.onboard.factory.EndpointName;
import dev.onboard.factory.SentChain;
import dev.onboard.journal.Event;
import dev.onboard.journal.Journal;
import dev.onboard.pki.CertificateAuthority;
import dev.onboard.pki.CertificateRecipe;
import dev.onboard.pki.CertificateUsage;
import dev.onboard.pki.Credential;
import dev.onboard.pki.MatchingType;
import dev.onboard.pki.TrustRules;
import dev.onboard.server.LwM2mServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The account, both servers and a fleet on free loopback ports, with a PKI and a journal of their own and without a
 * management port: what scenarios and tests are carried out on. Thread-safe.
 *
 * <p>Everything is good unless the {@link Builder} is told otherwise. It lives in one directory, which is left behind.
 */
public final class Workbench implements AutoCloseable {
    private static final int SHORT_SERVER_ID = 1;
    private static final int SECOND_SHORT_SERVER_ID = 2;
    private static final Duration LIFETIME = Duration.ofMinutes(5);

    private final Parts parts = new Parts();
    private final Path directory;
    private final List<X509Certificate> authorities;
    private final CertificateAuthority bootstrapServerCa;
    private final LwM2mIdentity identityOfLwm2m;
    private volatile Optional<Credential> shownByLwm2m;
    private final CertificateAuthority factoryCa;
    private final CertificateAuthority firmwareCa;
    private final Journal journal;
    private final Account account;
    private final LwM2mServer lwm2m;
    private final Optional<LwM2mServer> secondLwm2m;
    private final BootstrapServer bootstrap;
    private final Upkeep upkeep;
    private final Supplier<Fleet> fleets;
    private final Fleet fleet;
    private final URI bootstrapUri;
    private final URI lwm2mUri;

    private Workbench(Builder with) throws IOException {
        this.directory = with.directory;
        this.authorities = with.authorities;
        this.bootstrapServerCa = with.ca("Bootstrap server CA");
        this.shownByLwm2m = Optional.ofNullable(with.lwm2mCredential);
        this.identityOfLwm2m = new LwM2mIdentity(
                with.ca("LwM2M server CA"), Optional.empty(), ca -> shownByLwm2m.orElseGet(() -> server(ca)));
        CertificateAuthority deviceCa = with.ca("LwM2M device CA");
        this.factoryCa = with.ca("Factory CA");
        this.firmwareCa = with.ca("Firmware CA");
        try {
            this.journal = parts.add(Journal.open(directory.resolve("events.jsonl"), InstantSource.system()));
            this.account = parts.add(Account.open(
                    Database.in(directory.resolve("account")),
                    deviceCa,
                    with.clock,
                    with.random,
                    journal,
                    with.issuers));
            account.setAnchorPolicy(AnchorPolicy.TESTBED);
            with.prepared.accept(account);
            InetSocketAddress free = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
            this.lwm2m = parts.add(lwm2mServer(with, LwM2mServer.Role.MAIN));
            this.secondLwm2m = with.secondLwm2mServer
                    ? Optional.of(parts.add(lwm2mServer(with, LwM2mServer.Role.FURTHER)))
                    : Optional.empty();
            this.lwm2mUri = with.wayToLwm2m.apply(uri(lwm2m.address()));
            this.upkeep = parts.add(new Upkeep(
                    directory,
                    account,
                    deviceCa,
                    identityOfLwm2m,
                    lwm2m,
                    journal,
                    with.clock,
                    with.random,
                    uri(lwm2m.address())));
            Supplier<List<LwM2mServerAccount>> told = this::told;
            Delivering delivery = with.delivering;
            Credential bootstrapCredential =
                    with.bootstrapCredential != null ? with.bootstrapCredential : server(bootstrapServerCa);
            this.bootstrap = parts.add(BootstrapServer.start(
                    free,
                    () -> bootstrapCredential,
                    new Told(delivery, told, with.keys, this::authorities),
                    new BootstrapServer.Surroundings(
                            account,
                            journal,
                            with.threads,
                            with.clock,
                            with.random,
                            with.bootstrapRules,
                            with.transmission)));
            this.bootstrapUri = with.wayToBootstrap.apply(uri(bootstrap.address()));
            this.fleets = () -> parts.add(Fleet.with(with.threads, journal, with.devices, with.random)
                    .transmission(with.transmission)
                    .build());
            this.fleet = fleets.get();
        } catch (IOException | RuntimeException e) {
            parts.close();
            throw e;
        }
    }

    private LwM2mServer lwm2mServer(Builder with, LwM2mServer.Role role) throws IOException {
        return LwM2mServer.start(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                identityOfLwm2m::credential,
                new LwM2mServer.Surroundings(
                        account,
                        journal,
                        with.threads,
                        with.clock,
                        with.lwm2mRules,
                        with.transmission,
                        this::authorities,
                        role,
                        with.awake));
    }

    private List<LwM2mServerAccount> told() {
        X509Certificate ca = lwm2mServerCa().certificate();
        List<LwM2mServerAccount> servers = new ArrayList<>();
        servers.add(new LwM2mServerAccount(lwm2mUri, ca, SHORT_SERVER_ID, LIFETIME));
        secondLwm2m.ifPresent(second ->
                servers.add(new LwM2mServerAccount(uri(second.address()), ca, SECOND_SHORT_SERVER_ID, LIFETIME)));
        return servers;
    }

    /**
     * Begins a workbench in this directory, which exists and is empty.
     *
     * @param threads shared with other workbenches; stays open when one is closed
     */
    public static Builder in(Path directory, DtlsThreads threads, SecureRandom random) {
        return new Builder(directory, threads, random);
    }

    /** Makes of what a bootstrap would write what it writes. */
    @FunctionalInterface
    public interface Delivering {
        /**
         * What this device is given.
         *
         * @param issued what the account issued to it
         * @param servers what it is told of each LwM2M server when nothing is out of the ordinary
         */
        Delivery of(String endpoint, Credential issued, List<LwM2mServerAccount> servers);

        /** What a device that makes its key itself is answered; see {@link Deliveries#enrolled}. */
        default List<X509Certificate> enrolled(String endpoint, PublicKey key, List<X509Certificate> issued) {
            return issued;
        }
    }

    /** Collects what is out of the ordinary. Not thread-safe. */
    public static final class Builder {
        private final Path directory;
        private final DtlsThreads threads;
        private final SecureRandom random;
        private InstantSource clock = InstantSource.system();
        private DeviceOptions devices = DeviceOptions.standard(InstantSource.system())
                .withDisk(Disk.swift())
                .withRenewal(RenewalSchedule.NEVER);
        private TrustRules bootstrapRules = TrustRules.USUAL;
        private TrustRules lwm2mRules = TrustRules.USUAL;
        private Transmission transmission = Transmission.STANDARD;
        private IssuerClients issuers = IssuerClients.none();
        private Consumer<Account> prepared = account -> {};
        private UnaryOperator<URI> wayToBootstrap = uri -> uri;
        private UnaryOperator<URI> wayToLwm2m = uri -> uri;
        private Delivering delivering = (endpoint, issued, servers) -> Delivery.of(issued, servers);
        private boolean secondLwm2mServer;
        private Duration awake = LwM2mServer.Surroundings.USUALLY_AWAKE;
        private List<X509Certificate> authorities = List.of();
        private KeySource keys = KeySource.BOOTSTRAP_SERVER;
        private @Nullable Credential bootstrapCredential;
        private @Nullable Credential lwm2mCredential;

        private Builder(Path directory, DtlsThreads threads, SecureRandom random) {
            this.directory = directory;
            this.threads = threads;
            this.random = random;
        }

        private CertificateAuthority ca(String name) {
            return CertificateAuthority.root(CertificateRecipe.ca(name), InstantSource.system(), random);
        }

        /** The time of the account and of both servers; the system's by default. */
        public Builder clock(InstantSource value) {
            this.clock = value;
            return this;
        }

        /**
         * How devices behave; as usual by default, but on a disk that need not survive a power cut, and without renewing of
         * themselves.
         */
        public Builder devices(DeviceOptions value) {
            this.devices = value;
            return this;
        }

        /** The clients of third-party certificate issuers; none by default. */
        public Builder issuers(IssuerClients value) {
            this.issuers = value;
            return this;
        }

        /** What is done to the account before the servers start: uploads, for example. */
        public Builder prepared(Consumer<Account> value) {
            this.prepared = value;
            return this;
        }

        /**
         * What lies between devices and the servers: each is given a server's address and gives the one that devices are
         * told instead.
         */
        public Builder ways(UnaryOperator<URI> toBootstrap, UnaryOperator<URI> toLwm2m) {
            this.wayToBootstrap = toBootstrap;
            this.wayToLwm2m = toLwm2m;
            return this;
        }

        /** How strictly the bootstrap server judges devices. */
        public Builder bootstrapRules(TrustRules value) {
            this.bootstrapRules = value;
            return this;
        }

        /** How strictly the LwM2M server judges devices. */
        public Builder lwm2mRules(TrustRules value) {
            this.lwm2mRules = value;
            return this;
        }

        /** When devices and servers send lost messages again, and how large datagrams are; the standards' values by default. */
        public Builder transmission(Transmission value) {
            this.transmission = value;
            return this;
        }

        /** How long the LwM2M servers take a device in queue mode for awake after they heard it last. */
        public Builder awake(Duration value) {
            this.awake = value;
            return this;
        }

        /** With a second LwM2M server, of which bootstraps tell devices as well. */
        public Builder secondLwm2mServer() {
            this.secondLwm2mServer = true;
            return this;
        }

        /** What a bootstrap writes. */
        public Builder delivering(Delivering value) {
            this.delivering = value;
            return this;
        }

        /** Where LwM2M keys are made; by the bootstrap server by default. With EST what is written is always good. */
        public Builder keys(KeySource value) {
            this.keys = value;
            return this;
        }

        /** What a device that enrols is told to trust; the CAs of both servers unless some are given. */
        public Builder authorities(List<X509Certificate> value) {
            this.authorities = List.copyOf(value);
            return this;
        }

        /** What the bootstrap server shows, in place of a good certificate of its CA. */
        public Builder bootstrapCredential(Credential value) {
            this.bootstrapCredential = value;
            return this;
        }

        /** What the LwM2M server shows, in place of a good certificate of its CA. */
        public Builder lwm2mCredential(Credential value) {
            this.lwm2mCredential = value;
            return this;
        }

        /**
         * Starts it; returns when both ports answer.
         *
         * @throws IOException when a port or a file cannot be had
         */
        public Workbench start() throws IOException {
            return new Workbench(this);
        }
    }

    /** What devices are told. */
    private record Told(
            Delivering delivering,
            Supplier<List<LwM2mServerAccount>> servers,
            KeySource keys,
            Supplier<List<X509Certificate>> told)
            implements Deliveries {
        @Override
        public Delivery of(String endpoint, Credential issued) {
            return delivering.of(endpoint, issued, servers.get());
        }

        @Override
        public Delivery enrolling(String endpoint) {
            return Delivery.enrolling(servers.get());
        }

        @Override
        public List<X509Certificate> enrolled(String endpoint, PublicKey key, List<X509Certificate> issued) {
            return delivering.enrolled(endpoint, key, issued);
        }

        @Override
        public List<X509Certificate> authorities() {
            return told.get();
        }
    }

    /** What a device that enrols shall trust. */
    private List<X509Certificate> authorities() {
        return authorities.isEmpty()
                ? List.of(bootstrapServerCa.certificate(), lwm2mServerCa().certificate())
                : authorities;
    }

    private static Credential server(CertificateAuthority ca) {
        return ca.issue(CertificateRecipe.server("localhost", InetAddress.getLoopbackAddress()));
    }

    private static URI uri(InetSocketAddress address) {
        return URI.create("coaps://localhost:" + address.getPort());
    }

    /** Where devices bootstrap. */
    public URI bootstrapUri() {
        return bootstrapUri;
    }

    /** Where devices register. */
    public URI lwm2mUri() {
        return lwm2mUri;
    }

    /** Every event. */
    public Journal journal() {
        return journal;
    }

    /** The Device Management account; uploads follow {@link AnchorPolicy#TESTBED}. */
    public Account account() {
        return account;
    }

    /** The devices. */
    public Fleet fleet() {
        return fleet;
    }

    /** Another fleet with the same ways: for devices whose names are taken in the first. */
    public Fleet anotherFleet() {
        return fleets.get();
    }

    /** The LwM2M server, the first one where there are two. */
    public LwM2mServer lwm2mServer() {
        return lwm2m;
    }

    /** The bootstrap server. */
    public BootstrapServer bootstrapServer() {
        return bootstrap;
    }

    /** The second LwM2M server; empty when there is none. */
    public Optional<LwM2mServer> secondLwm2mServer() {
        return secondLwm2m;
    }

    /** The CA of good factory certificates; uploaded by nobody. */
    public CertificateAuthority factoryCa() {
        return factoryCa;
    }

    /** The CA of the bootstrap server's good certificate. */
    public CertificateAuthority bootstrapServerCa() {
        return bootstrapServerCa;
    }

    /** The CA of the LwM2M server's good certificate. */
    public CertificateAuthority lwm2mServerCa() {
        return identityOfLwm2m.authority();
    }

    /** The CA of the update authenticity certificate of good bundles. */
    public CertificateAuthority firmwareCa() {
        return firmwareCa;
    }

    /** Renewals, rotations and update campaigns on this workbench. */
    public Upkeep upkeep() {
        return upkeep;
    }

    /** What the LwM2M server will show from the next rotation of its certificate on. */
    public void nextLwm2mCredential(Credential credential) {
        shownByLwm2m = Optional.of(credential);
    }

    /** Uploads a chain, lowest CA first. */
    public TrustedCertificate trust(Service service, List<X509Certificate> chain) {
        return upload(account, service, chain);
    }

    /** Uploads a chain to this account, lowest CA first, under a name made of its serial number. */
    public static TrustedCertificate upload(Account account, Service service, List<X509Certificate> chain) {
        return account.trustedCertificates()
                .add(NewTrustedCertificate.of(
                        "ca-" + chain.get(0).getSerialNumber().toString(16) + "-" + service.word(), service, chain));
    }

    /** A device that comes from the factory with this credential, its whole chain sent, and trusts the bootstrap server. */
    public DeviceBundle bundle(EndpointName endpoint, Credential credential) {
        return new DeviceBundle(
                endpoint,
                DeviceMode.BOOTSTRAP,
                credential,
                bootstrapUri(),
                bootstrapServerCa.certificate(),
                List.of(),
                firmwareCa.certificate(),
                DeviceIdentity.simulated(endpoint.value()),
                SentChain.all());
    }

    /** The same in LwM2M mode: the device trusts the LwM2M server, and knows no other. */
    public DeviceBundle lwm2mBundle(EndpointName endpoint, Credential credential) {
        return new DeviceBundle(
                endpoint,
                DeviceMode.LWM2M,
                credential,
                lwm2mUri(),
                lwm2mServerCa().certificate(),
                List.of(),
                firmwareCa.certificate(),
                DeviceIdentity.simulated(endpoint.value()),
                SentChain.all());
    }

    /** The account at the LwM2M server of a device that has this credential, and trusts the LwM2M server by its CA. */
    public ServerAccount serverAccount(Credential credential) {
        try {
            return serverAccount(
                    credential,
                    lwm2mServerCa().certificate().getEncoded(),
                    CertificateUsage.TRUST_ANCHOR_ASSERTION,
                    MatchingType.EXACT);
        } catch (CertificateEncodingException e) {
            throw new IllegalStateException("a certificate of ours has no encoding", e);
        }
    }

    /** As the other, with trust of its own: /0/x/4, /0/x/15 and /0/x/13. */
    public ServerAccount serverAccount(
            Credential credential, byte[] serverPublicKey, CertificateUsage usage, MatchingType matching) {
        return new ServerAccount(
                1,
                lwm2mUri(),
                credential,
                serverPublicKey,
                usage,
                matching,
                Optional.empty(),
                ServerObject.of(SHORT_SERVER_ID, LIFETIME.toSeconds()));
    }

    /** Where the device of this endpoint name keeps its credentials. */
    public Path deviceDirectory(EndpointName endpoint) {
        return directory.resolve("devices").resolve(endpoint.directory());
    }

    /** All events so far, oldest first. */
    public List<Event> timeline() {
        try (Stream<Event> events = journal.events()) {
            return events.toList();
        }
    }

    /** Takes the power of all devices away and stops everything. Does nothing when called again. */
    @Override
    public void close() {
        parts.close();
    }
}
