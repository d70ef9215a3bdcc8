package dev.onboard.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.onboard.dtls.RawPeer;
import dev.onboard.journal.Event;
import dev.onboard.journal.Journal;
import dev.onboard.journal.Party;
import dev.onboard.journal.Stage;
import dev.onboard.pki.CertificateAuthority;
import dev.onboard.pki.CertificateRecipe;
import dev.onboard.pki.Credential;
import dev.onboard.pki.CredentialFiles;
import dev.onboard.pki.Purpose;
import dev.onboard.pki.RevocationList;
import dev.onboard.pki.TrustPolicy;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.security.cert.Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code onboard explain}: what it reads, what it says, and its exit codes. */
class ExplainTest {
    private static final InstantSource CLOCK = InstantSource.fixed(Instant.parse("2026-03-01T12:00:00Z"));
    private static final SecureRandom RANDOM = new SecureRandom();

    @TempDir
    private Path folder;

    private final CertificateAuthority root =
            CertificateAuthority.root(CertificateRecipe.ca("Acme Root"), CLOCK, RANDOM);
    private final CertificateAuthority intermediate = root.subordinate(CertificateRecipe.ca("Acme Intermediate"));
    private final Credential device = intermediate.issue(CertificateRecipe.device("meter-7"));

    private record Answer(int code, String out, String err) {
        JsonNode json() throws IOException {
            return new ObjectMapper().readTree(out);
        }
    }

    @BeforeEach
    void write() throws IOException {
        CredentialFiles.writeCertificates(folder.resolve("root"), List.of(root.certificate()));
        CredentialFiles.writeCertificates(folder.resolve("device"), device.chain());
        CredentialFiles.writeCertificates(folder.resolve("leaf"), List.of(device.certificate()));
        CredentialFiles.writePrivateKey(folder.resolve("key"), device.privateKey());
    }

    private Answer explain(Object... more) {
        List<String> arguments = new ArrayList<>(List.of("explain"));
        for (Object each : more) {
            arguments.add(each.toString());
        }
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int code =
                Onboard.run(new PrintWriter(out, true), new PrintWriter(err, true), arguments.toArray(String[]::new));
        return new Answer(code, out.toString(), err.toString());
    }

    private Answer judge(String chain, Object... more) {
        List<Object> arguments = new ArrayList<>(List.of(
                "--chain", folder.resolve(chain), "--purpose", "device-bootstrap", "--at", "2026-03-01T12:00:00Z"));
        arguments.addAll(List.of(more));
        return explain(arguments.toArray());
    }

    private void assertGolden(String name, String text) throws IOException {
        String stable = text.replaceAll("[0-9a-f]{12,}", "…");
        try (var expected = ExplainTest.class.getResourceAsStream(name)) {
            assertThat(expected).as("golden file " + name + " for:\n" + stable).isNotNull();
            assertThat(stable).isEqualTo(new String(expected.readAllBytes(), StandardCharsets.UTF_8));
        }
    }

    @Test
    void aTrustedChain() throws IOException {
        Answer answer = judge("device.pem", "--trust", folder.resolve("root.pem"), "--endpoint", "meter-7");

        assertThat(answer.code()).as(answer.err()).isZero();
        assertGolden("explain-trusted.txt", answer.out());
    }

    @Test
    void anIntermediateThatIsMissing() throws IOException {
        Answer answer = judge("leaf.der", "--trust", folder.resolve("root.der"));

        assertThat(answer.code()).isEqualTo(1);
        assertGolden("explain-refused.txt", answer.out());
    }

    @Test
    void theDocumentHasEveryMemberAlways() throws IOException {
        List<String> members = List.of(
                "verdict",
                "reason",
                "alert",
                "alert_name",
                "class",
                "certificate",
                "detail",
                "fix",
                "clause",
                "findings",
                "path");
        JsonNode refused = judge("leaf.der", "--json").json();
        JsonNode trusted = judge("device.pem", "--trust", folder.resolve("root.pem"), "--json")
                .json();

        assertThat(refused.fieldNames()).toIterable().containsExactlyElementsOf(members);
        assertThat(trusted.fieldNames()).toIterable().containsExactlyElementsOf(members);
        assertThat(refused.path("reason").asText()).isEqualTo("unknown-ca");
        assertThat(refused.path("alert").asInt()).isEqualTo(48);
        assertThat(refused.path("alert_name").asText()).isEqualTo("unknown_ca");
        assertThat(refused.path("class").asText()).isEqualTo("fail");
        assertThat(refused.path("fix").asText())
                .isEqualTo("upload CN=Acme Intermediate to the account, or have the device send it");
        assertThat(trusted.path("verdict").asText()).isEqualTo("trusted");
        assertThat(trusted.path("reason").isNull()).isTrue();
        assertThat(trusted.path("path")).hasSize(3);
        assertThat(trusted.path("path").path(1).path("subject").asText()).isEqualTo("CN=Acme Intermediate");
    }

