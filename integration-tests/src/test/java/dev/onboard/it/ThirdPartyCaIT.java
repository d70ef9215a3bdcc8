package dev.onboard.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.onboard.account.AccountException;
import dev.onboard.account.IssuedCertificate;
import dev.onboard.account.IssuerClients;
import dev.onboard.account.IssuerCredentials;
import dev.onboard.account.IssuerType;
import dev.onboard.account.Issuers.Issuer;
import dev.onboard.account.Issuers.NewIssuer;
import dev.onboard.account.Issuers.Verification;
import dev.onboard.account.Service;
import dev.onboard.bootstrap.KeySource;
import dev.onboard.device.Backoff;
import dev.onboard.device.CredentialStore;
import dev.onboard.device.DeviceOptions;
import dev.onboard.device.DeviceState;
import dev.onboard.device.SimulatedDevice;
import dev.onboard.dtls.DtlsThreads;
import dev.onboard.factory.Disk;
import dev.onboard.factory.EndpointName;
import dev.onboard.it.ScriptedIssuer.Reply;
import dev.onboard.it.ScriptedIssuer.Script;
import dev.onboard.journal.Event;
import dev.onboard.journal.Outcome;
import dev.onboard.journal.Party;
import dev.onboard.journal.Stage;
import dev.onboard.pki.CertificateAuthority;
import dev.onboard.pki.CertificateRecipe;
import dev.onboard.pki.Credential;
import dev.onboard.pki.CredentialFiles;
import dev.onboard.pki.KeyAlgorithm;
import dev.onboard.testbed.Workbench;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** A third party's CA signs the LwM2M key; what it answers wrongly reaches no device, and the device tries again. */
class ThirdPartyCaIT {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Duration ISSUER_PATIENCE = Duration.ofSeconds(2);
    private static final SecureRandom RANDOM = new SecureRandom();

    @TempDir
    private Path folder;

    private final CertificateAuthority thirdParty = ca("Third-party CA");
    private DtlsThreads threads;
    private Workbench bench;

    @BeforeEach
    void start() throws Exception {
        threads = DtlsThreads.start("third-party");
        Path key = folder.resolve("openssl");
        Files.createDirectories(key);
        CredentialFiles.writeCertificates(key.resolve("ca"), thirdParty.chain());
        CredentialFiles.writePrivateKey(
                key.resolve("key"), thirdParty.credential().privateKey());
        Path extensions = Files.writeString(
                key.resolve("device.cnf"),
                "basicConstraints=critical,CA:FALSE\nkeyUsage=critical,digitalSignature\n"
                        + "extendedKeyUsage=clientAuth\nauthorityKeyIdentifier=keyid\nsubjectKeyIdentifier=hash\n");
        List<String> sign = List.of(
                "openssl",
                "x509",
                "-req",
                "-sha256",
                "-days",
                "30",
                "-CA",
                key.resolve("ca.pem").toString(),
                "-CAkey",
                key.resolve("key.pem").toString(),
                "-extfile",
                extensions.toString());
        bench = bench(
                folder,
                KeySource.BOOTSTRAP_SERVER,
                ISSUER_PATIENCE,
                Map.of(
                        "openssl",
                        sign,
                        "fails",
                        List.of("openssl", "x509", "-req", "-CA", "/nonexistent.pem"),
                        "missing",
                        List.of("/nonexistent/program"),
                        "sleeps",
                        List.of("sh", "-c", "sleep 60"),
                        "chatters",
                        List.of("cat", "/dev/zero")));
    }

    private Workbench bench(Path where, KeySource keys, Duration issuerPatience, Map<String, List<String>> commands)
            throws Exception {
        Workbench started = Workbench.in(where, threads, RANDOM)
                .keys(keys)
                .issuers(IssuerClients.standard(commands, issuerPatience))
                .devices(DeviceOptions.standard(InstantSource.system())
                        .withDisk(Disk.swift())
                        .withBackoff(Backoff.PLATFORM.scaled(0.01)))
                .start();
        started.trust(Service.BOOTSTRAP, started.factoryCa().chain());
        return started;
    }

    @AfterEach
    void stop() {
        bench.close();
        threads.close();
    }

    private static CertificateAuthority ca(String name) {
        return CertificateAuthority.root(CertificateRecipe.ca(name), InstantSource.system(), RANDOM);
    }

