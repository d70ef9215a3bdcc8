package dev.onboard.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.onboard.journal.Event;
import dev.onboard.journal.Party;
import dev.onboard.journal.Stage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
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
        assertThat(Files.readString(core)).contains("ace.est.crts", "ace.est.sen", "ace.est.sren");
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
        assertThat(post(EST + "skg", good, "286")).contains("4.04");
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