    @Test
    void itReadsEveryFormWithoutBeingTold() throws Exception {
        byte[] der = device.certificate().getEncoded();
        Files.writeString(folder.resolve("device.hex"), HexFormat.of().formatHex(der) + "\n");
        Files.writeString(folder.resolve("device.b64"), Base64.getMimeEncoder().encodeToString(der));
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        char[] password = "changeit".toCharArray();
        store.setKeyEntry(
                "device", device.privateKey(), password, device.chain().toArray(new Certificate[0]));
        try (var out = Files.newOutputStream(folder.resolve("device.p12"))) {
            store.store(out, password);
        }
        CredentialFiles.writeCertificates(folder.resolve("ca"), List.of(intermediate.certificate()));

        for (String name : List.of("device.pem", "device.der", "device.hex", "device.b64")) {
            Answer answer = judge(name, "--trust", folder.resolve("ca.der"), "--json");
            assertThat(answer.code()).as(name + answer.out() + answer.err()).isZero();
        }
        assertThat(judge("device.p12", "--trust", folder.resolve("root.pem"), "--password=changeit")
                        .code())
                .isZero();
        assertThat(judge("device.p12", "--trust", folder.resolve("root.pem"), "--password=wrong"))
                .satisfies(answer -> {
                    assertThat(answer.code()).isEqualTo(2);
                    assertThat(answer.err()).contains("does not open with the password given");
                });
    }

    @Test
    void aRevocationListRefuses() throws IOException {
        RevocationList list = RevocationList.of(
                        1, CLOCK.instant().minusSeconds(60), CLOCK.instant().plus(Duration.ofDays(1)))
                .withRevoked(
                        device.certificate(), CLOCK.instant().minusSeconds(30), RevocationList.Cause.KEY_COMPROMISE);
        Files.write(folder.resolve("ca.crl"), intermediate.sign(list));
        Object[] trusted = {"--trust", folder.resolve("root.pem"), "--crl", folder.resolve("ca.crl"), "--json"};

        JsonNode soft = judge("device.pem", concat(trusted, "--revocation", "soft-fail"))
                .json();
        JsonNode hard = judge("device.pem", trusted).json();

        assertThat(soft.path("reason").asText()).isEqualTo("revoked");
        assertThat(soft.path("alert").asInt()).isEqualTo(44);
        assertThat(hard.path("reason").asText()).isEqualTo("revocation-unknown");
        assertThat(hard.path("detail").asText()).isEqualTo("no revocation list of 'CN=Acme Root' is there");
    }

    private static Object[] concat(Object[] some, Object... more) {
        List<Object> all = new ArrayList<>(List.of(some));
        all.addAll(List.of(more));
        return all.toArray();
    }

    @Test
    void theNameAndTheUsageOfAServer() throws IOException {
        Credential server = root.issue(CertificateRecipe.server("lwm2m.example"));
        CredentialFiles.writeCertificates(folder.resolve("server"), server.chain());
        List<Object> usual = List.of(
                "--chain",
                folder.resolve("server.pem"),
                "--purpose",
                "lwm2m-server",
                "--at",
                "2026-03-01",
                "--server-name",
                "lwm2m.example",
                "--json",
                "--trust");
        List<Object> root = new ArrayList<>(usual);
        root.add(folder.resolve("root.pem"));
        Object[] under = root.toArray();
        root.set(1, folder.resolve("server.pem"));

        assertThat(explain(concat(under, "--at", "2026-03-01T13:00:00Z")).code())
                .isEqualTo(2);
        root.set(5, "2026-03-01T14:00:00+01:00");
        assertThat(explain(root.toArray()).code()).isZero();
        for (String usage : List.of("0", "2")) {
            assertThat(explain(concat(root.toArray(), "--usage", usage)).code())
                    .as(usage)
                    .isZero();
        }
        assertThat(explain(concat(root.toArray(), "--usage", "3"))
                        .json()
                        .path("reason")
                        .asText())
                .isEqualTo("pin-mismatch");
        root.set(7, "other.example");
        assertThat(explain(root.toArray()).json().path("reason").asText()).isEqualTo("name-mismatch");
    }