    private Issuer cfssl(String url, String key, Map<String, String> more) {
        Map<String, String> attributes = new java.util.HashMap<>(more);
        attributes.put("host_url", url);
        return bench.account()
                .issuers()
                .add(new NewIssuer(
                        "cfssl-" + key.substring(0, 4) + more.size(),
                        "",
                        IssuerType.CFSSL_AUTH,
                        attributes,
                        IssuerCredentials.of(Map.of("hmac_hex_key", key))));
    }

    private Issuer command(String name) {
        return bench.account()
                .issuers()
                .add(new NewIssuer(name, "", IssuerType.COMMAND, Map.of(), IssuerCredentials.of(Map.of())));
    }

    private void activate(Issuer issuer) {
        bench.account().issuers().reconfigure(bench.account().issuers().lwm2m().id(), Optional.of(issuer.id()));
    }

    private String verify(Issuer issuer) {
        Verification said = bench.account()
                .issuers()
                .verify(issuer.id())
                .toCompletableFuture()
                .join();
        return (said instanceof Verification.Successful ? "yes: " : "no: ") + said.message();
    }

    private SimulatedDevice device(String name) throws Exception {
        EndpointName endpoint = EndpointName.of(name);
        Files.createDirectories(bench.deviceDirectory(endpoint));
        return bench.fleet()
                .add(
                        bench.bundle(endpoint, bench.factoryCa().issue(CertificateRecipe.device(name))),
                        bench.deviceDirectory(endpoint));
    }

    private Event await(String what, Predicate<Event> condition) {
        return bench.journal()
                .await(condition, PATIENCE)
                .orElseThrow(() -> new AssertionError("no " + what + " in\n" + bench.timeline()));
    }

    private void awaitRegistered(String name) {
        await(
                "registration of " + name,
                event -> event.stage() == Stage.REGISTERED
                        && event.party() == Party.LWM2M_SERVER
                        && event.outcome() == Outcome.OK
                        && event.endpoint().equals(Optional.of(name)));
    }

    private X509Certificate onDevice(String name) throws Exception {
        return new CredentialStore(bench.deviceDirectory(EndpointName.of(name)), Disk.swift())
                .load()
                .orElseThrow()
                .credential()
                .certificate();
    }

    private void assertRegistersWithThirdParty(String name) throws Exception {
        device(name).powerOn();
        awaitRegistered(name);
        X509Certificate certificate = onDevice(name);
        certificate.verify(thirdParty.certificate().getPublicKey());
        IssuedCertificate issued =
                bench.account().issuedCertificates().byEndpoint(name).get(0);
        assertThat(issued.certificate()).isEqualTo(certificate);
    }

    @Test
    void aCertificateOfCfsslOpensTheLwm2mServer() throws Exception {
        try (CfsslServer cfssl = CfsslServer.start(folder.resolve("cfssl"), thirdParty)) {
            Issuer issuer = cfssl(cfssl.url(), CfsslServer.KEY, Map.of());
            assertThat(verify(issuer)).startsWith("no: ").contains("(unknown-ca)", "for the service lwm2m");
            assertThatThrownBy(() -> activate(issuer))
                    .isInstanceOf(AccountException.class)
                    .hasMessageContaining("for the service lwm2m")
                    .hasMessageContaining("it was not made active");
            bench.trust(Service.LWM2M, thirdParty.chain());
            assertThat(verify(issuer)).startsWith("yes: ");
            assertThat(verify(cfssl(cfssl.url(), "ffff", Map.of())))
                    .startsWith("no: ")
                    .contains("does not sign");
            assertThat(verify(cfssl(cfssl.url(), CfsslServer.KEY, Map.of("cfssl_profile", "server-only"))))
                    .startsWith("no: ")
                    .contains("extended-key-usage");
            activate(issuer);
            assertRegistersWithThirdParty("meter-1");
        }
    }

    @Test
    void aCommandSigns() throws Exception {
        Tool.need("openssl", "openssl");
        bench.trust(Service.LWM2M, thirdParty.chain());
        Issuer issuer = command("openssl");
        activate(issuer);
        assertRegistersWithThirdParty("meter-1");
        assertThat(verify(command("fails"))).contains("exit code 1").contains("nonexistent.pem");
        assertThat(verify(command("missing"))).contains("does not start");
        assertThat(verify(command("sleeps"))).contains("did not answer within 2000 ms");
        assertThat(verify(command("chatters"))).contains("longer than 262144 bytes");
        assertThatThrownBy(() -> bench.account()
                        .issuers()
                        .update(
                                issuer.id(),
                                new dev.onboard.account.Issuers.Change(
                                        Optional.of("fails2"), Optional.empty(), Optional.empty(), Optional.empty())))
                .hasMessageContaining("it stays");
    }

