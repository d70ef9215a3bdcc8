package dev.onboard.account;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.onboard.account.ApiKeys.Access;
import dev.onboard.account.postgres.PostgresServer;
import dev.onboard.journal.Journal;
import dev.onboard.pki.CertificateAuthority;
import dev.onboard.pki.CertificateRecipe;
import dev.onboard.pki.KeyAlgorithm;
import dev.onboard.pki.TrustAnchor;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/** Two accounts on one PostgreSQL database, each with storage, connections and memory of its own, as two processes have. */
@Timeout(120)
@EnabledIfSystemProperty(named = "onboard.test.database", matches = "postgresql")
class SharedDatabaseTest {
    @TempDir
    Path work;

    private OpenAccount first;
    private OpenAccount second;

    @BeforeEach
    void open() throws IOException {
        Database database = OpenAccount.database(work);
        first = OpenAccount.in(work.resolve("first"), database);
        second = OpenAccount.in(work.resolve("second"), database);
    }

    @AfterEach
    void close() {
        first.close();
        second.close();
    }

    private static List<String> anchors(Account account, Service service) {
        return account.trustedCertificates().anchors(service).stream()
                .map(TrustAnchor::id)
                .toList();
    }

    @Test
    void itIsOneAccount() {
        assertThat(second.account.id()).isEqualTo(first.account.id());
    }

    /** Each brings the tables forward, or finds that another did. */
    @Test
    void manyStartAtOnceOnANewDatabase() throws Exception {
        Database unused = OpenAccount.database(Files.createDirectories(work.resolve("new")));
        CountDownLatch together = new CountDownLatch(1);
        List<CompletableFuture<OpenAccount>> opening = IntStream.range(0, 6)
                .mapToObj(i -> CompletableFuture.supplyAsync(
                        () -> {
                            try {
                                together.await();
                                return OpenAccount.in(work.resolve("new-" + i), unused);
                            } catch (IOException | InterruptedException e) {
                                throw new IllegalStateException(e);
                            }
                        },
                        task -> new Thread(task).start()))
                .toList();
        together.countDown();
        List<OpenAccount> open = opening.stream().map(CompletableFuture::join).toList();
        assertThat(open.stream().map(one -> one.account.id()).distinct()).hasSize(1);
        open.forEach(OpenAccount::close);
    }

    @Test
    void whatOneAcknowledgedTheOtherKnows() {
        List<TrustChange> told = new ArrayList<>();
        second.account.trustedCertificates().subscribe(told::add);
        for (int i = 0; i < 20; i++) {
            CertificateAuthority ca =
                    CertificateAuthority.root(CertificateRecipe.ca("CA " + i), first.clock, OpenAccount.RANDOM);
            TrustedCertificate trusted = first.trust(ca, Service.BOOTSTRAP);
            assertThat(anchors(second.account, Service.BOOTSTRAP)).contains(trusted.id());
            first.account
                    .trustedCertificates()
                    .update(
                            trusted.id(),
                            TrustedCertificateChange.nothing().status(TrustedCertificate.Status.INACTIVE));
            assertThat(anchors(second.account, Service.BOOTSTRAP)).doesNotContain(trusted.id());
        }
        assertThat(told).hasSize(40);
        ApiKeys.Entry key = second.account.apiKeys().add("script", Access.FULL, "ak_0123456789abcdef");
        assertThat(first.account.apiKeys().check("ak_0123456789abcdef")).isPresent();
        second.account.apiKeys().revoke(key.id());
        assertThat(first.account.apiKeys().check("ak_0123456789abcdef")).isEmpty();
        second.account.setAnchorPolicy(AnchorPolicy.TESTBED);
        assertThat(first.account.anchorPolicy()).isEqualTo(AnchorPolicy.TESTBED);
    }

