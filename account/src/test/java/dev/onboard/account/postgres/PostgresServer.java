package dev.onboard.account.postgres;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Debian's PostgreSQL on a free port and a data directory of its own, for the tests of one JVM; stopped with it. The
 * server does not run as root: as root, it is started as the user {@code postgres}. Where it is missing a test is skipped
 * with a message; with {@code CI=true} it fails.
 */
public final class PostgresServer {
    private static final Path VERSIONS = Path.of("/usr/lib/postgresql");
    private static final boolean ROOT = "root".equals(System.getProperty("user.name"));
    private static final AtomicInteger DATABASES = new AtomicInteger();
    private static @Nullable PostgresServer running;

    private final Path programs;
    private final Path directory;
    private final int port;
    private final String password;

    private PostgresServer(Path programs, Path directory, int port, String password) {
        this.programs = programs;
        this.directory = directory;
        this.port = port;
        this.password = password;
    }

    /** The server of this JVM, started when it does not run yet. */
    public static synchronized PostgresServer need() {
        PostgresServer present = running;
        if (present != null) {
            return present;
        }
        Optional<Path> programs = programs();
        if (programs.isEmpty() && "true".equals(System.getenv("CI"))) {
            throw new AssertionError("PostgreSQL is missing; apt-get install postgresql");
        }
        assumeTrue(programs.isPresent(), "skipped: PostgreSQL is not installed (Debian: apt-get install postgresql)");
        try {
            PostgresServer started = start(programs.orElseThrow());
            running = started;
            return started;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted while PostgreSQL started", e);
        }
    }

    private static Optional<Path> programs() {
        if (!Files.isDirectory(VERSIONS)) {
            return Optional.empty();
        }
        try (Stream<Path> versions = Files.list(VERSIONS)) {
            return versions.map(version -> version.resolve("bin"))
                    .filter(bin -> Files.isExecutable(bin.resolve("postgres")))
                    .max(Comparator.comparing(Path::toString));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static PostgresServer start(Path programs) throws IOException, InterruptedException {
        byte[] secret = new byte[12];
        new SecureRandom().nextBytes(secret);
        String password = HexFormat.of().formatHex(secret);
        Path directory = Files.createTempDirectory("onboard-postgres-");
        Path passwordFile = Files.writeString(directory.resolve("password"), password);
        if (ROOT) {
            for (Path path : List.of(directory, passwordFile)) {
                Files.setOwner(
                        path,
                        path.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName("postgres"));
            }
        }
        run(
                programs.resolve("initdb"),
                "-D",
                directory.resolve("data"),
                "-U",
                "onboard",
                "-A",
                "scram-sha-256",
                "--pwfile",
                passwordFile,
                "-E",
                "UTF8",
                "--locale=C");
        PostgresServer server = new PostgresServer(programs, directory, freePort(), password);
        Runtime.getRuntime().addShutdownHook(new Thread(server::remove, "stop-postgres"));
        server.start();
        return server;
    }

    /**
     * A free port outside the range from which the system takes ports for clients: one that tries to come back while the
     * server is down could be given the server's own port, and then be connected to itself.
     */
    private static int freePort() throws IOException {
        SecureRandom random = new SecureRandom();
        IOException last = new IOException("no port was tried");
        for (int i = 0; i < 100; i++) {
            int port = 20_000 + random.nextInt(12_000);
            try (ServerSocket free = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
                return free.getLocalPort();
            } catch (IOException e) {
                last = e;
            }
        }
        throw last;
    }

    private static void run(Object... command) throws IOException, InterruptedException {
        List<String> words = new ArrayList<>();
        if (ROOT) {
            words.addAll(List.of("setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"));
        }
        for (Object word : command) {
            words.add(word.toString());
        }
        Path output = Files.createTempFile("onboard-postgres-", ".out");
        try {
            Process process = new ProcessBuilder(words)
                    .redirectErrorStream(true)
                    .redirectOutput(output.toFile())
                    .directory(new java.io.File("/"))
                    .start();
            if (!process.waitFor(120, TimeUnit.SECONDS) || process.exitValue() != 0) {
                process.destroyForcibly();
                throw new IOException(words + " failed:\n" + Files.readString(output, StandardCharsets.UTF_8));
            }
        } finally {
            Files.deleteIfExists(output);
        }
    }

    /** Starts it again after {@link #stop}; returns when it answers. */
    public void start() throws IOException, InterruptedException {
        run(
                programs.resolve("pg_ctl"),
                "-D",
                directory.resolve("data"),
                "-w",
                "-l",
                directory.resolve("data/server.log"),
                "-o",
                "-p " + port + " -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c max_connections=200",
                "start");
    }

    /** Stops it at once, as a crash would: {@code immediate} writes nothing back. */
    public void stop() throws IOException, InterruptedException {
        run(programs.resolve("pg_ctl"), "-D", directory.resolve("data"), "-m", "immediate", "-w", "stop");
    }

    private void remove() {
        try {
            if (Files.exists(directory.resolve("data/postmaster.pid"), LinkOption.NOFOLLOW_LINKS)) {
                stop();
            }
            try (Stream<Path> files = Files.walk(directory)) {
                files.sorted(Comparator.reverseOrder())
                        .forEach(file -> file.toFile().delete());
            }
        } catch (IOException e) {
            System.err.println("PostgreSQL in " + directory + " was not removed: " + e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** The password of its user {@code onboard}. */
    public String password() {
        return password;
    }

    /** The URL of a new, empty database, with user and password. */
    public String newDatabase() {
        String name = "onboard_" + DATABASES.incrementAndGet();
        try (Connection connection = DriverManager.getConnection(url("postgres"));
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE DATABASE " + name);
            return url(name);
        } catch (SQLException e) {
            throw new AssertionError("no database could be made: " + e.getMessage(), e);
        }
    }

    /** The URL of a database of this name. */
    public String url(String name) {
        return "jdbc:postgresql://127.0.0.1:" + port + "/" + name + "?user=onboard&password=" + password;
    }
}
