package dev.onboard.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.cbor.CBORFactory;
import dev.onboard.pki.CredentialFiles;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPublicKey;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** The factory from the command line: CAs, batches, formats, verification, developer devices. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class FactoryIT {
    @TempDir
    static Path folder;

    private Cli cli;
    private Cli.Up up;
    private Path work;

    @BeforeAll
    void start() throws Exception {
        cli = new Cli(Cli.folder(folder, "home"));
        up = cli.up(folder.resolve("work"));
        work = up.workDirectory();
    }

    @AfterAll
    void stop() throws Exception {
        cli.close();
    }

    @Test
    void aCaOfOpensslIsBroughtAlongAndItsDevicesBootstrap() throws Exception {
        String openssl = Tool.need("openssl", "openssl");
        Cli.Up other = cli.up(folder.resolve("other"));
        Path dir = other.workDirectory();
        Path key = folder.resolve("ca.key");
        Path pem = folder.resolve("ca.pem");
        Path p12 = folder.resolve("ca.p12");
        Tool.run("", openssl, "ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", key);
        Tool.run(
                "",
                openssl,
                "req",
                "-x509",
                "-new",
                "-key",
                key,
                "-days",
                "4000",
                "-subj",
                "/CN=Brought along CA",
                "-addext",
                "keyUsage=critical,keyCertSign,cRLSign",
                "-out",
                pem);
        Tool.run("", openssl, "pkcs12", "-export", "-inkey", key, "-in", pem, "-passout", "pass:secret", "-out", p12);
        Path password = Files.writeString(folder.resolve("password"), "secret\n");
        JsonNode imported = cli.good(
                        "factory", "ca", "import", p12, "--password-file", password, "--dir", dir, "--json")
                .json();
        assertThat(imported.at("/authorities/0/subject").asText()).contains("Brought along CA");
        Cli.Result again = cli.run("factory", "ca", "create", "--dir", dir);
        assertThat(again.exitCode()).isEqualTo(2);
        assertThat(again.err()).contains("is this factory's CA already");
        cli.good("factory", "make", "--endpoint", "guest", "--out", folder.resolve("guests"), "--work-dir", dir);
        cli.good("trust", "add", dir.resolve("ca/factory-root.cert.pem"), "--service", "bootstrap", "--work-dir", dir);
        cli.good("device", "run", "--bundle", folder.resolve("guests/guest"), "--exit-when", "registered");
        other.stop();
    }

    @Test
    void aDeviceBelowThreeIntermediatesOfP384Bootstraps() throws Exception {
        Cli.Up other = cli.up(folder.resolve("p384"));
        Path dir = other.workDirectory();
        JsonNode made = cli.good(
                        "factory", "ca", "create", "--key", "P384", "--intermediates", "3", "--dir", dir, "--json")
                .json();
        assertThat(made.path("authorities")).hasSize(4);
        Path out = folder.resolve("deep");
        cli.good("factory", "make", "--endpoint", "deep", "--chain-depth", "4", "--out", out, "--work-dir", dir);
        List<X509Certificate> sent = CredentialFiles.readCertificates(out.resolve("deep/factory/device.cert.pem"));
        assertThat(sent)
                .extracting(certificate -> ((ECPublicKey) certificate.getPublicKey())
                        .getParams()
                        .getOrder()
                        .bitLength())
                .containsExactly(256, 384, 384, 384);
        cli.good("trust", "add", dir.resolve("ca/factory-root.cert.pem"), "--service", "bootstrap", "--work-dir", dir);
        cli.good("device", "run", "--bundle", out.resolve("deep"), "--exit-when", "registered");
        other.stop();
    }

    @Test
    void aListIsMadeOnceAndResumed() throws Exception {
        Path csv = folder.resolve("devices.csv");
        Files.writeString(csv, "endpoint,serial_number,model\nfirst,0001,Meter\n\"second, with comma\",0002,\n");
        Path out = folder.resolve("batch");
        JsonNode made = cli.good("factory", "make", "--csv", csv, "--out", out, "--work-dir", work, "--json")
                .json();
        assertThat(made.path("made").asInt()).isEqualTo(2);
        JsonNode document =
                Cli.JSON.readTree(out.resolve("first/factory/bundle.json").toFile());
        assertThat(document.at("/device/serial_number").asText()).isEqualTo("0001");
        assertThat(document.at("/device/model").asText()).isEqualTo("Meter");
        assertThat(FormatsIT.schema("bundle").validate(document)).isEmpty();
        assertThat(out.resolve("second%2C%20with%20comma/factory/bundle.json")).exists();
        Files.writeString(csv, "endpoint\nfirst\nthird\n");
        assertThat(cli.run("factory", "make", "--csv", csv, "--out", out, "--work-dir", work)
                        .err())
                .contains("already holds a device");
        JsonNode resumed = cli.good(
                        "factory", "make", "--csv", csv, "--out", out, "--work-dir", work, "--resume", "--json")
                .json();
        assertThat(resumed.path("made").asInt()).isEqualTo(1);
        assertThat(resumed.path("skipped").asInt()).isEqualTo(1);
        Files.writeString(csv, "endpoint,colour\nfirst,red\n");
        Cli.Result wrong = cli.run("factory", "make", "--csv", csv, "--out", out, "--work-dir", work);
        assertThat(wrong.exitCode()).isEqualTo(2);
        assertThat(wrong.err()).contains("devices.csv:1: 'colour' is no column");
    }

    @Test
    void everyFormatHoldsTheSameDevice() throws Exception {
        Path out = folder.resolve("formats");
        for (String format : new String[] {"json", "cbor", "c", "leshan"}) {
            cli.good(
                    "factory",
                    "make",
                    "--endpoint",
                    "meter-" + format,
                    "--format",
                    format,
                    "--chain-depth",
                    "2",
                    "--out",
                    out,
                    "--work-dir",
                    work);
        }
        Path json = out.resolve("meter-json.json");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(json)))
                .isEqualTo("rw-------");
        JsonNode document = Cli.JSON.readTree(json.toFile());
        assertThat(document.path("endpoint").asText()).isEqualTo("meter-json");
        assertThat(CredentialFiles.readCertificates(
                        document.path("device_certificate").asText().getBytes(), "json"))
                .hasSize(2);
        JsonNode cbor = new ObjectMapper(new CBORFactory())
                .readTree(out.resolve("meter-cbor.cbor").toFile());
        assertThat(cbor.path("CertificateChains").path(0).path("Name").asText()).isEqualTo("mbed.BootstrapDeviceCert");
        assertThat(CredentialFiles.readPrivateKey(cbor.at("/Keys/0/Data").binaryValue(), "cbor")
                        .getAlgorithm())
                .isEqualTo("EC");
        Set<String> items = new HashSet<>(cbor.path("ConfigParams").findValuesAsText("Name"));
        assertThat(items).contains("mbed.UseBootstrap", "mbed.EndpointName", "mbed.BootstrapServerURI");
        assertThat(Files.readString(out.resolve("meter-c.c")))
                .contains("MBED_CLOUD_DEV_BOOTSTRAP_ENDPOINT_NAME[] = \"meter-c\"", "?aid=");
        Cli.Result anjay = cli.good(
                "factory", "make", "--endpoint", "meter-anjay", "--format", "anjay", "--out", out, "--work-dir", work);
        assertThat(anjay.out()).contains("--endpoint-name meter-anjay", "--security-mode cert", "device.key.der");
    }

    @Test
    void verificationFindsWhatThePlatformWouldFind() throws Exception {
        Path out = folder.resolve("verify");
        cli.good("factory", "make", "--count", "2", "--prefix", "v-", "--out", out, "--work-dir", work);
        Cli.Result passed = cli.good("factory", "verify", out.resolve("v-1"), "--json");
        assertThat(FormatsIT.schema("factory-verify").validate(passed.json())).isEmpty();
        assertThat(passed.json().path("verdict").asText()).isEqualTo("passed");
        Path bundle = out.resolve("v-1/factory");
        Files.copy(
                out.resolve("v-2/factory/device.key.pem"),
                bundle.resolve("device.key.pem"),
                java.nio.file.StandardCopyOption.REPLACE_EXISTING);
        Files.delete(bundle.resolve("server-ca.cert.pem"));
        ObjectNode document =
                (ObjectNode) Cli.JSON.readTree(bundle.resolve("bundle.json").toFile());
        document.put("endpoint", "somebody-else").put("server_uri", "http://localhost");
        Files.writeString(bundle.resolve("bundle.json"), document.toString());
        Cli.Result failed = cli.run("factory", "verify", out.resolve("v-1"), "--json");
        assertThat(failed.exitCode()).isEqualTo(1);
        assertThat(FormatsIT.schema("factory-verify").validate(failed.json())).isEmpty();
        Set<String> found = new HashSet<>();
        failed.json()
                .at("/bundles/0/findings")
                .forEach(finding -> found.add(finding.path("item").asText() + " "
                        + finding.path("code").asInt()));
        assertThat(found)
                .contains(
                        "mbed.BootstrapServerCACert 25",
                        "mbed.BootstrapServerURI 28",
                        "mbed.BootstrapDevicePrivateKey 34",
                        "mbed.BootstrapDeviceCert 14");
        Cli.Result platform = cli.run("factory", "verify", out.resolve("v-2"), "--platform", "--json");
        assertThat(platform.exitCode()).isEqualTo(1);
        assertThat(platform.out()).contains("it has no aid");
    }

    @Test
    void aDeveloperDeviceIsANewOneAfterAFactoryResetAndAProductionDeviceIsNot() throws Exception {
        String id = cli.good("developer-certificate", "create", "bench", "--work-dir", work, "--json")
                .json()
                .path("id")
                .asText();
        Path file = folder.resolve("dev.c");
        cli.good("developer-certificate", "download", id, "--out", file, "--work-dir", work);
        Path out = folder.resolve("developers");
        cli.good("factory", "make", "--developer", id, "--endpoint", "dev-1", "--out", out, "--work-dir", work);
        cli.good("factory", "make", "--developer", file, "--endpoint", "dev-2", "--out", out, "--work-dir", work);
        cli.good("factory", "make", "--endpoint", "prod-1", "--out", out, "--work-dir", work);
        cli.run("trust", "add", work.resolve("ca/factory-root.cert.pem"), "--service", "bootstrap", "--work-dir", work);
        for (String name : new String[] {"dev-1", "dev-2", "prod-1"}) {
            run(out, name);
        }
        JsonNode developer = device("dev-1");
        JsonNode production = device("prod-1");
        assertThat(developer.path("device_execution_mode").asInt()).isEqualTo(1);
        assertThat(production.path("device_execution_mode").asInt()).isEqualTo(5);
        run(out, "dev-1");
        assertThat(device("dev-1").path("id").asText())
                .as("no reset")
                .isEqualTo(developer.path("id").asText());
        for (String name : new String[] {"dev-1", "prod-1"}) {
            Path lwm2m = out.resolve(name).resolve("lwm2m");
            try (var files = Files.list(lwm2m)) {
                for (Path each : files.toList()) {
                    Files.delete(each);
                }
            }
            Files.delete(lwm2m); // what a factory reset leaves
            run(out, name);
        }
        assertThat(device("dev-1").path("id").asText())
                .isNotEqualTo(developer.path("id").asText());
        assertThat(device("prod-1").path("id").asText())
                .isEqualTo(production.path("id").asText());
        Cli.Result many =
                cli.run("factory", "make", "--developer", id, "--count", "101", "--out", out, "--work-dir", work);
        assertThat(many.exitCode()).isEqualTo(2);
        assertThat(many.err()).contains("100 can");
    }

    private void run(Path out, String name) throws Exception {
        cli.good("device", "run", "--bundle", out.resolve(name), "--exit-when", "registered");
    }

    private JsonNode device(String name) throws Exception {
        for (JsonNode device :
                cli.good("device", "list", "--json", "--work-dir", work).json().path("data")) {
            if (device.path("endpoint_name").asText().equals(name)) {
                return device;
            }
        }
        throw new AssertionError("no device " + name);
    }
}