    @Test
    void anEstServerSigns() throws Exception {
        CertificateAuthority webCa = ca("Web CA");
        SSLContext tls = tls(webCa.issue(CertificateRecipe.server("localhost", InetAddress.getLoopbackAddress())));
        bench.trust(Service.LWM2M, thirdParty.chain());
        try (ScriptedIssuer est = ScriptedIssuer.https(tls, honest())) {
            Issuer issuer = est(est, "est", webCa, "secret");
            assertThat(verify(est(est, "other trust", ca("Other web CA"), "secret")))
                    .contains("cannot be reached")
                    .contains("TLS failed");
            assertThat(verify(est(est, "other password", webCa, "wrong"))).contains("does not sign: HTTP 401");
            activate(issuer);
            assertRegistersWithThirdParty("meter-1");
        }
    }

    @Test
    void anEstServerThatAsksForACertificateSignsForTheOneItKnows() throws Exception {
        CertificateAuthority webCa = ca("Web CA");
        CertificateAuthority clients = ca("CA of the server's clients");
        SSLContext tls = tls(
                webCa.issue(CertificateRecipe.server("localhost", InetAddress.getLoopbackAddress())), clients.chain());
        bench.trust(Service.LWM2M, thirdParty.chain());
        try (ScriptedIssuer est = ScriptedIssuer.mutual(tls, honest())) {
            Issuer issuer = est(est, "est", webCa, shown(clients.issue(CertificateRecipe.device("account"))));
            assertThat(verify(est(est, "password alone", webCa, "secret")))
                    .contains("cannot be reached", "TLS failed", "client_certificate");
            assertThat(verify(est(est, "stranger", webCa, shown(STRANGER.issue(CertificateRecipe.device("account"))))))
                    .contains("cannot be reached", "TLS failed", "client_certificate");
            activate(issuer);
            assertRegistersWithThirdParty("meter-1");
        }
    }

    private static Map<String, String> shown(Credential credential) {
        return Map.of(
                "client_certificate",
                CredentialFiles.pem(credential.chain()),
                "private_key",
                CredentialFiles.pem(credential.privateKey()));
    }

    private Issuer est(ScriptedIssuer server, String name, CertificateAuthority trusted, String password) {
        return est(server, name, trusted, Map.of("username", "onboard", "password", password));
    }

    private Issuer est(
            ScriptedIssuer server, String name, CertificateAuthority trusted, Map<String, String> credentials) {
        return bench.account()
                .issuers()
                .add(new NewIssuer(
                        name,
                        "",
                        IssuerType.EST,
                        Map.of(
                                "host_url",
                                "https://localhost:" + server.port(),
                                "trust_anchors",
                                CredentialFiles.pem(trusted.chain())),
                        IssuerCredentials.of(credentials)));
    }

    private static SSLContext tls(Credential credential) throws Exception {
        return tls(credential, List.of());
    }

    private static SSLContext tls(Credential credential, List<X509Certificate> clients) throws Exception {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        store.setKeyEntry(
                "server",
                credential.privateKey(),
                new char[0],
                credential.chain().toArray(new X509Certificate[0]));
        KeyManagerFactory keys = KeyManagerFactory.getInstance("SunX509");
        keys.init(store, new char[0]);
        KeyStore known = KeyStore.getInstance("PKCS12");
        known.load(null, null);
        for (X509Certificate certificate : clients) {
            known.setCertificateEntry(certificate.getSerialNumber().toString(), certificate);
        }
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(known);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
        return context;
    }

    private Script honest() {
        return asked -> new Reply.Certificate(thirdParty.sign(asked.recipe(), asked.key()));
    }

    private static final CertificateAuthority STRANGER = ca("Stranger CA");

