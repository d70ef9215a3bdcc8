package dev.onboard.testbed;

import dev.onboard.account.Account;
import dev.onboard.account.IssuerClients;
import dev.onboard.bootstrap.BootstrapServer;
import dev.onboard.dtls.DtlsThreads;
import dev.onboard.http.ApiKey;
import dev.onboard.http.DeviceOperations;
import dev.onboard.http.ManagementClient;
import dev.onboard.http.ManagementOptions;
import dev.onboard.http.ManagementServer;
import dev.onboard.http.ServerCredentials;
import dev.onboard.http.Vitals;
import dev.onboard.journal.Journal;
import dev.onboard.pki.Credential;
import dev.onboard.pki.TrustRules;
import dev.onboard.server.LwM2mServer;
import dev.onboard.server.UpdateService;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * One room of a testbed in a process of its own: a bootstrap server, an LwM2M server, or the API alone. All processes of a
 * testbed share the account, in PostgreSQL, and the account's directory with the CAs and the API key; each has a work
 * directory with a journal of its own, and a management port, which of the servers' answers on loopback alone.
 * Thread-safe.
 */
public final class ServerProcess implements AutoCloseable {
    private final Parts parts;
    private final Path workDirectory;
    private final Journal journal;
    private final Optional<URI> server;
    private final URI management;
    private final String accountId;

    private ServerProcess(Ground on, Optional<URI> server, ManagementServer management) {
        this.parts = on.parts;
        this.workDirectory = on.directory.path();
        this.journal = on.journal;
        this.server = server;
        this.management = management.address();
        this.accountId = on.account.id();
    }

    /**
     * Starts a bootstrap server; returns when its ports answer. A device is told of one of the LwM2M servers, always of the
     * same while they are the same.
     *
     * @param accountDirectory made when it does not exist
     * @param options of a testbed; its bootstrap port, its management port, and how devices are told of LwM2M servers count
     * @param lwm2mServers {@code coaps://host:port} of each
     * @throws UsageException when something that the user chose cannot be had
     */
    public static ServerProcess bootstrapServer(
            Path accountDirectory,
            TestbedOptions options,
            List<URI> lwm2mServers,
            InstantSource clock,
            SecureRandom random) {
        return Parts.starting(parts -> {
            Ground on = new Ground(parts, accountDirectory, options, clock, random);
            options.delivery().certificateLife().ifPresent(on.account::setCertificateLife);
            Credential credential = Testbed.serverCredential(on.cas.bootstrapServer(), options);
            DtlsThreads threads = parts.add(DtlsThreads.start("server"));
            BootstrapServer bootstrap = parts.add(BootstrapServer.start(
                    new InetSocketAddress(options.bind(), options.bootstrapPort()),
                    () -> credential,
                    new SpreadDeliveries(
                            lwm2mServers,
                            options.delivery(),
                            on.cas.lwm2mServer().certificate(),
                            on.authorities()),
                    new BootstrapServer.Surroundings(
                            on.account, on.journal, threads, clock, random, TrustRules.USUAL, Testbed.TRANSMISSION)));
            URI uri = Testbed.uri("coaps", options, bootstrap.address());
            return new ServerProcess(
                    on,
                    Optional.of(uri),
                    on.managementAtHome(
                            DeviceOperations.none(),
                            on.servers(uri, lwm2mServers.get(0)),
                            Vitals.NONE
                                    .with("server-io", threads::backlog)
                                    .with(
                                            "bootstrap-server",
                                            new Vitals.Server(
                                                    bootstrap::isListening,
                                                    bootstrap::openSessions,
                                                    bootstrap::openConnections))));
        });
    }

    /**
     * Starts an LwM2M server; returns when its ports answer. Its management port carries out requests to the devices that
     * are registered at it.
     *
     * @param accountDirectory made when it does not exist
     * @param options of a testbed; its LwM2M port and its management port count
     * @param bootstrapServer where devices bootstrap, {@code coaps://host:port}
     * @throws UsageException when something that the user chose cannot be had
     */
    public static ServerProcess lwm2mServer(
            Path accountDirectory,
            TestbedOptions options,
            URI bootstrapServer,
            InstantSource clock,
            SecureRandom random) {
        return Parts.starting(parts -> {
            Ground on = new Ground(parts, accountDirectory, options, clock, random);
            Credential credential = Testbed.serverCredential(on.cas.lwm2mServer(), options);
            DtlsThreads threads = parts.add(DtlsThreads.start("server"));
            LwM2mServer lwm2m = parts.add(LwM2mServer.start(
                    new InetSocketAddress(options.bind(), options.lwm2mPort()),
                    () -> credential,
                    new LwM2mServer.Surroundings(
                            on.account,
                            on.journal,
                            threads,
                            clock,
                            TrustRules.USUAL,
                            Testbed.TRANSMISSION,
                            on::authorities,
                            LwM2mServer.Role.MAIN)));
            URI uri = Testbed.uri("coaps", options, lwm2m.address());
            parts.add(UpdateService.start(lwm2m, on.account, on.journal, uri));
            return new ServerProcess(
                    on,
                    Optional.of(uri),
                    on.managementAtHome(
                            new RegisteredDevices(Map.of(uri, lwm2m)),
                            on.servers(bootstrapServer, uri),
                            Vitals.NONE
                                    .with("server-io", threads::backlog)
                                    .with(
                                            "lwm2m-server",
                                            new Vitals.Server(
                                                    lwm2m::isListening, lwm2m::openSessions, lwm2m::openConnections))));
        });
    }

