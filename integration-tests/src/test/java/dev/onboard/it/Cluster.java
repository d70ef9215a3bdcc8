package dev.onboard.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.networknt.schema.InputFormat;
import dev.onboard.account.Database;
import dev.onboard.account.postgres.PostgresServer;
import dev.onboard.dtls.DatagramRouter;
import dev.onboard.http.ApiKey;
import dev.onboard.http.ManagementClient;
import dev.onboard.journal.Event;
import dev.onboard.journal.Journal;
import dev.onboard.server.SharedRegistrations;
import dev.onboard.testbed.ServerProcess;
import dev.onboard.testbed.TestbedOptions;
import java.io.BufferedReader;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.SocketException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Two bootstrap servers and three LwM2M servers, each kind behind one address, and the API, on one PostgreSQL and one Redis.
 * What is killed is a process of its own; in the short form the others run here, with a work directory, connections and
 * ports of their own. The management ports of the second and the third LwM2M server speak TLS. Long because it starts each kind of
 * process in both ways.
 */
final class Cluster implements AutoCloseable {
    private static final boolean HEAVY = Boolean.getBoolean("onboard.heavy");
    private static final Duration SOON = Duration.ofSeconds(10);
    private static final InstantSource CLOCK = InstantSource.system();
    private static final SecureRandom RANDOM = new SecureRandom();

    private final Deque<AutoCloseable> parts = new ArrayDeque<>();
    private final Cli cli;
    private final String database;
    private final RedisServer redis;
    private final Path account;
    private final List<Member> bootstrap = new ArrayList<>();
    private final List<Member> lwm2m = new ArrayList<>();
    private final List<Integer> ports;
    private final int bootstrapRouter;
    private final int lwm2mRouter;
    private final Member api;

    /** A process, which comes back at the same port when it is started again. */
    final class Member {
        private final int port;
        private final List<Object> command;
        private @Nullable Process process;
        private Path workDirectory = Path.of("");
        private URI management = URI.create("");
        /** The lines on its standard error. */
        private final List<String> said = new CopyOnWriteArrayList<>();

        private Member(int port, Object... command) {
            this.port = port;
            this.command = new ArrayList<>(List.of(command));
            this.command.addAll(List.of("--database", database, "--json"));
        }

        private Member begin() throws Exception {
            process = cli.start(command.toArray());
            return this;
        }

        private Member here(ServerProcess started) {
            parts.push(started);
            workDirectory = started.workDirectory();
            management = started.management();
            return this;
        }

        boolean isProcess() {
            return process != null;
        }

        int port() {
            return port;
        }

        URI management() {
            return management;
        }

        /** Every event in its journal so far. */
        List<Event> events() {
            try (Stream<Event> events = Journal.read(workDirectory.resolve("events.jsonl"))) {
                return events.toList();
            }
        }

        /** {@code kill -9}. */
        void kill() throws Exception {
            Objects.requireNonNull(process, "only a process is killed")
                    .destroyForcibly()
                    .waitFor();
        }

        /** Starts it again after a kill; returns when its ports answer. */
        void start() throws Exception {
            begin();
            awaitReady();
        }

        private void awaitReady() throws Exception {
            Process started = process;
            if (started == null) {
                return;
            }
            BufferedReader errors = started.errorReader(StandardCharsets.UTF_8);
            JsonNode says = Cli.JSON.readTree(Cli.JSON.createParser(started.inputReader(StandardCharsets.UTF_8)));
            assertThat(says)
                    .as(() -> "it comes up: " + errors.lines().collect(Collectors.joining("\n")))
                    .isNotNull();
            assertThat(FormatsIT.schema("server-process").validate(says.toString(), InputFormat.JSON))
                    .as(says.toString())
                    .isEmpty();
            workDirectory = Path.of(says.path("work_dir").asText());
            management = URI.create(says.path("management_uri").asText());
            Thread reader = new Thread(() -> errors.lines().forEach(said::add), "said");
            reader.setDaemon(true);
            reader.start();
        }

        List<String> said() {
            return said;
        }