    @Test
    void bothChangeAtTheSameTimeAndNothingIsLostBetweenThem() {
        List<CompletableFuture<TrustedCertificate>> uploads = IntStream.range(0, 20)
                .mapToObj(i -> CompletableFuture.supplyAsync(() -> {
                    CertificateAuthority ca =
                            CertificateAuthority.root(CertificateRecipe.ca("CA " + i), first.clock, OpenAccount.RANDOM);
                    return (i % 2 == 0 ? first : second).trust(ca, Service.LWM2M);
                }))
                .toList();
        List<String> ids = uploads.stream().map(upload -> upload.join().id()).toList();
        assertThat(anchors(first.account, Service.LWM2M)).containsAll(ids);
        assertThat(anchors(second.account, Service.LWM2M)).containsAll(ids);
        TrustedCertificate one = uploads.get(0).join();
        assertThatThrownBy(() -> second.account
                        .trustedCertificates()
                        .add(NewTrustedCertificate.of(one.name(), Service.BOOTSTRAP, second.factory.chain())))
                .isInstanceOfSatisfying(
                        AccountException.class, e -> assertThat(e.kind()).isEqualTo(AccountException.Kind.CONFLICT))
                .hasMessageContaining("is the name of trusted certificate");
    }

    @Test
    void suspensionsAndRevocationsCountAtTheOtherAndAreNotOverwritten() {
        TrustedCertificate trusted = first.trust(first.factory, Service.BOOTSTRAP);
        PublicKey key = KeyAlgorithm.P256.generate(OpenAccount.RANDOM).getPublic();
        X509Certificate leaf = first.factory.sign(CertificateRecipe.device("dev-1"), key);
        assertThat(second.bootstrap("dev-1", leaf, trusted)).isInstanceOf(Admission.Admitted.class);
        IssuedCertificate issued = OpenAccount.get(second.account.issue(new IssueRequest("dev-1", key)));
        String id = first.account.devices().byEndpoint("dev-1").orElseThrow().id();
        TrustAnchor signer = first.account.trustedCertificates().anchors(Service.LWM2M).stream()
                .filter(anchor -> anchor.certificate().equals(second.deviceAuthority.certificate()))
                .findFirst()
                .orElseThrow();
        assertThat(OpenAccount.get(first.account.devices().admitToLwm2m("dev-1", issued.certificate(), signer)))
                .as("issued by the other process's CA")
                .isInstanceOf(Admission.Admitted.class);

        List<CompletableFuture<Void>> updates = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            updates.add(second.account
                    .devices()
                    .updated("dev-1", Registration.NONE.with("round", String.valueOf(i)))
                    .toCompletableFuture());
            if (i == 25) {
                first.account.devices().suspend(id, "maintenance", "");
            }
        }
        updates.forEach(CompletableFuture::join);
        assertThat(second.account.devices().get(id).orElseThrow().suspension()).isPresent();
        refused(second.bootstrap("dev-1", leaf, trusted), Admission.Refusal.SUSPENDED);
        first.account.devices().resume(id);
        assertThat(second.bootstrap("dev-1", leaf, trusted)).isInstanceOf(Admission.Admitted.class);

