package dev.onboard.http;

import static io.javalin.http.HandlerType.DELETE;
import static io.javalin.http.HandlerType.GET;
import static io.javalin.http.HandlerType.POST;
import static io.javalin.http.HandlerType.PUT;

import dev.onboard.account.Account;
import dev.onboard.http.connect.Connect;
import dev.onboard.http.connect.ConnectRefusal;
import dev.onboard.journal.Journal;
import io.javalin.Javalin;
import io.javalin.http.HttpResponseException;
import io.javalin.util.JavalinBindException;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.eclipse.jetty.util.thread.QueuedThreadPool;

/**
 * The management port: HTTP on loopback unless told otherwise, behind a bearer key. Thread-safe; streams of events hold
 * no thread.
 */
public final class ManagementServer implements AutoCloseable {
    private static final int BEAT_SECONDS = 15;

    private final Javalin javalin;
    private final URI address;
    private final EventFeeds feeds;
    private final Connect connect;
    private final ScheduledThreadPoolExecutor beats;
    private final Handover handover;
    private final Chronicle chronicle;
    private final ScenarioRuns runs;
    private final Metrics metrics;

    private ManagementServer(
            URI address,
            Javalin javalin,
            EventFeeds feeds,
            Connect connect,
            ScheduledThreadPoolExecutor beats,
            Handover handover,
            Chronicle chronicle,
            ScenarioRuns runs,
            Metrics metrics) {
        this.address = address;
        this.javalin = javalin;
        this.feeds = feeds;
        this.connect = connect;
        this.beats = beats;
        this.handover = handover;
        this.chronicle = chronicle;
        this.runs = runs;
        this.metrics = metrics;
    }

    /**
     * Loads what the first start in this process needs. A start does so itself when this was not called; on another thread,
     * ahead of it, it makes the start quicker.
     */
    public static void prepare() {
        OpenApi.schemas();
        Javalin.create(config -> HttpSettings.apply(config, new QueuedThreadPool()));
    }

    /**
     * Starts to listen; returns when the port answers.
     *
     * @param operations what is done to registered devices; {@link DeviceOperations#none} without an LwM2M server
     * @throws IOException when the port is taken or not this machine's; the message says what to do
     */
    public static ManagementServer start(
            ManagementOptions options,
            Account account,
            Journal journal,
            InstantSource clock,
            DeviceOperations operations)
            throws IOException {
        return start(options, account, journal, clock, operations, SimulatedDevices.none(), Optional.empty());
    }

    /** As the other, with servers whose addresses and CA certificates the account gives out. */
    public static ManagementServer start(
            ManagementOptions options,
            Account account,
            Journal journal,
            InstantSource clock,
            DeviceOperations operations,
            ServerCredentials servers)
            throws IOException {
        return start(options, account, journal, clock, operations, SimulatedDevices.none(), Optional.of(servers));
    }

    /** As the other, with devices that are simulated here. */
    public static ManagementServer start(
            ManagementOptions options,
            Account account,
            Journal journal,
            InstantSource clock,
            DeviceOperations operations,
            SimulatedDevices simulated,
            ServerCredentials servers)
            throws IOException {
        return start(options, account, journal, clock, operations, simulated, Optional.of(servers));
    }