        /** What it said after so many lines, up to one with these words, which come within ten seconds. */
        List<String> said(int after, String last) {
            long deadline = System.nanoTime() + SOON.toNanos();
            while (System.nanoTime() < deadline) {
                List<String> lines = List.copyOf(said).stream().skip(after).toList();
                if (lines.stream().anyMatch(line -> line.contains(last))) {
                    return lines;
                }
            }
            throw new AssertionError("it did not say '" + last + "':\n" + String.join("\n", said));
        }
    }

    private Cluster(Path folder) throws Exception {
        database = PostgresServer.need().newDatabase();
        redis = RedisServer.start(folder);
        parts.push(redis);
        cli = new Cli(Cli.folder(folder, "home"));
        parts.push(cli);
        if (!HEAVY) {
            cli.with(
                    "JAVA_TOOL_OPTIONS", "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"); // processes that live for seconds
        }
        account = folder.resolve("account");
        ports = freePorts(7);
        bootstrapRouter = ports.get(5);
        lwm2mRouter = ports.get(6);
        api = new Member(
                0,
                "api",
                "--work-dir",
                account,
                "--http-port",
                0,
                "--redis",
                redis.uri(),
                "--bootstrap-server",
                "localhost:" + bootstrapRouter);
    }

    /** Starts all of them; returns when each answers. When one does not come up, none is left. */
    static Cluster start(Path folder) throws Exception {
        Cluster cluster = new Cluster(folder);
        try {
            cluster.startServers();
        } catch (Exception | AssertionError e) {
            cluster.close();
            throw e;
        }
        return cluster;
    }