    @Test
    void theEndpointNameComesAfterTheChain() throws IOException {
        JsonNode other = judge("device.pem", "--trust", folder.resolve("root.pem"), "--endpoint", "meter-8", "--json")
                .json();

        assertThat(other.path("reason").asText()).isEqualTo("endpoint-mismatch");
        assertThat(other.path("fix").asText()).contains("says 'meter-7' but the device asked as 'meter-8'");
    }

    @Test
    void mistakesInTheCommandAreOneSentence() throws IOException {
        Files.writeString(folder.resolve("nonsense"), "nonsense!");
        Map.of(
                        "holds a private key where a certificate belongs",
                        judge("key.pem"),
                        "does not exist",
                        judge("nowhere.pem"),
                        "is neither PEM, DER, PKCS#12, hex nor base64",
                        judge("nonsense"),
                        "'bogus' is not a profile",
                        judge("leaf.pem", "--profile", "bogus"),
                        "--usage says how a device checks a server",
                        judge("leaf.pem", "--usage", "2"),
                        "--server-name is a server's",
                        judge("leaf.pem", "--server-name", "x"),
                        "holds no revocation list",
                        judge("leaf.pem", "--crl", folder.resolve("root.pem")),
                        "is no time",
                        explain("--chain", folder.resolve("leaf.pem"), "--purpose", "firmware", "--at", "noon"),
                        "--purpose is missing",
                        explain("--chain", folder.resolve("leaf.pem")),
                        "Give --chain FILE",
                        explain())
                .forEach((sentence, answer) -> {
                    assertThat(answer.err()).contains(sentence);
                    assertThat(answer.code()).as(sentence).isEqualTo(2);
                    assertThat(answer.out()).as(sentence).isEmpty();
                });
    }

    @Test
    void aCorpusIsOneLineACaseAndTheSums() throws IOException {
        ObjectNode corpus = new ObjectMapper().createObjectNode();
        ObjectNode good = corpus.putArray("testcases").addObject();
        good.put("id", "own::good")
                .put("validation_kind", "CLIENT")
                .put("validation_time", "2026-03-01T12:00:00Z")
                .put("peer_certificate", CredentialFiles.pem(List.of(device.certificate())))
                .put("expected_result", "SUCCESS");
        good.putArray("trusted_certs").add(CredentialFiles.pem(List.of(root.certificate())));
        good.putArray("untrusted_intermediates").add(CredentialFiles.pem(List.of(intermediate.certificate())));
        ObjectNode bad = good.deepCopy();
        bad.put("id", "own::unknown").put("expected_result", "FAILURE").putArray("trusted_certs");
        ObjectNode wrong = good.deepCopy();
        wrong.put("id", "own::surprise").put("expected_result", "FAILURE");
        corpus.withArray("testcases").add(bad).add(wrong);
        Path file = folder.resolve("corpus.json");
        Files.writeString(file, corpus.toString());

        Answer answer = explain("--corpus", file, "--json");

        assertThat(answer.out().lines())
                .containsExactly(
                        "{\"id\":\"own::good\",\"expected\":\"trusted\",\"actual\":\"trusted\",\"agrees\":true,\"reason\":null}",
                        "{\"id\":\"own::unknown\",\"expected\":\"refused\",\"actual\":\"refused\",\"agrees\":true,\"reason\":\"unknown-ca\"}",
                        "{\"id\":\"own::surprise\",\"expected\":\"refused\",\"actual\":\"trusted\",\"agrees\":false,\"reason\":null}",
                        "{\"total\":3,\"agree\":2,\"wrong_accepts\":1,\"wrong_refusals\":0}");
        assertThat(answer.code()).isEqualTo(1);
        assertThat(explain("--corpus", file).out())
                .contains(
                        "wrong accept   own::surprise  trusted", "3 cases: 2 agree, 1 wrong accepts, 0 wrong refusals");
        Files.writeString(file, "{}");
        assertThat(explain("--corpus", file).err()).contains("has no testcases");
    }