    /**
     * Starts the API alone; returns when its port answers. The work directory is the account's directory, and other
     * programs find the testbed by it.
     *
     * @param options of a testbed; its work directory and its management port count
     * @param bootstrapServer where devices bootstrap, {@code coaps://host:port}
     * @param lwm2mServer where devices register that do not bootstrap
     * @param lwm2mManagement the management ports of the LwM2M servers, which are asked to carry out requests to devices
     * @throws UsageException when something that the user chose cannot be had
     */
    public static ServerProcess api(
            TestbedOptions options,
            URI bootstrapServer,
            URI lwm2mServer,
            List<URI> lwm2mManagement,
            InstantSource clock,
            SecureRandom random) {
        return Parts.starting(parts -> {
            Testbed.checkReach(options);
            Ground on = new Ground(parts, options.workDirectory(), options, clock, random);
            ApiKey key = on.apiKey();
            DevicesElsewhere devices = parts.add(new DevicesElsewhere(lwm2mManagement.stream()
                    .map(uri -> ManagementClient.of(uri, key))
                    .toList()));
            Optional<ApiIdentity> identity = ApiIdentity.of(options, on.directory.path(), clock, random);
            ServerProcess started = new ServerProcess(
                    on,
                    Optional.empty(),
                    on.management(
                            options.bind(),
                            devices,
                            on.servers(bootstrapServer, lwm2mServer),
                            identity.map(ApiIdentity::credential),
                            Vitals.NONE));
            on.directory.publish(new RunningTestbed(
                    on.directory.path(),
                    bootstrapServer,
                    lwm2mServer,
                    Optional.empty(),
                    started.management,
                    identity.flatMap(ApiIdentity::ca),
                    Optional.empty(),
                    Optional.empty(),
                    on.account.id(),
                    ProcessHandle.current().pid(),
                    clock.instant()));
            return started;
        });
    }

    /** What each of the processes stands on. */
    private static final class Ground {
        private final Parts parts;
        private final Path accountDirectory;
        private final TestbedOptions options;
        private final SecureRandom random;
        private final InstantSource clock;
        private final WorkDirectory directory;
        private final Journal journal;
        private final TestbedCas cas;
        private final Account account;

        Ground(Parts parts, Path accountDirectory, TestbedOptions options, InstantSource clock, SecureRandom random)
                throws IOException {
            Testbed.checkHost(options);
            this.parts = parts;
            this.accountDirectory = accountDirectory.toAbsolutePath().normalize();
            this.options = options;
            this.clock = clock;
            this.random = random;
            this.directory = parts.add(WorkDirectory.open(options.workDirectory()));
            this.journal = parts.add(Journal.open(directory.path().resolve("events.jsonl"), clock));
            this.cas = TestbedCas.shared(this.accountDirectory, clock, random);
            IssuerCommandWatch commands = IssuerCommandWatch.of(this.accountDirectory);
            this.account = parts.add(Account.open(
                    options.database()
                            .orElseThrow(() -> new UsageException("servers that run as processes of their own share"
                                    + " the account, and a SQLite file belongs to one process; give --database"
                                    + " jdbc:postgresql://HOST:PORT/DATABASE")),
                    cas.lwm2mDevice(),
                    clock,
                    random,
                    journal,
                    IssuerClients.standard(commands.commands(), IssuerClients.PATIENCE)));
            parts.add(commands).start(account);
        }

        List<X509Certificate> authorities() {
            return List.of(
                    cas.bootstrapServer().certificate(), cas.lwm2mServer().certificate());
        }

        ServerCredentials servers(URI bootstrap, URI lwm2m) {
            return new ServerCredentials(
                    new ServerCredentials.Server(
                            bootstrap, cas.bootstrapServer().certificate()),
                    new ServerCredentials.Server(lwm2m, cas.lwm2mServer().certificate()));
        }

        ApiKey apiKey() throws IOException {
            return SharedFiles.alone(accountDirectory, () -> Management.apiKey(accountDirectory, random));
        }

        /** A server's own management port, for this machine alone. */
        ManagementServer managementAtHome(DeviceOperations devices, ServerCredentials servers, Vitals vitals)
                throws IOException {
            return management(InetAddress.getLoopbackAddress(), devices, servers, Optional.empty(), vitals);
        }

        ManagementServer management(
                InetAddress bind,
                DeviceOperations devices,
                ServerCredentials servers,
                Optional<Credential> tls,
                Vitals vitals)
                throws IOException {
            return parts.add(ManagementServer.start(
                    new ManagementOptions(
                            bind, options.httpPort(), Set.of(options.host()), apiKey(), random, tls, vitals),
                    account,
                    journal,
                    clock,
                    devices,
                    servers));
        }
    }

    /** Where its journal is. */
    public Path workDirectory() {
        return workDirectory;
    }

    /** Every event of this process. */
    public Journal journal() {
        return journal;
    }

    /** Where devices reach it, {@code coaps://host:port}; empty for the API alone. */
    public Optional<URI> server() {
        return server;
    }

    /** Where its management port answers. */
    public URI management() {
        return management;
    }

    /** The account's id. */
    public String accountId() {
        return accountId;
    }

    /** Stops it. Does nothing when called again. */
    @Override
    public void close() {
        parts.close();
    }
}