        first.account.issuedCertificates().revoke(issued.serial(), RevocationReason.KEY_COMPROMISE);
        refused(
                OpenAccount.get(second.account.devices().admitToLwm2m("dev-1", issued.certificate(), signer)),
                Admission.Refusal.REVOKED);
        first.account.trustedCertificates().remove(trusted.id());
        refused(second.bootstrap("dev-1", leaf, trusted), Admission.Refusal.UNKNOWN_CA);
    }

    private static void refused(Admission admission, String reason) {
        assertThat(admission)
                .isInstanceOfSatisfying(
                        Admission.Refused.class, no -> assertThat(no.reason()).isEqualTo(reason));
    }

    @Test
    void bothIssueForOneDeviceAndNoSerialAndNoGenerationIsUsedTwice() {
        first.account.devices().add(NewDevice.of("dev-1"));
        PublicKey key = KeyAlgorithm.P256.generate(OpenAccount.RANDOM).getPublic();
        List<CompletableFuture<IssuedCertificate>> all = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            all.add((i % 2 == 0 ? first : second)
                    .account
                    .issue(new IssueRequest("dev-1", key))
                    .toCompletableFuture());
        }
        List<IssuedCertificate> issued =
                all.stream().map(CompletableFuture::join).toList();
        assertThat(issued).extracting(IssuedCertificate::serial).doesNotHaveDuplicates();
        assertThat(issued).extracting(IssuedCertificate::generation).doesNotHaveDuplicates();
    }

    /** A process that was killed is waited for until its lease ends, and then no more. */
    @Test
    void aProcessThatDiedHoldsNobodyUp() throws IOException, InterruptedException {
        Process process = OpenAccount.child(
                first.database, WritingProcess.class, work.resolve("third").toString(), "third");
        try (BufferedReader out =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            assertThat(out.readLine()).isNotNull();
            ProcessHandle.of(process.pid()).ifPresent(ProcessHandle::destroyForcibly);
        }
        process.waitFor();
        long start = System.nanoTime();
        TrustedCertificate trusted = first.trust(first.factory, Service.BOOTSTRAP);
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(9));
        assertThat(anchors(second.account, Service.BOOTSTRAP)).contains(trusted.id());
    }

    @Test
    void aServerThatStopsIsSaidToBeAwayAndNothingAcknowledgedIsLost() throws Exception {
        PostgresServer server = PostgresServer.need();
        TrustedCertificate before = first.trust(first.factory, Service.BOOTSTRAP);
        first.account.devices().add(NewDevice.of("before"));
        server.stop();
        try {
            assertThatThrownBy(() -> first.account.devices().add(NewDevice.of("meanwhile")))
                    .isInstanceOfSatisfying(
                            AccountException.class, e -> assertThat(e.kind()).isEqualTo(AccountException.Kind.STORAGE))
                    .hasMessageContaining("see that the server runs and can be reached; the account goes on by itself")
                    .hasMessageNotContaining(server.password());
            assertThatThrownBy(() -> first.account.devices().byEndpoint("before"))
                    .isInstanceOf(AccountException.class)
                    .hasMessageContaining("see that the server runs");
            assertThat(anchors(first.account, Service.BOOTSTRAP)).contains(before.id());
        } finally {
            server.start();
        }
        first.account.devices().add(NewDevice.of("after"));
        assertThat(second.account.devices().byEndpoint("before")).isPresent();
        assertThat(second.account.devices().byEndpoint("after")).isPresent();
        assertThat(second.account.devices().byEndpoint("meanwhile")).isEmpty();
        // a process that was cut off for longer than the others wait takes the change over when it is back
        CountDownLatch taken = new CountDownLatch(1);
        try (Journal.Subscription ignored =
                first.account.trustedCertificates().subscribe(change -> taken.countDown())) {
            TrustedCertificate after = second.trust(second.factory, Service.LWM2M);
            if (!anchors(first.account, Service.LWM2M).contains(after.id())) {
                assertThat(taken.await(20, TimeUnit.SECONDS)).isTrue();
            }
            assertThat(anchors(first.account, Service.LWM2M)).contains(after.id());
        }
    }

    @Test
    void aConnectionThatIsCutIsReplaced() throws SQLException {
        first.account.devices().add(NewDevice.of("before"));
        try (Connection connection = first.connection();
                Statement statement = connection.createStatement()) {
            statement.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    + " WHERE datname = current_database() AND pid <> pg_backend_pid()");
        }
        assertThat(first.account.devices().byEndpoint("before")).isPresent();
        TrustedCertificate trusted = first.trust(first.factory, Service.BOOTSTRAP);
        assertThat(anchors(second.account, Service.BOOTSTRAP)).contains(trusted.id());
    }

    @Test
    void aUrlThatIsNoneAndAPasswordThatIsWrongAreSaidWithoutThePassword() {
        assertThatThrownBy(() -> reopen("jdbc:postgresql://me:secret-1@localhost/x"))
                .isInstanceOf(AccountException.class)
                .hasMessageContaining("is not the URL of a database")
                .hasMessageNotContaining("secret-1");
        assertThatThrownBy(() -> reopen("jdbc:mysql://localhost/x?password=secret-2"))
                .hasMessageContaining("give jdbc:postgresql://HOST:PORT/DATABASE")
                .hasMessageNotContaining("secret-2");
        String right = ((Database.Server) first.database).url();
        assertThatThrownBy(() -> reopen(right.replace(PostgresServer.need().password(), "secret-3")))
                .isInstanceOf(AccountException.class)
                .hasMessageContaining("give user and password")
                .hasMessageNotContaining("secret-3");
        assertThatThrownBy(() -> reopen(PostgresServer.need().url("nowhere")))
                .hasMessageContaining("create the database first");
        assertThat(first.database.toString()).doesNotContain("password");
    }

    private Account reopen(String url) {
        return Account.open(
                Database.at(url),
                first.deviceAuthority,
                first.clock,
                OpenAccount.RANDOM,
                first.journal,
                IssuerClients.none());
    }
}
