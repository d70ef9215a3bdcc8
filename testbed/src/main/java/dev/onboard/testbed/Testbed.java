package dev.onboard.testbed;

import dev.onboard.account.Account;
import dev.onboard.account.Database;
import dev.onboard.account.IssuerClients;
import dev.onboard.bootstrap.BootstrapServer;
import dev.onboard.bootstrap.LwM2mServerAccount;
import dev.onboard.dtls.Capture;
import dev.onboard.dtls.DtlsThreads;
import dev.onboard.dtls.KeyLog;
import dev.onboard.dtls.TrafficWatch;
import dev.onboard.dtls.Transmission;
import dev.onboard.dtls.Transmission.ConnectionIds;
import dev.onboard.http.ManagementServer;
import dev.onboard.http.ServerCredentials;
import dev.onboard.http.Vitals;
import dev.onboard.http.leshan.BootstrapConfigs;
import dev.onboard.http.leshan.LeshanPort;
import dev.onboard.journal.Journal;
import dev.onboard.pki.CertificateAuthority;
import dev.onboard.pki.CertificateRecipe;
import dev.onboard.pki.Credential;
import dev.onboard.pki.TrustRules;
import dev.onboard.server.LwM2mServer;
import dev.onboard.server.UpdateService;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * The account, the bootstrap server, the LwM2M server and the management port in one process and one work directory.
 * Thread-safe.
 */
public final class Testbed implements AutoCloseable {
    private static final int SHORT_SERVER_ID = 1;
    private static final int SECOND_SHORT_SERVER_ID = 2;
    /** A device that offers connection ids gets one; nothing changes for the others. */
    static final Transmission TRANSMISSION = Transmission.STANDARD.withConnectionIds(ConnectionIds.ON);

    private static final Duration LIFETIME = Duration.ofMinutes(5);

    private final Parts parts;
    private final WorkDirectory workDirectory;
    private final Journal journal;
    private final Account account;
    private final LwM2mServer lwm2mServer;
    private final BootstrapServer bootstrapServer;
    private final X509Certificate bootstrapServerCa;
    private final LwM2mIdentity identityOfLwm2m;
    private final RunningTestbed running;
    private final SimulatedFleet simulated;
    private final ManagementServer management;

    private Testbed(
            Parts parts,
            WorkDirectory workDirectory,
            Journal journal,
            Account account,
            LwM2mServer lwm2mServer,
            BootstrapServer bootstrapServer,
            X509Certificate bootstrapServerCa,
            LwM2mIdentity identityOfLwm2m,
            RunningTestbed running,
            SimulatedFleet simulated,
            ManagementServer management) {
        this.parts = parts;
        this.workDirectory = workDirectory;
        this.journal = journal;
        this.account = account;
        this.lwm2mServer = lwm2mServer;
        this.bootstrapServer = bootstrapServer;
        this.bootstrapServerCa = bootstrapServerCa;
        this.identityOfLwm2m = identityOfLwm2m;
        this.running = running;
        this.simulated = simulated;
        this.management = management;
    }

    /**
     * Loads what the first start in this process needs, on a thread of its own, and returns at once. A start does so itself
     * when this was not called.
     */
    public static void prepare() {
        HeadStart.begin();
    }

    /**
     * Starts everything; returns when all ports answer.
     *
     * @throws UsageException when something that the user chose cannot be had: a port, a directory, a file in it
     */
    public static Testbed start(TestbedOptions options, InstantSource clock, SecureRandom random) {
        return Parts.starting(parts -> start(options, clock, random, parts));
    }

