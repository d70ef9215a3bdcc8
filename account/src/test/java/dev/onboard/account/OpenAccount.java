package dev.onboard.account;

import dev.onboard.account.internal.Backend;
import dev.onboard.account.internal.PostgresDatabase;
import dev.onboard.account.internal.SqliteFile;
import dev.onboard.account.postgres.PostgresServer;
import dev.onboard.journal.Journal;
import dev.onboard.pki.CertificateAuthority;
import dev.onboard.pki.CertificateRecipe;
import dev.onboard.pki.TrustAnchor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;

/**
 * An account of a test, with its journal, clock and certificate authorities: in a directory, or with the system property
 * {@code onboard.test.database=postgresql} in a new database of a PostgreSQL server.
 */
final class OpenAccount implements AutoCloseable {
    static final SecureRandom RANDOM = new SecureRandom();

    final AtomicReference<Instant> now;
    final InstantSource clock;
    final CertificateAuthority deviceAuthority;
    final CertificateAuthority factory;
    static final boolean POSTGRES = "postgresql".equals(System.getProperty("onboard.test.database"));

    final Path directory;
    final Database database;
    final Journal journal;
    Account account;

    private OpenAccount(Path work, Database database) throws IOException {
        this.database = database;
        Files.createDirectories(work);
        now = new AtomicReference<>(Instant.now());
        clock = now::get;
        deviceAuthority = CertificateAuthority.root(CertificateRecipe.ca("LwM2M device CA"), clock, RANDOM);
        factory = CertificateAuthority.root(CertificateRecipe.ca("Factory CA"), clock, RANDOM);
        directory = work.resolve("account");
        journal = Journal.open(work.resolve("events.jsonl"), clock);
        account = Account.open(database, deviceAuthority, clock, RANDOM, journal, IssuerClients.none());
    }

    static OpenAccount in(Path work) throws IOException {
        return in(work, database(work));
    }

    static OpenAccount in(Path work, Database database) throws IOException {
        return new OpenAccount(work, database);
    }

    /** A new database of the kind that is tested. */
    static Database database(Path work) {
        String given = System.getProperty("onboard.test.url");
        if (given != null) {
            return Database.at(given);
        }
        return POSTGRES ? Database.at(PostgresServer.need().newDatabase()) : Database.in(work.resolve("account"));
    }

    /** The tables alone, without an account on them. */
    static Backend backend(Database database) {
        return database instanceof Database.Server server
                ? PostgresDatabase.of(server.url(), System.getenv())
                : SqliteFile.open(((Database.Directory) database).path());
    }

    /** Waits without end, for a latch that the test opens. */
    static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A program of the tests in a process of its own, on this database. */
    static Process child(Database database, Class<?> program, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path")));
        if (database instanceof Database.Server server) {
            command.add("-Donboard.test.url=" + server.url());
        }
        command.add(program.getName());
        command.addAll(List.of(arguments));
        return new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    /** A connection to the tables, past the account. */
    Connection connection() throws SQLException {
        return connection(database);
    }

    static Connection connection(Database database) throws SQLException {
        return DriverManager.getConnection(url(database));
    }

    String url() {
        return url(database);
    }

    private static String url(Database database) {
        return database instanceof Database.Server server
                ? server.url()
                : "jdbc:sqlite:" + ((Database.Directory) database).path().resolve("account.db");
    }

    /** Closes the account and opens it again. */
    Account reopen() {
        account.close();
        account = Account.open(database, deviceAuthority, clock, RANDOM, journal, IssuerClients.none());
        return account;
    }

    TrustedCertificate trust(CertificateAuthority authority, Service service) {
        return account.trustedCertificates()
                .add(NewTrustedCertificate.of(
                        authority.certificate().getSubjectX500Principal().getName() + " at " + service.word(),
                        service,
                        authority.chain().subList(0, 1)));
    }

    TrustAnchor ownAnchor() {
        return account.trustedCertificates().anchors(Service.LWM2M).get(0);
    }

    Admission bootstrap(String endpoint, X509Certificate leaf, TrustedCertificate trusted) {
        return get(account.devices().admitToBootstrap(endpoint, leaf, trusted.anchor()));
    }

    static <T> T get(CompletionStage<T> stage) {
        try {
            return stage.toCompletableFuture().join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof AccountException account) {
                throw account;
            }
            throw e;
        }
    }

    @Override
    public void close() {
        account.close();
        journal.close();
    }
}
