package dev.onboard.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.networknt.schema.InputFormat;
import dev.onboard.account.postgres.PostgresServer;
import dev.onboard.http.ApiKey;
import dev.onboard.http.ManagementClient;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.SocketException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Bootstrap servers, LwM2M servers and the API, each a process of its own, on one PostgreSQL database. Each has ports that it
 * comes back to, outside the range from which the system gives ports to devices while it is away.
 */
final class Cluster implements AutoCloseable {
    private final Cli cli;
    private final String database;
    private final Path account;
    private final List<Member> bootstrap = new ArrayList<>();
    private final List<Member> lwm2m = new ArrayList<>();
    private final Member api;

    /** A process, which is started again with the same arguments. */
    final class Member {
        private final List<Object> command;
        private final int port;
        private Process process;
        private JsonNode says = Cli.JSON.missingNode();

        private Member(int port, Object... command) throws Exception {
            this.port = port;
            this.command = new ArrayList<>(List.of(command));
            this.command.addAll(List.of("--database", database, "--json"));
            this.process = cli.start(this.command.toArray());
        }

        URI uri() {
            return URI.create("coaps://" + place());
        }

        String place() {
            return "localhost:" + port;
        }

        /** Its journal. */
        Cli.Up journal() {
            return new Cli.Up(process, Path.of(says.path("work_dir").asText()), says);
        }

        /** {@code kill -9}. */
        void kill() throws Exception {
            process.destroyForcibly().waitFor();
        }

        /** Starts it again after a kill; returns when its ports answer. */
        void start() throws Exception {
            process = cli.start(command.toArray());
            awaitReady();
        }

        private void awaitReady() throws Exception {
            says = Cli.JSON.readTree(Cli.JSON.createParser(process.inputReader(StandardCharsets.UTF_8)));
            assertThat(says)
                    .as(() -> "it comes up: "
                            + process.errorReader(StandardCharsets.UTF_8)
                                    .lines()
                                    .collect(Collectors.joining("\n")))
                    .isNotNull();
            assertThat(FormatsIT.schema("server-process").validate(says.toString(), InputFormat.JSON))
                    .as(says.toString())
                    .isEmpty();
            Process drained = process;
            Thread drain = new Thread(
                    () -> drained.errorReader(StandardCharsets.UTF_8).lines().forEach(line -> {}), "drain");
            drain.setDaemon(true);
            drain.start();
        }
    }

    /** Starts all of them at the same time; returns when each answers. */
    Cluster(Path folder, int bootstrapServers, int lwm2mServers) throws Exception {
        database = PostgresServer.need().newDatabase();
        cli = new Cli(Cli.folder(folder, "home"));
        account = folder.resolve("account");
        List<Integer> bootstrapPorts = freePorts(bootstrapServers);
        List<Integer> lwm2mPorts = freePorts(lwm2mServers);
        List<Integer> management = freePorts(lwm2mServers);
        for (int i = 0; i < lwm2mServers; i++) {
            int port = lwm2mPorts.get(i);
            lwm2m.add(new Member(
                    port, "lwm2m-server", "--account-dir", account, "--port", port, "--http-port", management.get(i)));
        }
        for (int port : bootstrapPorts) {
            List<Object> command =
                    new ArrayList<>(List.of("bootstrap-server", "--account-dir", account, "--port", port));
            lwm2m.forEach(each -> command.addAll(List.of("--lwm2m-server", each.place())));
            bootstrap.add(new Member(port, command.toArray()));
        }
        List<Object> command = new ArrayList<>(List.of(
                "api",
                "--work-dir",
                account,
                "--http-port",
                0,
                "--bootstrap-server",
                bootstrap.get(0).place()));
        management.forEach(port -> command.addAll(List.of("--lwm2m-api", "http://localhost:" + port)));
        api = new Member(0, command.toArray());
        for (Member each : all()) {
            each.awaitReady();
        }
        api.awaitReady();
    }

    Cli cli() {
        return cli;
    }

    Path account() {
        return account;
    }

    List<Member> bootstrap() {
        return bootstrap;
    }

    List<Member> lwm2m() {
        return lwm2m;
    }

    /** Every bootstrap server and every LwM2M server. */
    List<Member> all() {
        List<Member> all = new ArrayList<>(bootstrap);
        all.addAll(lwm2m);
        return all;
    }

    /** The API's port. */
    ManagementClient client() throws Exception {
        return ManagementClient.of(
                URI.create(api.says.path("management_uri").asText()),
                ApiKey.of(Files.readString(account.resolve("api-key"))));
    }

    @Override
    public void close() throws Exception {
        cli.close();
    }

    /** Ports of which neither UDP nor TCP is in use. */
    private static List<Integer> freePorts(int count) throws Exception {
        SecureRandom random = new SecureRandom();
        List<Integer> ports = new ArrayList<>();
        for (int port : IntStream.generate(() -> 20_000 + random.nextInt(12_000))
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
