package dev.onboard.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.cbor.CBORFactory;
import dev.onboard.journal.Event;
import dev.onboard.journal.Outcome;
import dev.onboard.journal.Party;
import dev.onboard.journal.Stage;
import dev.onboard.pki.Credential;
import dev.onboard.pki.CredentialFiles;
import dev.onboard.pki.KeyAlgorithm;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPrivateKey;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.est.CSRAttributesResponse;
import org.bouncycastle.est.ESTException;
import org.bouncycastle.est.ESTService;
import org.bouncycastle.est.ESTServiceBuilder;
import org.bouncycastle.est.EnrollmentResponse;
import org.bouncycastle.openssl.jcajce.JcaPEMKeyConverter;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.operator.jcajce.JcaContentVerifierProviderBuilder;
import org.bouncycastle.pkcs.PKCS10CertificationRequest;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequestBuilder;
import org.bouncycastle.util.Store;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Enrolment over EST, with keys and requests of OpenSSL's that libcoap sends; and the simulated devices' own. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class EstIT {
    private static final String EST = "/.well-known/est/";

    @TempDir
    static Path folder;

    private Cli cli;
    private Cli.Up up;
    private int mark;
    private Path device;
    private String openssl;
    private String coap;

    @BeforeAll
    void start() throws Exception {
        openssl = Tool.need("openssl", "openssl");
        coap = Tool.need("libcoap3-bin", "coap-client-openssl");
        cli = new Cli(Cli.folder(folder, "home"));
        up = cli.up(folder.resolve("work"));
        device = folder.resolve("devices/meter-7");
        cli.run("factory", "make", "--endpoint", "meter-7", "--out", folder.resolve("devices"));
        Cli.Result added = cli.run(
                "trust", "add", up.workDirectory().resolve("ca/factory-root.cert.pem"), "--service", "bootstrap");
        assertThat(added.exitCode()).as(added.err()).isZero();
    }

    @AfterAll
    void stop() throws Exception {
        cli.close();
    }

    /** A key of the device's own, and a request for it. */
    private Path request(String name, String subject, String... key) throws Exception {
        Path request = folder.resolve(name + ".csr");
        List<Object> command = new ArrayList<>(List.of(openssl, "req", "-new", "-nodes", "-outform", "DER"));
        command.addAll(key.length > 0 ? List.of(key) : List.of("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"));
        command.addAll(List.of("-keyout", folder.resolve(name + ".key"), "-subj", subject, "-out", request));
        Tool.Result made = Tool.run("", command.toArray());
        assertThat(made.exitCode()).as(made.output()).isZero();
        return request;
    }

    /** What libcoap says; a body goes to the file. */
    private String ask(String set, String which, String path, Path answer, Object... more) throws Exception {
        Path own = set.equals("factory") ? device.resolve("factory") : folder.resolve(set);
        mark = up.mark();
        String ca = which.equals("bootstrap_uri") ? "bootstrap-server-ca" : "lwm2m-server-ca";
        List<Object> command = new ArrayList<>(List.of(
                coap,
                "-B",
                "10",
                "-c",
                own.resolve("device.cert.pem"),
                "-j",
                own.resolve("device.key.pem"),
                "-C",
                up.workDirectory().resolve("ca/" + ca + ".cert.pem"),
                "-o",
                answer));
        command.addAll(List.of(more));
        command.add("coaps://localhost:" + up.port(which) + path);
        return Tool.run("", command.toArray()).output();
    }

    private String post(String path, Path request, String format) throws Exception {
        return ask(
                "factory",
                "bootstrap_uri",
                path,
                folder.resolve("refused.out"),
                "-m",
                "post",
                "-t",
                format,
                "-f",
                request);
    }

    private Path certificates(Path pkcs7) throws Exception {
        Path pem = folder.resolve(pkcs7.getFileName() + ".pem");
        Tool.Result printed =
                Tool.run("", openssl, "pkcs7", "-inform", "DER", "-print_certs", "-in", pkcs7, "-out", pem);
        assertThat(printed.exitCode()).as(printed.output()).isZero();
        return pem;
    }

    /** Why the server refused what was asked last. */
    private String reason() {
        Event refused = up.after(
                mark,
                "a refused enrolment",
                event -> event.stage() == Stage.ENROLLED
                        && event.party() != Party.DEVICE
                        && event.reason().isPresent());
        return refused.reason().orElseThrow();
    }

    @Test
    void theCertificatesToTrustAreThoseOfTheServers() throws Exception {
        Path answer = folder.resolve("crts.p7");
        ask("factory", "bootstrap_uri", EST + "crts", answer, "-m", "get", "-A", "281");
        String text = Tool.run("", openssl, "pkcs7", "-inform", "DER", "-print_certs", "-noout", "-in", answer)
                .output();
        assertThat(text).contains("Bootstrap server CA", "LwM2M server CA");
        Path attributes = folder.resolve("att.der");
        ask("factory", "bootstrap_uri", EST + "att", attributes, "-m", "get");
        assertThat(Tool.run("", openssl, "asn1parse", "-inform", "DER", "-in", attributes)
                        .output())
                .contains("id-ecPublicKey", "prime256v1", "ecdsa-with-SHA256");
        Path core = folder.resolve("core.txt");
        ask("factory", "bootstrap_uri", "/.well-known/core?rt=ace.est*", core, "-m", "get");
        assertThat(Files.readString(core))
                .contains("ace.est.crts", "ace.est.sen", "ace.est.sren", "ace.est.skg", "ace.est.skc", "ace.est.att");
    }

    @ParameterizedTest
    @ValueSource(strings = {"1024", "64"})
    void aRequestOfAStrangerIsSignedAndItsKeyNeverLeftIt(String block) throws Exception {
        Path answer = folder.resolve("sen-" + block + ".p7");
        Path request = request("own-" + block, "/CN=meter-7");
        ask("factory", "bootstrap_uri", EST + "sen", answer, "-m", "post", "-b", block, "-t", "286", "-f", request);
        Path own = enrolled("own-" + block, answer);
        assertThat(publicKey("x509", own.resolve("device.cert.pem")))
                .isEqualTo(Tool.run("", openssl, "pkey", "-pubout", "-in", own.resolve("device.key.pem"))
                        .output());
        assertThat(Tool.run(
                                "",
                                openssl,
                                "verify",
                                "-CAfile",
                                up.workDirectory().resolve("ca/lwm2m-device-ca.cert.pem"),
                                own.resolve("device.cert.pem"))
                        .output())
                .endsWith("OK\n");
        renewsWithTheSameNamesAlone("own-" + block, own);
        Path none = folder.resolve("none-" + block);
        ask("own-" + block, "bootstrap_uri", EST + "crts", none, "-m", "get");
        assertThat(Files.exists(none) && Files.size(none) > 0)
                .as("an LwM2M certificate opens the bootstrap server")
                .isFalse();
    }

    private Path enrolled(String name, Path answer) throws Exception {
        Path own = Files.createDirectories(folder.resolve(name));
        Files.copy(certificates(answer), own.resolve("device.cert.pem"));
        Files.copy(folder.resolve(name + ".key"), own.resolve("device.key.pem"));
        return own;
    }

    private String publicKey(String kind, Path file) throws IOException, InterruptedException {
        return Tool.run("", openssl, kind, "-noout", "-pubkey", "-in", file).output();
    }

    /** At the LwM2M server, with the certificate that is to be renewed. */
    private void renewsWithTheSameNamesAlone(String name, Path own) throws Exception {
        String subject = Tool.run(
                        "",
                        openssl,
                        "x509",
                        "-noout",
                        "-subject",
                        "-nameopt",
                        "sep_comma_plus,utf8",
                        "-in",
                        own.resolve("device.cert.pem"))
                .output()
                .strip()
                .replace("subject=", "/")
                .replace(",", "/")
                .replace(" ", "");
        Path refused = folder.resolve("refused.out");
        Path other = request(name + "-other", "/CN=meter-7");
        String said = ask(name, "lwm2m_uri", EST + "sren", refused, "-m", "post", "-t", "286", "-f", other);
        assertThat(said).contains("4.00");
        assertThat(reason()).isEqualTo("request-names-another");
        Path answer = folder.resolve(name + "-sren.p7");
        Path same = request(name + "-again", subject);
        String done = ask(name, "lwm2m_uri", EST + "sren", answer, "-m", "post", "-t", "286", "-f", same);
        assertThat(answer).as(done + subject).isNotEmptyFile();
        Path renewed = enrolled(name + "-again", answer);
        assertThat(publicKey("x509", renewed.resolve("device.cert.pem")))
                .isNotEqualTo(publicKey("x509", own.resolve("device.cert.pem")));
    }

    @Test
    void whatIsNotAcceptableIsRefusedWithItsReason() throws Exception {
        Path good = request("good", "/CN=meter-7");
        assertThat(post(EST + "sen", request("other", "/CN=meter-8"), "286")).contains("4.00");
        assertThat(reason()).isEqualTo("request-names-another");

        Path forged = folder.resolve("forged.csr");
        byte[] octets = Files.readAllBytes(good);
        octets[octets.length - 5] ^= 1;
        Files.write(forged, octets);
        assertThat(post(EST + "sen", forged, "286")).contains("4.00");
        assertThat(reason()).isEqualTo("proof-of-possession-failed");

        Path text = Files.writeString(folder.resolve("text.csr"), "please");
        assertThat(post(EST + "sen", text, "286")).contains("4.00");
        assertThat(reason()).isEqualTo("malformed-request");

        Path weak = request("weak", "/CN=meter-7", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime192v1");
        assertThat(post(EST + "sen", weak, "286")).contains("4.00");
        assertThat(reason()).isEqualTo("unsupported-key");

        assertThat(post(EST + "sen", good, "40")).contains("4.15");
        assertThat(ask(
                        "factory",
                        "bootstrap_uri",
                        EST + "sen",
                        folder.resolve("refused.out"),
                        "-m",
                        "post",
                        "-A",
                        "60",
                        "-t",
                        "286",
                        "-f",
                        good))
                .contains("4.06");
        assertThat(post(EST + "other-ca/sen", good, "286")).contains("4.04");
    }

    /** A key that the server makes; the request's own key, on a curve that no certificate is given for, is ignored (4.8). */
    @ParameterizedTest
    @CsvSource({"skg,281,64", "skc,287,1024"})
    void theServerMakesAKeyAndKeepsItNowhere(String resource, int format, String block) throws Exception {
        Path placeholder = request(
                "placeholder-" + resource, "/CN=meter-7", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:secp256k1");
        Path answer = folder.resolve(resource + ".cbor");
        String path = EST + resource;
        ask(
                "factory",
                "bootstrap_uri",
                path,
                answer,
                "-m",
                "post",
                "-b",
                block,
                "-A",
                "62",
                "-t",
                "286",
                "-f",
                placeholder);
        JsonNode parts = new ObjectMapper(new CBORFactory()).readTree(answer.toFile());
        assertThat(parts).hasSize(4);
        assertThat(parts.path(0).asInt()).isEqualTo(284);
        assertThat(parts.path(2).asInt()).isEqualTo(format);
        byte[] key = parts.path(1).binaryValue();
        Path own = Files.createDirectories(folder.resolve("made-" + resource));
        Files.write(own.resolve("device.key.der"), key);
        Tool.run(
                "",
                openssl,
                "pkey",
                "-inform",
                "DER",
                "-in",
                own.resolve("device.key.der"),
                "-out",
                own.resolve("device.key.pem"));
        Path certificate = folder.resolve(resource + ".certificate");
        Files.write(certificate, parts.path(3).binaryValue());
        if (format == 281) {
            Files.copy(certificates(certificate), own.resolve("device.cert.pem"));
        } else {
            Tool.run("", openssl, "x509", "-inform", "DER", "-in", certificate, "-out", own.resolve("device.cert.pem"));
        }
        assertThat(publicKey("x509", own.resolve("device.cert.pem")))
                .isEqualTo(Tool.run("", openssl, "pkey", "-pubout", "-in", own.resolve("device.key.pem"))
                        .output())
                .isNotEqualTo(Tool.run(
                                "",
                                openssl,
                                "pkey",
                                "-pubout",
                                "-in",
                                folder.resolve("placeholder-" + resource + ".key"))
                        .output());
        // it opens the LwM2M server, where the same may be asked again
        Path again = folder.resolve(resource + "-again.cbor");
        ask("made-" + resource, "lwm2m_uri", path, again, "-m", "post", "-t", "286", "-f", placeholder);
        assertThat(new ObjectMapper(new CBORFactory())
                        .readTree(again.toFile())
                        .path(1)
                        .binaryValue())
                .as("another key")
                .isNotEmpty()
                .isNotEqualTo(key);
        assertNowhere(CredentialFiles.readPrivateKey(key, "the answer"));
    }

    /** In no file of the testbed's, its journal among them: not as octets, not in hexadecimal, not in Base64. */
    private void assertNowhere(PrivateKey key) throws Exception {
        byte[] whole = ((ECPrivateKey) key).getS().toByteArray();
        byte[] scalar = Arrays.copyOfRange(whole, whole.length - 30, whole.length); // leading zeros may be missing
        List<String> forms = new ArrayList<>(List.of(
                new String(scalar, StandardCharsets.ISO_8859_1),
                HexFormat.of().formatHex(scalar),
                HexFormat.of().withUpperCase().formatHex(scalar)));
        for (int offset = 0; offset < 3; offset++) {
            forms.add(Base64.getEncoder().encodeToString(Arrays.copyOfRange(scalar, offset, offset + 27)));
        }
        try (Stream<Path> files = Files.walk(up.workDirectory())) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                String content = Files.readString(file, StandardCharsets.ISO_8859_1);
                String lines = content.replace("\\n", "").replace("\n", "");
                assertThat(forms).as("%s", file).noneMatch(form -> content.contains(form) || lines.contains(form));
            }
        }
    }

    @Test
    void whatIsNotAcceptableIsRefusedForAKeyOfTheServersToo() throws Exception {
        assertThat(post(EST + "skg", request("skg-other", "/CN=meter-8"), "286"))
                .contains("4.00");
        assertThat(reason()).isEqualTo("request-names-another");
        assertThat(post(EST + "skc", Files.writeString(folder.resolve("skc.csr"), "please"), "286"))
                .contains("4.00");
        assertThat(reason()).isEqualTo("malformed-request");
        Path good = request("skg-good", "/CN=meter-7");
        assertThat(post(EST + "skg", good, "40")).contains("4.15");
        assertThat(reason()).isEqualTo("content-format");
        Path refused = folder.resolve("refused.out");
        assertThat(ask(
                        "factory",
                        "bootstrap_uri",
                        EST + "skc",
                        refused,
                        "-m",
                        "post",
                        "-A",
                        "281",
                        "-t",
                        "286",
                        "-f",
                        good))
                .contains("4.06");
        assertThat(reason()).isEqualTo("accept");
        KeyPair keys = KeyAlgorithm.P256.generate(new SecureRandom());
        PKCS10CertificationRequest encrypting = new JcaPKCS10CertificationRequestBuilder(
                        new X500Name("CN=meter-7"), keys.getPublic())
                .addAttribute(PKCSObjectIdentifiers.pkcs_9_at_smimeCapabilities, new DERSequence())
                .build(new JcaContentSignerBuilder("SHA256withECDSA").build(keys.getPrivate()));
        assertThat(post(EST + "skg", Files.write(folder.resolve("encrypting.csr"), encrypting.getEncoded()), "286"))
                .contains("4.00");
        assertThat(reason()).isEqualTo("key-encryption-not-supported");
    }

    /** What the servers answer is read by Bouncy Castle's EST client, which makes the requests, too. */
    @Test
    void theEstClientOfBouncyCastleTakesWhatTheServersAnswer() throws Exception {
        ESTService bootstrap = bouncyCastle("factory", "bootstrap_uri");
        assertThat(subjects(bootstrap.getCACerts().getCertificateStore()))
                .containsExactlyInAnyOrder("CN=Bootstrap server CA", "CN=LwM2M server CA");
        CSRAttributesResponse attributes = bootstrap.getCSRAttributes().getAttributesResponse();
        assertThat(attributes.hasRequirement(X9ObjectIdentifiers.ecdsa_with_SHA256))
                .isTrue();

        KeyPair keys = KeyAlgorithm.P256.generate(new SecureRandom());
        X509CertificateHolder first =
                certified(bootstrap.simpleEnroll(false, csr(new X500Name("CN=meter-7"), keys), null), keys);
        Path own = Files.createDirectories(folder.resolve("bouncy"));
        write(own, first, keys.getPrivate());
        ESTService lwm2m = bouncyCastle("bouncy", "lwm2m_uri");
        KeyPair next = KeyAlgorithm.P256.generate(new SecureRandom());
        X509CertificateHolder renewed = certified(lwm2m.simpleEnroll(true, csr(first.getSubject(), next), null), next);
        assertThat(renewed.getSubject()).isEqualTo(first.getSubject());
        assertThatThrownBy(() -> lwm2m.simpleEnroll(true, csr(new X500Name("CN=meter-8"), next), null))
                .isInstanceOfSatisfying(
                        ESTException.class,
                        refused -> assertThat(refused.getStatusCode()).isEqualTo(400));

        EnrollmentResponse generated =
                bootstrap.simpleEnrollWithServersideCreation(csr(new X500Name("CN=meter-7"), keys), null);
        PrivateKey made = new JcaPEMKeyConverter().getPrivateKey(generated.getPrivateKeyInfo());
        X509Certificate certificate =
                new JcaX509CertificateConverter().getCertificate(ESTService.storeToArray(generated.getStore())[0]);
        assertThat(certificate.getPublicKey()).isNotEqualTo(keys.getPublic());
        assertThatCode(() -> Credential.of(made, List.of(certificate))).doesNotThrowAnyException();
    }

    private ESTService bouncyCastle(String set, String which) {
        return new ESTServiceBuilder("localhost")
                .withClientProvider(new EstRegistrar((path, request) -> {
                    Path answer = Files.createTempFile(folder, "est", ".out");
                    List<Object> how = new ArrayList<>(List.of("-m", request.isPresent() ? "post" : "get"));
                    if (request.isPresent()) {
                        how.addAll(List.of(
                                "-t",
                                "286",
                                "-f",
                                Files.write(Files.createTempFile(folder, "est", ".csr"), request.get())));
                    }
                    String said = ask(set, which, EST + path, answer, how.toArray());
                    return said.contains("4.00") ? Optional.empty() : Optional.of(Files.readAllBytes(answer));
                }))
                .build();
    }

    private static PKCS10CertificationRequest csr(X500Name subject, KeyPair keys) throws Exception {
        return new JcaPKCS10CertificationRequestBuilder(subject, keys.getPublic())
                .build(new JcaContentSignerBuilder("SHA256withECDSA").build(keys.getPrivate()));
    }

    /** The only certificate that came, which is for this key and signed by the account's CA. */
    private X509CertificateHolder certified(EnrollmentResponse response, KeyPair keys) throws Exception {
        assertThat(response.isCompleted()).isTrue();
        X509CertificateHolder[] came = ESTService.storeToArray(response.getStore());
        assertThat(came).hasSize(1);
        assertThat(new JcaX509CertificateConverter().getCertificate(came[0]).getPublicKey())
                .isEqualTo(keys.getPublic());
        X509Certificate ca = CredentialFiles.readCertificates(up.workDirectory().resolve("ca/lwm2m-device-ca.cert.pem"))
                .get(0);
        assertThat(came[0].isSignatureValid(new JcaContentVerifierProviderBuilder().build(ca)))
                .isTrue();
        return came[0];
    }

    private static void write(Path own, X509CertificateHolder certificate, PrivateKey key) throws Exception {
        CredentialFiles.writeCertificates(
                own.resolve("device.cert"), List.of(new JcaX509CertificateConverter().getCertificate(certificate)));
        CredentialFiles.writePrivateKey(own.resolve("device.key"), key);
    }

    private static List<String> subjects(Store<X509CertificateHolder> store) {
        return Stream.of(ESTService.storeToArray(store))
                .map(certificate -> certificate.getSubject().toString())
                .toList();
    }

    @Test
    void aSimulatedDeviceHasItsKeyMadeByTheServerAndRenewsSo() throws Exception {
        Path work = folder.resolve("skg-work");
        Cli.Up enrolling = cli.up(work, 0, 0, "--est", "rfc9148");
        cli.good(
                "factory", "make", "--endpoint", "meter-9", "--out", folder.resolve("skg-devices"), "--work-dir", work);
        cli.good(
                "trust", "add", work.resolve("ca/factory-root.cert.pem"), "--service", "bootstrap", "--work-dir", work);
        Path bundle = folder.resolve("skg-devices/meter-9");
        Process running = cli.registered(enrolling, bundle, "--est-key", "server");
        Predicate<Event> generated = event -> event.stage() == Stage.ENROLLED
                && event.outcome() == Outcome.OK
                && "/.well-known/est/skg".equals(event.facts().get("path"));
        enrolling.first(
                "a key made by the bootstrap server",
                event -> generated.test(event) && event.party() == Party.BOOTSTRAP_SERVER);
        cli.good("device", "renew", "meter-9", "--work-dir", work);
        enrolling.first(
                "a key made by the LwM2M server",
                event -> generated.test(event) && event.party() == Party.LWM2M_SERVER);
        running.destroy();
        enrolling.stop();
        Cli.Result wrong = cli.run("device", "run", "--bundle", bundle, "--est-key", "factory");
        assertThat(wrong.exitCode()).isEqualTo(2);
        assertThat(wrong.err()).contains("--est-key 'factory' is not device or server");
    }

    @ParameterizedTest
    @ValueSource(strings = {"rfc9148", "izuma"})
    void simulatedDevicesMakeTheirKeysThemselves(String dialect) throws Exception {
        JsonNode report = cli.run(
                        "demo",
                        "--devices",
                        "3",
                        "--exit",
                        "--json",
                        "--est",
                        dialect,
                        "--work-dir",
                        folder.resolve("demo-" + dialect),
                        "--http-port",
                        "0")
                .json();
        assertThat(report.path("registered").asInt()).as(report.toString()).isEqualTo(3);
        String events = Files.readString(folder.resolve("demo-" + dialect + "/events.jsonl"));
        assertThat(events)
                .contains(dialect.equals("izuma") ? "\"path\":\"/est/sen\"" : "\"path\":\"/.well-known/est/sen\"");
    }
}