    /** The wrong answers, the reason of each, and how the bootstrap server answers the device. */
    static Stream<Arguments> wrongAnswers() {
        Instant now = Instant.now();
        return Stream.of(
                wrong(
                        "other-key",
                        "issuer-answer-other-key",
                        "5.00",
                        ca -> asked -> new Reply.Certificate(ca.sign(
                                asked.recipe(),
                                KeyAlgorithm.P256.generate(RANDOM).getPublic()))),
                wrong(
                        "other-name",
                        "issuer-answer-other-name",
                        "5.00",
                        ca -> asked ->
                                new Reply.Certificate(ca.sign(CertificateRecipe.device("somebody-else"), asked.key()))),
                wrong(
                        "other-device-id",
                        "issuer-answer-other-name",
                        "5.00",
                        ca -> asked -> new Reply.Certificate(ca.sign(
                                CertificateRecipe.device(asked.commonName()).withLocality("f".repeat(32)),
                                asked.key()))),
                wrong(
                        "expired",
                        "issuer-answer-expired",
                        "5.00",
                        ca -> asked -> new Reply.Certificate(ca.sign(
                                asked.recipe().withValidity(now.minusSeconds(7200), now.minusSeconds(3600)),
                                asked.key()))),
                wrong(
                        "not-trusted",
                        "issuer-answer-not-trusted",
                        "5.00",
                        ca -> asked -> new Reply.Certificate(STRANGER.sign(asked.recipe(), asked.key()))),
                wrong("garbage", "issuer-answer-unreadable", "5.00", ca -> asked -> new Reply.Raw(200, "<html>")),
                wrong(
                        "no-certificate",
                        "issuer-answer-unreadable",
                        "5.00",
                        ca -> asked -> new Reply.Raw(200, "{\"success\":true,\"result\":{\"certificate\":\"\"}}")),
                wrong(
                        "endless",
                        "issuer-answer-unreadable",
                        "5.00",
                        ca -> asked -> new Reply.Raw(200, " ".repeat(400_000))),
                wrong(
                        "refusing",
                        "issuer-refused",
                        "5.03",
                        ca -> asked -> new Reply.Raw(
                                400, "{\"success\":false,\"errors\":[{\"code\":7,\"message\":\"not today\"}]}")),
                wrong("slow", "issuer-timeout", "5.03", ca -> asked -> new Reply.Silence()));
    }

    private interface Lie {
        Script by(CertificateAuthority ca);
    }

    private static Arguments wrong(String name, String reason, String code, Lie lie) {
        return Arguments.of(name, reason, code, lie);
    }

    @ParameterizedTest(name = "{0}: {1}")
    @MethodSource("wrongAnswers")
    void aWrongAnswerReachesNoDeviceAndTheDeviceTriesAgain(String name, String reason, String code, Lie lie)
            throws Exception {
        bench.trust(Service.LWM2M, thirdParty.chain());
        try (ScriptedIssuer server = ScriptedIssuer.http(honest())) {
            Issuer issuer = cfssl(server.url(), "c0ffee", Map.of());
            activate(issuer);
            server.script = lie.by(thirdParty);
            device("meter-1").powerOn();
            Event issued =
                    await("failure to issue", event -> event.stage() == Stage.ISSUED && event.outcome() != Outcome.OK);
            assertThat(issued.reason()).contains(reason);
            assertThat(issued.party()).isEqualTo(Party.CERTIFICATE_ISSUER);
            assertThat(issued.endpoint()).contains("meter-1");
            assertThat(issued.detail().orElseThrow()).contains("'cfssl-c0ff0'");
            Event told = await(
                    "refusal on the device",
                    event -> event.party() == Party.DEVICE
                            && event.stage() == Stage.FALLBACK
                            && event.endpoint().equals(Optional.of("meter-1")));
            assertThat(told.reason()).contains("response-" + code);
            assertThat(told.detail().orElseThrow()).contains(reason);
            assertThat(bench.account().issuers().health(issuer.id()).word()).isEqualTo("failing");
            assertThat(bench.account().issuedCertificates().byEndpoint("meter-1"))
                    .isEmpty();
            assertThat(bench.timeline()).noneMatch(event -> event.stage() == Stage.WRITTEN);

            server.script = honest();
            awaitRegistered("meter-1");
            assertThat(bench.account().issuers().health(issuer.id()).word()).isEqualTo("healthy");
        }
    }