    private static Testbed start(TestbedOptions options, InstantSource clock, SecureRandom random, Parts parts)
            throws IOException {
        checkReach(options);
        WorkDirectory directory = parts.add(WorkDirectory.open(options.workDirectory()));
        Journal journal = parts.add(Journal.open(directory.path().resolve("events.jsonl"), clock));
        TestbedCas cas = TestbedCas.readOrMake(directory.path(), options.serverCas(), clock, random);
        IssuerCommandWatch commands = IssuerCommandWatch.of(directory.path());
        Account account = parts.add(Account.open(
                options.database().orElseGet(() -> Database.in(directory.path().resolve("account"))),
                cas.lwm2mDevice(),
                clock,
                random,
                journal,
                IssuerClients.standard(commands.commands(), IssuerClients.PATIENCE)));
        parts.add(commands).start(account);
        options.delivery().certificateLife().ifPresent(account::setCertificateLife);
        TrafficWatch traffic = watch(options, clock, parts);
        DtlsThreads threads = parts.add(DtlsThreads.start("server")).watchedBy(traffic);
        LwM2mIdentity identityOfLwm2m = new LwM2mIdentity(
                cas.lwm2mServer(),
                TestbedCas.lwm2mServer(directory.path()).readCross(),
                ca -> serverCredential(ca, options));
        Supplier<List<X509Certificate>> authorities = () -> Stream.of(
                        cas.bootstrapServer().certificate(),
                        identityOfLwm2m.authority().certificate())
                .distinct()
                .toList();
        Transmission transmission = TRANSMISSION.withSessions(options.sessions());
        Function<LwM2mServer.Role, LwM2mServer.Surroundings> surroundings = role -> new LwM2mServer.Surroundings(
                account, journal, threads, clock, TrustRules.USUAL, transmission, authorities, role, options.awake());
        LwM2mServer lwm2m = parts.add(LwM2mServer.start(
                new InetSocketAddress(options.bind(), options.lwm2mPort()),
                identityOfLwm2m::credential,
                surroundings.apply(LwM2mServer.Role.MAIN)));
        URI lwm2mUri = uri("coaps", options, lwm2m.address());
        Map<URI, LwM2mServer> lwm2mServers = new LinkedHashMap<>(Map.of(lwm2mUri, lwm2m));
        if (options.secondLwm2mPort().isPresent()) {
            LwM2mServer second = parts.add(LwM2mServer.start(
                    new InetSocketAddress(
                            options.bind(), options.secondLwm2mPort().getAsInt()),
                    identityOfLwm2m::credential,
                    surroundings.apply(LwM2mServer.Role.FURTHER)));
            lwm2mServers.put(uri("coaps", options, second.address()), second);
        }
        if (options.firmware().coapPort().isPresent()) {
            URI plain = uri(
                    "coap",
                    options,
                    lwm2m.serveFirmware(new InetSocketAddress(
                            options.bind(), options.firmware().coapPort().getAsInt())));
            parts.add(UpdateService.start(lwm2m, account, journal, lwm2mUri, plain));
        } else {
            parts.add(UpdateService.start(lwm2m, account, journal, lwm2mUri));
        }
        BootstrapConfigs configs = new BootstrapConfigs(
                () -> identityOfLwm2m.known((ca, server) -> {
                    List<LwM2mServerAccount> told = new ArrayList<>();
                    for (URI uri : lwm2mServers.keySet()) {
                        int id = told.isEmpty() ? SHORT_SERVER_ID : SECOND_SHORT_SERVER_ID;
                        told.add(options.delivery().applyTo(new LwM2mServerAccount(uri, ca, id, LIFETIME), server));
                    }
                    return told;
                }),
                options.delivery().keys(),
                authorities);
        Credential bootstrapCredential = serverCredential(cas.bootstrapServer(), options);
        BootstrapServer bootstrap = parts.add(BootstrapServer.start(
                new InetSocketAddress(options.bind(), options.bootstrapPort()),
                () -> bootstrapCredential,
                configs,
                new BootstrapServer.Surroundings(
                        account, journal, threads, clock, random, TrustRules.USUAL, transmission)));
        URI bootstrapUri = uri("coaps", options, bootstrap.address());
        ServerCredentials servers = new ServerCredentials(
                new ServerCredentials.Server(bootstrapUri, cas.bootstrapServer().certificate()),
                new ServerCredentials.Server(
                        lwm2mUri, () -> identityOfLwm2m.authority().certificate()));
        Optional<ApiIdentity> identity = ApiIdentity.of(options, directory.path(), clock, random);
        SimulatedFleet simulated = parts.add(
                new SimulatedFleet(directory.path(), account, journal, servers, options.firmware(), clock, random));
        Rotation rotation = new Rotation(
                directory.path(), options, account, cas.lwm2mDevice(), identityOfLwm2m, journal, clock, random);
        Renewals renewals = parts.add(Renewals.start(account, lwm2m, journal, clock, rotation::needsBootstrap));
        ManagementServer management = parts.add(Management.start(
                options,
                directory.path(),
                account,
                journal,
                clock,
                lwm2mServers,
                renewals,
                rotation,
                servers,
                simulated,
                identity,
                vitals(bootstrap, lwm2mServers.values(), threads, simulated),
                random));
        Optional<URI> leshan = Optional.empty();
        if (options.leshanPort().isPresent()) {
            Map<URI, String> endpoints = new LinkedHashMap<>();
            lwm2mServers.keySet().forEach(each -> endpoints.put(each, "LwM2M server, CoAP over DTLS"));
            endpoints.put(bootstrapUri, "LwM2M bootstrap server, CoAP over DTLS");
            leshan = Optional.of(parts.add(LeshanPort.start(
                            options.leshanPort().getAsInt(),
                            lwm2m,
                            account,
                            configs,
                            endpoints,
                            () -> identityOfLwm2m.credential().certificate()))
                    .address());
        }
        RunningTestbed running = new RunningTestbed(
                directory.path(),
                bootstrapUri,
                lwm2mUri,
                lwm2mServers.keySet().stream().skip(1).findFirst(),
                management.address(),
                identity.flatMap(ApiIdentity::ca),
                leshan,
                options.capture().map(file -> file.toAbsolutePath().normalize()),
                account.id(),
                ProcessHandle.current().pid(),
                clock.instant());
        directory.publish(running);
        return new Testbed(
                parts,
                directory,
                journal,
                account,
                lwm2m,
                bootstrap,
                cas.bootstrapServer().certificate(),
                identityOfLwm2m,
                running,
                simulated,
                management);
    }