    @Test
    void theLastRefusalOfADeviceFromBothSides() throws IOException {
        try (Journal journal = Journal.open(folder.resolve("events.jsonl"), CLOCK)) {
            journal.record(Event.of(Stage.BOOTSTRAP_HANDSHAKE, Party.BOOTSTRAP_SERVER)
                    .endpoint("meter-7")
                    .refused(Party.BOOTSTRAP_SERVER, "unknown-ca")
                    .alert(48)
                    .detail("no path to a trusted certificate")
                    .fact("subject", "CN=meter-7")
                    .fact("serial", "1f")
                    .fact("fix", "upload CN=Acme Intermediate to the account, or have the device send it")
                    .fact("clause", "RFC 5280, 6.1"));
            journal.record(Event.of(Stage.BOOTSTRAP_HANDSHAKE, Party.DEVICE)
                    .endpoint("meter-7")
                    .refused(Party.BOOTSTRAP_SERVER, "alert-unknown-ca")
                    .alert(48)
                    .detail("the bootstrap server ended the handshake"));
            journal.record(Event.of(Stage.POWER, Party.DEVICE).endpoint("meter-8"));
        }

        Answer text = explain("device", "meter-7", "--work-dir", folder);
        Answer event = explain("event", 2, "--work-dir", folder, "--json");

        assertThat(text.code()).isEqualTo(1);
        assertGolden("explain-device.txt", text.out());
        assertThat(event.json().path("reason").asText()).isEqualTo("unknown-ca");
        assertThat(event.json().path("fix").asText()).startsWith("upload CN=Acme Intermediate");
        assertThat(event.json().path("other_side").path("party").asText()).isEqualTo("device");
        assertThat(explain("device", "meter-8", "--work-dir", folder).code()).isZero();
        assertThat(explain("device", "nobody", "--work-dir", folder).err())
                .contains("has no event of a device 'nobody'");
        assertThat(explain("event", 9, "--work-dir", folder).err()).contains("has no event 9; it has 3");
        assertThat(explain("event", 9, "--work-dir", folder.resolve("none")).code())
                .isEqualTo(2);
    }

    @Test
    void aHandshakeWithAServerSaysWhatEachSideSaid() throws Exception {
        Credential server = root.issue(CertificateRecipe.server("localhost")
                .withValidity(Instant.now().minusSeconds(60), Instant.now().plusSeconds(3600)));
        List<byte[]> chain = List.of(server.certificate().getEncoded());
        InetSocketAddress free = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        TrustPolicy nobody = TrustPolicy.forPurpose(Purpose.DEVICE_AT_LWM2M).build();
        try (RawPeer.Listening good =
                        RawPeer.presenting(chain, server.privateKey()).listen(free, report -> {});
                RawPeer.Listening strict = RawPeer.presenting(chain, server.privateKey())
                        .judging(devices -> nobody.evaluate(devices, Instant.now()))
                        .listen(free, report -> {})) {
            Object[] own = {"--chain", folder.resolve("device.pem"), "--key", folder.resolve("key.pem"), "--json"};
            JsonNode established = connect(good, concat(own, "--trust", folder.resolve("root.pem")))
                    .json();
            assertThat(established.path("result").asText()).isEqualTo("established");
            assertThat(established.path("cipher_suite").asText()).isEqualTo("TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256");
            assertThat(established.path("server").path("verdict").asText()).isEqualTo("trusted");

            CredentialFiles.writeCertificates(folder.resolve("other"), List.of(device.certificate()));
            JsonNode stranger = connect(good, concat(own, "--trust", folder.resolve("other.pem")))
                    .json();
            assertThat(stranger.path("refused_by").asText()).isEqualTo("device");
            assertThat(stranger.path("reason").asText()).isEqualTo("unknown-ca");
            assertThat(stranger.path("alert").asInt()).isEqualTo(48);

            Answer refused = connect(strict, own);
            assertThat(refused.code()).isEqualTo(1);
            assertThat(refused.json().path("refused_by").asText()).isEqualTo("server");
            assertThat(refused.json().path("alert").asInt()).isEqualTo(48);
            assertThat(refused.json().path("fix").asText()).contains("CA certificate that issued yours");
            assertThat(connect(strict, "--trust", folder.resolve("root.pem")).out())
                    .contains("TRUSTED until", "REFUSED by the server: alert 42 bad_certificate");
        }
        assertThat(explain("connect", "localhost:1", "--timeout", "5s").out())
                .contains("FAILED", "nothing listens there");
        assertThat(explain("connect", "nonsense").err()).contains("'nonsense' is no address");
        assertThat(explain("connect", "localhost:1", "--chain", folder.resolve("leaf.pem"))
                        .err())
                .contains("a certificate where a private key belongs");
    }

    private Answer connect(RawPeer.Listening server, Object... more) {
        return explain(
                concat(new Object[] {"connect", "localhost:" + server.address().getPort()}, more));
    }
}
