package dev.onboard.http.leshan;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.onboard.account.Account;
import dev.onboard.account.AccountException;
import dev.onboard.http.EventFeeds;
import dev.onboard.http.HostCheck;
import dev.onboard.http.HttpSettings;
import dev.onboard.journal.Journal;
import dev.onboard.server.LwM2mServer;
import dev.onboard.server.OperationException;
import io.javalin.Javalin;
import io.javalin.http.Context;
import io.javalin.http.Handler;
import io.javalin.http.HandlerType;
import io.javalin.http.HttpResponseException;
import io.javalin.util.JavalinBindException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The port with the interface of Leshan's demo servers: loopback alone, because whoever reaches it needs no key. Refuses
 * foreign {@code Host} and {@code Origin} headers as the management port does. Thread-safe.
 */
public final class LeshanPort implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LeshanPort.class);
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int BEAT_SECONDS = 15;

    /** One request that is answered; a path parameter in angle brackets may have slashes. */
    private record Route(HandlerType method, String path, String says, Handler handler) {}

    private final Javalin javalin;
    private final EventFeeds feeds;
    private final ScheduledThreadPoolExecutor beats;
    private final Journal.Subscription followed;

    private LeshanPort(
            Javalin javalin, EventFeeds feeds, ScheduledThreadPoolExecutor beats, Journal.Subscription followed) {
        this.javalin = javalin;
        this.feeds = feeds;
        this.beats = beats;
        this.followed = followed;
    }

    /**
     * Starts to listen on loopback; returns when the port answers.
     *
     * @param port 0 picks a free one
     * @param endpoints what each server is, by its URI
     * @param certificate that the LwM2M server shows
     * @throws IOException when the port is taken; the message says what to do
     */
    public static LeshanPort start(
            int port,
            LwM2mServer server,
            Account account,
            BootstrapConfigs configs,
            Map<URI, String> endpoints,
            Supplier<X509Certificate> certificate)
            throws IOException {
        QueuedThreadPool threads = new QueuedThreadPool(64, 2, 30_000);
        threads.setName("onboard-leshan-api");
        threads.setDaemon(true);
        ScheduledThreadPoolExecutor beats = new ScheduledThreadPoolExecutor(1, task -> {
            Thread thread = new Thread(task, "onboard-leshan-beat");
            thread.setDaemon(true);
            return thread;
        });
        EventFeeds feeds = new EventFeeds(threads);
        NodeJson nodes = new NodeJson(server.objects());
        ClientEvents events = new ClientEvents(server, feeds, nodes);
        ClientDocuments clients = new ClientDocuments(server, events, nodes);
        List<Route> routes = routes(
                clients,
                events,
                configs,
                new SecurityDocuments(account),
                new ServerDocuments(endpoints, certificate, server::objects));
        HostCheck hosts = new HostCheck(Set.of());
        Javalin javalin = Javalin.create(config -> {
            HttpSettings.apply(config, threads);
            config.routes.before(ctx -> hosts.refusal(ctx).ifPresent(why -> {
                throw new LeshanRefusal(403, why);
            }));
            for (Route route : routes) {
                config.routes.addHttpHandler(route.method(), route.path(), route.handler());
            }
            config.routes.get("/openapi.json", ctx -> LeshanAnswer.json(ctx, openApi(routes)));
            config.routes.exception(
                    LeshanRefusal.class, (refusal, ctx) -> LeshanAnswer.text(ctx, refusal.status(), refusal.text()));
            config.routes.exception(OperationException.class, (failure, ctx) -> LeshanAnswer.failed(ctx, failure));
            config.routes.exception(
                    AccountException.class,
                    (failure, ctx) -> LeshanAnswer.text(
                            ctx,
                            failure.kind() == AccountException.Kind.STORAGE ? 503 : 400,
                            String.valueOf(failure.getMessage())));
            config.routes.exception(
                    HttpResponseException.class,
                    (failure, ctx) ->
                            LeshanAnswer.text(ctx, failure.getStatus(), String.valueOf(failure.getMessage())));
            config.routes.exception(Exception.class, LeshanPort::unexpected);
        });
        try {
            javalin.start(InetAddress.getLoopbackAddress().getHostAddress(), port);
        } catch (JavalinBindException e) {
            javalin.stop();
            beats.shutdownNow();
            throw new IOException(
                    "the port " + port + " for Leshan's interface cannot be opened (" + e.getMessage()
                            + "); give another one with --leshan-api",
                    e);
        }
        Journal.Subscription followed = server.watch(event -> {
            events.follow(event);
            clients.follow(event);
        });
        beats.scheduleAtFixedRate(feeds::beat, BEAT_SECONDS, BEAT_SECONDS, TimeUnit.SECONDS);
        return new LeshanPort(javalin, feeds, beats, followed);
    }

    private static List<Route> routes(
            ClientDocuments clients,
            ClientEvents events,
            BootstrapConfigs configs,
            SecurityDocuments security,
            ServerDocuments server) {
        String path = "/api/clients/{endpoint}/<path>";
        return List.of(
                new Route(HandlerType.GET, "/api/clients", "The registered devices", clients::list),
                new Route(HandlerType.GET, "/api/clients/{endpoint}", "One registered device", clients::get),
                new Route(HandlerType.GET, path, "Read; …/discover; composite", clients::read),
                new Route(HandlerType.PUT, path, "Write; …/attributes; composite", clients::write),
                new Route(HandlerType.POST, path, "Execute, create; …/observe; composite/observe", clients::post),
                new Route(HandlerType.DELETE, path, "Delete; …/observe; composite/observe", clients::delete),
                new Route(HandlerType.GET, "/api/event", "What happens, as text/event-stream", events::stream),
                new Route(HandlerType.GET, "/api/objectspecs/{endpoint}", "The objects", ctx -> {
                    clients.need(ctx);
                    server.objects(ctx);
                }),
                new Route(HandlerType.GET, "/api/server/endpoint", "Where the servers are", server::endpoints),
                new Route(HandlerType.GET, "/api/server/security", "The server's certificate", server::security),
                new Route(HandlerType.GET, "/api/security/server", "The server's certificate", server::security),
                new Route(HandlerType.GET, "/api/security/clients", "The known devices", security::list),
                new Route(HandlerType.PUT, "/api/security/clients", "Make a device known", security::add),
                new Route(HandlerType.DELETE, "/api/security/clients/{endpoint}", "Forget a device", security::remove),
                new Route(HandlerType.GET, "/api/bootstrap", "The bootstrap configurations", configs::list),
                new Route(HandlerType.POST, "/api/bootstrap/{endpoint}", "Configure a device", configs::add),
                new Route(HandlerType.DELETE, "/api/bootstrap/{endpoint}", "Configure it no more", configs::remove));
    }

    private static ObjectNode openApi(List<Route> routes) {
        ObjectNode document = JSON.createObjectNode().put("openapi", "3.1.0");
        document.putObject("info").put("title", "Onboard: Leshan's interface").put("version", "2.0.0-M15");
        ObjectNode paths = document.putObject("paths");
        for (Route route : routes) {
            String path = route.path().replace('<', '{').replace('>', '}');
            ObjectNode operation = paths.withObjectProperty(path)
                    .putObject(route.method().name().toLowerCase(Locale.ROOT));
            operation.put("summary", route.says());
            for (String name : new String[] {"endpoint", "path"}) {
                if (path.contains("{" + name + "}")) {
                    operation
                            .withArrayProperty("parameters")
                            .addObject()
                            .put("name", name)
                            .put("in", "path")
                            .put("required", true)
                            .putObject("schema")
                            .put("type", "string");
                }
            }
            operation.putObject("responses").putObject("200").put("description", "done");
        }
        return document;
    }

    private static void unexpected(Exception failure, Context ctx) {
        LOG.error("{} {} failed", ctx.method(), ctx.path(), failure);
        LeshanAnswer.text(ctx, 500, "Unexpected exception; the log says more");
    }

    /** Where it answers, for example {@code http://localhost:8081}. */
    public URI address() {
        return URI.create("http://localhost:" + javalin.port());
    }

    /** Stops; open streams end. */
    @Override
    public void close() {
        followed.close();
        beats.shutdownNow();
        feeds.close();
        javalin.stop();
    }
}