    private void startServers() throws Exception {
        api.begin();
        for (int i = 0; i < 2; i++) {
            bootstrap.add(bootstrapServer(ports.get(i), HEAVY || i == 0));
        }
        for (int i = 0; i < 3; i++) {
            lwm2m.add(lwm2mServer(ports.get(2 + i), HEAVY || i == 0, i > 0));
        }
        for (Member each : servers()) {
            each.awaitReady();
        }
        api.awaitReady();
        parts.push(DatagramRouter.start(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), lwm2mRouter),
                lwm2m.stream()
                        .map(each -> new InetSocketAddress(InetAddress.getLoopbackAddress(), each.port))
                        .toList()));
        startRouter();
    }

    private Member bootstrapServer(int port, boolean process) throws Exception {
        String devicesGoTo = "localhost:" + lwm2mRouter;
        Member member = new Member(
                port, "bootstrap-server", "--account-dir", account, "--port", port, "--lwm2m-server", devicesGoTo);
        return process
                ? member.begin()
                : member.here(ServerProcess.bootstrapServer(
                        account,
                        options("bootstrap-" + port, port, 0),
                        Optional.empty(),
                        List.of(URI.create("coaps://" + devicesGoTo)),
                        CLOCK,
                        RANDOM));
    }

    private Member lwm2mServer(int port, boolean process, boolean tls) throws Exception {
        Member member =
                new Member(port, "lwm2m-server", "--account-dir", account, "--port", port, "--redis", redis.uri());
        if (tls) {
            member.command.add("--api-tls");
        }
        return process
                ? member.begin()
                : member.here(ServerProcess.lwm2mServer(
                        account,
                        options("lwm2m-" + port, 0, port)
                                .withApiTls(tls ? new TestbedOptions.ApiTls.OwnCa() : new TestbedOptions.ApiTls.Off()),
                        Optional.empty(),
                        URI.create("coaps://localhost:" + bootstrapRouter),
                        Optional.of(redis.uri()),
                        CLOCK,
                        RANDOM));
    }

    private TestbedOptions options(String name, int bootstrapPort, int lwm2mPort) {
        return TestbedOptions.in(account.resolve("servers").resolve(name))
                .withPorts(bootstrapPort, lwm2mPort, 0)
                .withDatabase(Database.at(database));
    }

    private void startRouter() throws Exception {
        List<Object> command = new ArrayList<>(List.of("router", "--port", bootstrapRouter));
        bootstrap.forEach(each -> command.addAll(List.of("--to", "localhost:" + each.port)));
        Process router = cli.start(command.toArray());
        BufferedReader says = router.inputReader(StandardCharsets.UTF_8);
        String line;
        do {
            line = says.readLine();
            assertThat(line).as("the router says that it is ready").isNotNull();
        } while (!line.startsWith("Ready."));
        drain(router.errorReader(StandardCharsets.UTF_8));
    }

    static void drain(BufferedReader reader) {
        Thread thread = new Thread(() -> reader.lines().forEach(line -> {}), "drain");
        thread.setDaemon(true);
        thread.start();
    }

    /** What is the matter with something that a process needs, which it says within ten seconds. */
    String problem(Member member, String need) throws Exception {
        return check(member, need, check -> !check.path("ready").asBoolean())
                .path("problem")
                .asText();
    }

    /** Whether it comes to work within ten seconds. */
    boolean works(Member member, String need) throws Exception {
        return check(member, need, check -> check.path("ready").asBoolean())
                .path("ready")
                .asBoolean();
    }

    private static JsonNode check(Member member, String need, Predicate<JsonNode> wanted) throws Exception {
        HttpRequest request =
                HttpRequest.newBuilder(member.management.resolve("/readyz")).build();
        long deadline = System.nanoTime() + SOON.toNanos();
        while (true) {
            HttpResponse<String> answer =
                    HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
            for (JsonNode check : Cli.JSON.readTree(answer.body()).path("checks")) {
                if (check.path("name").asText().equals(need) && wanted.test(check)) {
                    assertThat(answer.statusCode())
                            .isEqualTo(check.path("ready").asBoolean() ? 200 : 503);
                    return check;
                }
            }
            assertThat(System.nanoTime()).as(answer.body()).isLessThan(deadline);
        }
    }

    Cli cli() {
        return cli;
    }

    RedisServer redis() {
        return redis;
    }

    /** The URL of the database, with its password. */
    String database() {
        return database;
    }

    /** The process with the API. */
    Member api() {
        return api;
    }

    /** Where devices register, at whichever server. */
    InetSocketAddress lwm2mAddress() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), lwm2mRouter);
    }

    Path account() {
        return account;
    }

    List<Member> lwm2m() {
        return lwm2m;
    }

    List<Member> bootstrap() {
        return bootstrap;
    }

    /** Every bootstrap server and every LwM2M server. */
    List<Member> servers() {
        List<Member> all = new ArrayList<>(bootstrap);
        all.addAll(lwm2m);
        return all;
    }

    /** Where devices bootstrap, at whichever server. */
    URI bootstrapUri() {
        return URI.create("coaps://localhost:" + bootstrapRouter);
    }

    /** The API's port. */
    ManagementClient client() throws Exception {
        return ManagementClient.of(api.management, key());
    }

    private ApiKey key() throws Exception {
        return ApiKey.of(Files.readString(account.resolve("api-key")));
    }

    /** Which LwM2M server has a device's session. */
    Optional<Member> holder(SharedRegistrations registrations, String endpoint) {
        return registrations.placeOf(endpoint) instanceof SharedRegistrations.Place.At at
                ? lwm2m.stream()
                        .filter(each -> each.management.equals(at.management()))
                        .findFirst()
                : Optional.empty();
    }

    SharedRegistrations registrations() throws Exception {
        return registrations(key().text());
    }

    /** As who has this secret sees them. */
    SharedRegistrations registrations(String secret) throws Exception {
        return SharedRegistrations.at(redis.uri(), client().account().path("id").asText(), secret, RANDOM);
    }

    @Override
    public void close() throws Exception {
        while (!parts.isEmpty()) {
            parts.pop().close();
        }
    }

    /** Ports of which neither UDP nor TCP is in use, outside the range from which the system gives ports to devices. */
    static List<Integer> freePorts(int count) throws Exception {
        List<Integer> ports = new ArrayList<>();
        for (int port : IntStream.generate(() -> 20_000 + RANDOM.nextInt(12_000))
                .distinct()
                .limit(1000)
                .toArray()) {
            if (ports.size() < count && isFree(port)) {
                ports.add(port);
            }
        }
        assertThat(ports).as("free ports").hasSize(count);
        return ports;
    }

    private static boolean isFree(int port) throws Exception {
        InetAddress here = InetAddress.getLoopbackAddress();
        try (DatagramSocket udp = new DatagramSocket(new InetSocketAddress(here, port));
                ServerSocket tcp = new ServerSocket(port, 1, here)) {
            return udp.isBound() && tcp.isBound();
        } catch (SocketException e) {
            return false;
        }
    }
}