    @Test
    void anUnreachableIssuerIsNamedAndTheAccountsOwnCaTakesOver() throws Exception {
        bench.trust(Service.LWM2M, thirdParty.chain());
        ScriptedIssuer server = ScriptedIssuer.http(honest());
        Issuer issuer = cfssl(server.url(), "c0ffee", Map.of());
        activate(issuer);
        server.close();
        device("meter-1").powerOn();
        Event refused =
                await("refusal", event -> event.stage() == Stage.ADMISSION && event.outcome() == Outcome.REFUSED);
        assertThat(refused.reason()).contains("issuer-unreachable");
        assertThat(refused.detail().orElseThrow()).contains(server.url()).contains("no connection");
        bench.account().issuers().reconfigure(bench.account().issuers().lwm2m().id(), Optional.empty());
        awaitRegistered("meter-1");
    }

    @Test
    void anEnrolmentIsAnsweredWithTheReasonToo() throws Exception {
        bench.close();
        bench = bench(Files.createDirectories(folder.resolve("est")), KeySource.EST, ISSUER_PATIENCE, Map.of());
        bench.trust(Service.LWM2M, thirdParty.chain());
        ScriptedIssuer server = ScriptedIssuer.http(honest());
        activate(cfssl(server.url(), "c0ffee", Map.of()));
        server.script =
                asked -> new Reply.Certificate(thirdParty.sign(CertificateRecipe.device("somebody-else"), asked.key()));
        device("meter-1").powerOn();
        assertAnswered("meter-1", "issuer-answer-other-name", "5.00");
        Event told = await(
                "refusal on the device", event -> event.party() == Party.DEVICE && event.stage() == Stage.FALLBACK);
        assertThat(told.reason()).contains("response-5.00");
        assertThat(told.detail().orElseThrow()).contains("issuer-answer-other-name");
        server.script = honest();
        awaitRegistered("meter-1");
        server.close();
        device("meter-2").powerOn();
        assertAnswered("meter-2", "issuer-unreachable", "5.03");
        await("a request put off", event -> event.reason().equals(Optional.of("put-off")));
    }

    private void assertAnswered(String endpoint, String reason, String code) {
        Event refused = await(
                "an enrolment of " + endpoint + " that is answered " + code,
                event -> event.stage() == Stage.ENROLLED
                        && event.party() == Party.BOOTSTRAP_SERVER
                        && event.endpoint().equals(Optional.of(endpoint))
                        && code.equals(event.facts().get("answer")));
        assertThat(refused.reason()).contains(reason);
        assertThat(refused.refusedBy()).contains(Party.BOOTSTRAP_SERVER);
    }

    @Test
    void switchingIssuersWhileDevicesBootstrapLosesNone() throws Exception {
        int count = Boolean.getBoolean("onboard.heavy") ? 1000 : 300;
        bench.close();
        bench = bench(Files.createDirectories(folder.resolve("crowd")), KeySource.BOOTSTRAP_SERVER, PATIENCE, Map.of());
        bench.trust(Service.LWM2M, thirdParty.chain());
        CertificateAuthority second = ca("Second third-party CA");
        bench.trust(Service.LWM2M, second.chain());
        try (ScriptedIssuer one = ScriptedIssuer.http(honest());
                ScriptedIssuer two =
                        ScriptedIssuer.http(asked -> new Reply.Certificate(second.sign(asked.recipe(), asked.key())))) {
            List<Optional<String>> choices = List.of(
                    Optional.of(cfssl(one.url(), "aaaa", Map.of()).id()),
                    Optional.of(cfssl(two.url(), "bbbb", Map.of()).id()),
                    Optional.empty());
            List<SimulatedDevice> devices = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                devices.add(device("meter-" + i));
            }
            devices.forEach(SimulatedDevice::powerOn);
            String lwm2m = bench.account().issuers().lwm2m().id();
            int switches = 0;
            while (devices.stream().anyMatch(device -> device.state() != DeviceState.REGISTERED)) {
                bench.account().issuers().reconfigure(lwm2m, choices.get(switches++ % choices.size()));
                int seen = switches;
                assertThat(seen).as("switches before all are registered").isLessThan(20_000);
            }
            Set<String> issuers = new HashSet<>();
            for (int i = 0; i < count; i++) {
                issuers.add(onDevice("meter-" + i).getIssuerX500Principal().getName());
            }
            assertThat(issuers).as("issuers in use after %s switches", switches).hasSize(3);
            assertThat(bench.timeline())
                    .filteredOn(event -> event.outcome() != Outcome.OK)
                    .as("nothing went wrong on the way")
                    .isEmpty();
        }
    }
}