    private static Vitals vitals(
            BootstrapServer bootstrap,
            Collection<LwM2mServer> lwm2mServers,
            DtlsThreads threads,
            SimulatedFleet simulated) {
        Vitals vitals = Vitals.NONE
                .with("server-io", threads::backlog)
                .with("device-io", simulated::backlog)
                .with(
                        "bootstrap-server",
                        new Vitals.Server(
                                bootstrap::isListening,
                                bootstrap::openSessions,
                                bootstrap::openConnections,
                                bootstrap::turnedAway));
        int number = 1;
        for (LwM2mServer server : lwm2mServers) {
            vitals = vitals.with(
                    number == 1 ? "lwm2m-server" : "lwm2m-server-" + number,
                    new Vitals.Server(
                            server::isListening, server::openSessions, server::openConnections, server::turnedAway));
            number++;
        }
        return vitals;
    }

    /** What is kept of the servers' traffic: the files that the user named, and nothing else. */
    private static TrafficWatch watch(TestbedOptions options, InstantSource clock, Parts parts) throws IOException {
        TrafficWatch watch = TrafficWatch.NONE;
        Optional<KeyLog> keyLog = KeyLog.of(System.getenv());
        if (keyLog.isPresent()) {
            watch = watch.and(parts.add(keyLog.get()));
        }
        if (options.capture().isPresent()) {
            watch = watch.and(parts.add(Capture.open(options.capture().get(), clock)));
        }
        return watch;
    }

    static void checkReach(TestbedOptions options) {
        if (!options.bind().isLoopbackAddress() && options.apiTls() instanceof TestbedOptions.ApiTls.Off) {
            throw new UsageException("the management port answers without TLS on loopback alone; --bind "
                    + options.bind().getHostAddress() + " needs --api-tls");
        }
        checkHost(options);
    }

    static void checkHost(TestbedOptions options) {
        if (options.bind().isAnyLocalAddress() && options.host().equals("localhost")) {
            throw new UsageException("--bind " + options.bind().getHostAddress()
                    + " needs --host with the name by which devices and clients reach this machine");
        }
    }

    /** A new key and certificate each start: devices trust the CA, so the leaf may change without touching them. */
    private static Credential serverCredential(CertificateAuthority ca, TestbedOptions options) {
        return serverCredential(ca, options, Optional.empty());
    }

    /** The same, with another name beside the host's. */
    static Credential serverCredential(CertificateAuthority ca, TestbedOptions options, Optional<String> alias) {
        InetAddress[] addresses =
                options.bind().isAnyLocalAddress() ? new InetAddress[0] : new InetAddress[] {options.bind()};
        CertificateRecipe recipe = CertificateRecipe.server(options.host(), addresses);
        return ca.issue(alias.map(recipe::withDnsNames).orElse(recipe));
    }

    static URI uri(String scheme, TestbedOptions options, InetSocketAddress address) {
        String host = options.host().contains(":") ? "[" + options.host() + "]" : options.host();
        return URI.create(scheme + "://" + host + ":" + address.getPort());
    }

    /** Where it keeps everything. */
    public WorkDirectory workDirectory() {
        return workDirectory;
    }

    /** Every event. */
    public Journal journal() {
        return journal;
    }

    /** The Device Management account. */
    public Account account() {
        return account;
    }

    /** The LwM2M server. */
    public LwM2mServer lwm2mServer() {
        return lwm2mServer;
    }

    /** The bootstrap server. */
    public BootstrapServer bootstrapServer() {
        return bootstrapServer;
    }

    /** What devices must trust to bootstrap here. */
    public X509Certificate bootstrapServerCa() {
        return bootstrapServerCa;
    }

    /** What devices must trust to register here. */
    public X509Certificate lwm2mServerCa() {
        return identityOfLwm2m.authority().certificate();
    }

    /** Where it answers. */
    public RunningTestbed running() {
        return running;
    }

    /** The factory and the simulated devices. */
    public SimulatedFleet simulated() {
        return simulated;
    }

    /** A new link that opens the page with the API key: good once, for half an hour. */
    public URI pageLink() {
        return management.pageLink();
    }

    /** Stops everything and closes the work directory. Does nothing when called again. */
    @Override
    public void close() {
        parts.close();
    }
}
