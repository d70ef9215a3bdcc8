package dev.onboard.testbed;

import dev.onboard.bootstrap.BootstrapServer;
import dev.onboard.dtls.DtlsThreads;
import dev.onboard.http.ApiKey;
import dev.onboard.http.DeviceOperations;
import dev.onboard.http.ManagementServer;
import dev.onboard.http.Vitals;
import dev.onboard.journal.Journal;
import dev.onboard.pki.Credential;
import dev.onboard.pki.TrustRules;
import dev.onboard.server.LwM2mServer;
import dev.onboard.server.SharedRegistrations;
import dev.onboard.server.SharedRegistrations.Place;
import dev.onboard.server.UpdateService;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;

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

    private ServerProcess(ProcessGround on, Optional<URI> server, ManagementServer management) {
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
     * @param options of a testbed; its bootstrap port, its management port, its sessions, and how devices are told of LwM2M servers count
     * @param behind the name at which devices reach it, when that is another: of a router in front of it
     * @param lwm2mServers {@code coaps://host:port} of each
     * @throws UsageException when something that the user chose cannot be had
     */
    public static ServerProcess bootstrapServer(
            Path accountDirectory,
            TestbedOptions options,
            Optional<String> behind,
            List<URI> lwm2mServers,
            InstantSource clock,
            SecureRandom random) {
        return Parts.starting(parts -> {
            ProcessGround on = new ProcessGround(parts, accountDirectory, options, clock, random);
            options.delivery().certificateLife().ifPresent(on.account::setCertificateLife);
            Credential credential = Testbed.serverCredential(on.cas.bootstrapServer(), options, behind);
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
                            on.account,
                            on.journal,
                            threads,
                            clock,
                            random,
                            TrustRules.USUAL,
                            Testbed.TRANSMISSION.withSessions(options.sessions()))));
            URI uri = Testbed.uri("coaps", options, bootstrap.address());
            return new ServerProcess(
                    on,
                    Optional.of(uri),
                    on.management(
                            DeviceOperations.none(),
                            on.servers(uri, lwm2mServers.get(0)),
                            on.identity(),
                            Vitals.NONE
                                    .with("server-io", threads::backlog)
                                    .with(
                                            "bootstrap-server",
                                            new Vitals.Server(
                                                    bootstrap::isListening,
                                                    bootstrap::openSessions,
                                                    bootstrap::openConnections,
                                                    bootstrap::turnedAway))));
        });
    }

    /**
     * Starts an LwM2M server; returns when its ports answer. Its management port carries out requests to the devices that
     * are registered at it.
     *
     * @param accountDirectory made when it does not exist
     * @param options of a testbed; its LwM2M port, its management port, its sessions and how long devices are awake count
     * @param behind the name at which devices reach it, when that is another: of a router in front of it
     * @param bootstrapServer where devices bootstrap, {@code coaps://host:port}
     * @param redis where registrations are shared with other LwM2M servers; empty: they end with the process
     * @throws UsageException when something that the user chose cannot be had
     */
    public static ServerProcess lwm2mServer(
            Path accountDirectory,
            TestbedOptions options,
            Optional<String> behind,
            URI bootstrapServer,
            Optional<URI> redis,
            InstantSource clock,
            SecureRandom random) {
        return Parts.starting(parts -> {
            ProcessGround on = new ProcessGround(parts, accountDirectory, options, clock, random);
            Credential credential = Testbed.serverCredential(on.cas.lwm2mServer(), options, behind);
            DtlsThreads threads = parts.add(DtlsThreads.start("server"));
            Optional<SharedRegistrations> shared =
                    redis.isPresent() ? Optional.of(on.shared(redis.get())) : Optional.empty();
            InetSocketAddress bind = new InetSocketAddress(options.bind(), options.lwm2mPort());
            LwM2mServer.Surroundings surroundings = new LwM2mServer.Surroundings(
                    on.account,
                    on.journal,
                    threads,
                    clock,
                    TrustRules.USUAL,
                    Testbed.TRANSMISSION.withSessions(options.sessions()),
                    on::authorities,
                    LwM2mServer.Role.MAIN,
                    options.awake());
            LwM2mServer lwm2m = parts.add(
                    shared.isPresent()
                            ? LwM2mServer.start(bind, () -> credential, surroundings, shared.get())
                            : LwM2mServer.start(bind, () -> credential, surroundings));
            URI uri = Testbed.uri("coaps", options, lwm2m.address());
            parts.add(UpdateService.start(lwm2m, on.account, on.journal, uri));
            Optional<ApiIdentity> identity = on.identity();
            ServerProcess started = new ServerProcess(
                    on,
                    Optional.of(uri),
                    on.management(
                            new RegisteredDevices(Map.of(uri, lwm2m)),
                            on.servers(bootstrapServer, uri),
                            identity,
                            needing(shared)
                                    .with("server-io", threads::backlog)
                                    .with(
                                            "lwm2m-server",
                                            new Vitals.Server(
                                                    lwm2m::isListening,
                                                    lwm2m::openSessions,
                                                    lwm2m::openConnections,
                                                    lwm2m::turnedAway))));
            if (shared.isPresent()) {
                shared.get().announce(new Place.At(started.management, authority(identity)));
            }
            return started;
        });
    }

    private static Vitals needing(Optional<SharedRegistrations> shared) {
        return shared.isEmpty()
                ? Vitals.NONE
                : Vitals.NONE.needing(
                        "redis",
                        () -> shared.get()
                                .problem()
                                .map(why ->
                                        "Redis, where the LwM2M servers share registrations, does not answer: they are"
                                                + " refused until it does; this process's log says more"));
    }

    private static Optional<String> authority(Optional<ApiIdentity> identity) throws IOException {
        Optional<Path> file = identity.flatMap(ApiIdentity::ca);
        return file.isPresent() ? Optional.of(Files.readString(file.get())) : Optional.empty();
    }

    /**
     * Starts the API alone; returns when its port answers. The work directory is the account's directory, and other
     * programs find the testbed by it.
     *
     * @param options of a testbed; its work directory and its management port count
     * @param bootstrapServer where devices bootstrap, {@code coaps://host:port}
     * @param lwm2mServer where devices register that do not bootstrap
     * @param redis where LwM2M servers share registrations: the one that has a device's session is asked to carry out requests
     * @throws UsageException when something that the user chose cannot be had
     */
    public static ServerProcess api(
            TestbedOptions options,
            URI bootstrapServer,
            URI lwm2mServer,
            Optional<URI> redis,
            InstantSource clock,
            SecureRandom random) {
        return Parts.starting(parts -> {
            Testbed.checkReach(options);
            ProcessGround on = new ProcessGround(parts, options.workDirectory(), options, clock, random);
            ApiKey key = on.apiKey();
            Optional<SharedRegistrations> shared =
                    redis.isPresent() ? Optional.of(on.shared(redis.get())) : Optional.empty();
            DevicesElsewhere.Route route =
                    shared.isPresent() ? new SessionRoute(shared.get(), key) : DevicesElsewhere.UNKNOWN;
            DevicesElsewhere devices = parts.add(new DevicesElsewhere(route));
            Optional<ApiIdentity> identity = on.identity();
            ServerProcess started = new ServerProcess(
                    on,
                    Optional.empty(),
                    on.management(devices, on.servers(bootstrapServer, lwm2mServer), identity, needing(shared)));
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