    private static ManagementServer start(
            ManagementOptions options,
            Account account,
            Journal journal,
            InstantSource clock,
            DeviceOperations operations,
            SimulatedDevices simulated,
            Optional<ServerCredentials> servers)
            throws IOException {
        QueuedThreadPool threads = new QueuedThreadPool(64, 2, 30_000);
        threads.setName("onboard-http");
        threads.setDaemon(true);
        EventFeeds feeds = new EventFeeds(threads);
        OpenApi openApi = new OpenApi();
        ScheduledThreadPoolExecutor beats = new ScheduledThreadPoolExecutor(1, task -> {
            Thread thread = new Thread(task, "onboard-http-beat");
            thread.setDaemon(true);
            return thread;
        });
        beats.setRemoveOnCancelPolicy(true);
        Connect connect = new Connect(account, journal, clock, operations.connected(), beats, threads);
        List<Routes.Route> routes = new ArrayList<>(Routes.all(
                new TrustedCertificateDocuments(account, clock),
                new DeviceDocuments(account),
                new IssuedDocuments(account),
                new AccountDocuments(account),
                new ApiKeyDocuments(account, options.random()),
                new DeveloperCertificateDocuments(account, servers),
                new ServerCredentialDocuments(account, servers),
                new EnrollmentDocuments(account),
                new ResourceDocuments(operations, feeds),
                new EventDocuments(journal, feeds),
                new DeviceEventDocuments(account),
                new IssuerDocuments(account),
                new IssuerConfigurationDocuments(account),
                new RenewalDocuments(account, operations),
                new BlockCategoryDocuments(account),
                openApi));
        routes.addAll(RevocationRoutes.all(new RevocationDocuments(account)));
        routes.addAll(FirmwareRoutes.all(new FirmwareDocuments(account), new CampaignDocuments(account)));
        routes.addAll(RotationRoutes.all(new RotationDocuments(operations)));
        routes.addAll(ConnectRoutes.all(connect));
        Handover handover = new Handover(options.key(), options.random(), clock);
        Chronicle chronicle = new Chronicle(journal, clock);
        OverviewDocuments overview = new OverviewDocuments(account, chronicle, feeds, simulated, servers);
        routes.addAll(TestbedRoutes.all(
                new PageFiles(
                        Optional.ofNullable(System.getProperty("onboard.page")).map(Path::of)),
                handover,
                overview,
                new SimulatedDocuments(simulated, clock),
                new ExplainDocuments(account, journal, clock, simulated, servers)));
        ScenarioRuns runs = new ScenarioRuns(clock);
        routes.addAll(ScenarioRoutes.all(new ScenarioDocuments(runs, feeds, clock)));
        Readiness readiness = new Readiness(account, options.vitals());
        Metrics metrics = new Metrics(account, journal, options.vitals(), readiness, threads::getQueueSize);
        routes.addAll(HealthRoutes.all(metrics, readiness));
        openApi.describe(routes);
        Gate gate = new Gate(options.hosts(), options.key(), account.apiKeys(), open(routes));
        Failures failures = new Failures(options.random());
        Javalin javalin = Javalin.create(config -> {
            HttpSettings.apply(config, threads);
            options.tls()
                    .ifPresent(credential -> config.jetty.addConnector(
                            (server, http) -> TlsConnector.of(server, http, credential, options)));
            config.routes.before(gate::check);
            for (Routes.Route route : routes) {
                config.routes.addHttpHandler(route.method(), route.path(), route.handler());
            }
            config.routes.wsBeforeUpgrade(Connect.SOCKET_PATH, gate::check);
            config.routes.ws(Connect.SOCKET_PATH, connect.socket());
            config.routes.exception(ConnectRefusal.class, Failures::answer);
            config.routes.exception(HttpResponseException.class, failures::answer);
            config.routes.exception(Exception.class, failures::answer);
        });
        listen(javalin, options);
        beats.scheduleAtFixedRate(feeds::beat, BEAT_SECONDS, BEAT_SECONDS, TimeUnit.SECONDS);
        beats.scheduleAtFixedRate(() -> threads.execute(connect::beat), BEAT_SECONDS, BEAT_SECONDS, TimeUnit.SECONDS);
        beats.scheduleAtFixedRate(() -> threads.execute(overview::beat), 250, 250, TimeUnit.MILLISECONDS);
        return new ManagementServer(
                address(options, javalin.port()), javalin, feeds, connect, beats, handover, chronicle, runs, metrics);
    }

    /** What needs no key. */
    private static Set<String> open(List<Routes.Route> routes) {
        return routes.stream()
                .filter(route -> route.says().access() == Operation.Access.ANYBODY)
                .map(route -> route.method().name() + " " + route.path())
                .collect(Collectors.toUnmodifiableSet());
    }

    private static void listen(Javalin javalin, ManagementOptions options) throws IOException {
        try {
            javalin.start(options.bind().getHostAddress(), options.port());
        } catch (JavalinBindException e) {
            javalin.stop();
            throw new IOException(
                    "the management port " + options.port() + " at "
                            + options.bind().getHostAddress() + " cannot be opened (" + e.getMessage()
                            + "); give another one with --http-port",
                    e);
        }
    }

    private static URI address(ManagementOptions options, int port) {
        String host = options.name();
        String scheme = options.tls().isPresent() ? "https://" : "http://";
        return URI.create(scheme + (host.contains(":") ? "[" + host + "]" : host) + ":" + port);
    }

    /** Where it answers, for example {@code http://localhost:8080}. */
    public URI address() {
        return address;
    }

    /** A new link that opens the page with the API key: good once, for half an hour. */
    public URI pageLink() {
        return handover.link(address);
    }

    /** What it answers as the HTTP library has it, for example {@code GET /v3/devices/{id}}. */
    List<String> routes() {
        return javalin.unsafe.internalRouter.allHttpHandlers().stream()
                .map(parsed -> parsed.endpoint)
                .filter(endpoint -> Set.of(GET, POST, PUT, DELETE).contains(endpoint.method))
                .map(endpoint -> endpoint.method.name() + " "
                        + endpoint.path.replace('<', '{').replace('>', '}'))
                .toList();
    }

    /** Ends all streams and stops listening. Does nothing when called again. */
    @Override
    public void close() {
        beats.shutdownNow();
        connect.close();
        feeds.close();
        chronicle.close();
        metrics.close();
        runs.close();
        javalin.stop();
    }
}
