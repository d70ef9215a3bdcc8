package dev.onboard.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.InputFormat;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import dev.onboard.account.DeviceDirectory;
import dev.onboard.device.DeviceState;
import dev.onboard.factory.DeviceBundle;
import dev.onboard.http.ApiKey;
import dev.onboard.http.ManagementClient;
import dev.onboard.journal.Event;
import dev.onboard.journal.Stage;
import dev.onboard.pki.Credential;
import dev.onboard.pki.CredentialFiles;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** The account by command line, addressed as a script elsewhere would: by URL and key. Documents are those of the API. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class AccountCommandsIT {
    @TempDir
    static Path folder;

    private Cli cli;
    private Cli.Up up;
    private Devices devices;
    private String address;
    private String key;
    private JsonNode openApi;

    @BeforeAll
    void start() throws Exception {
        cli = new Cli(Cli.folder(folder, "home"));
        up = cli.up(folder.resolve("work"));
        devices = new Devices(up, Cli.folder(folder, "devices"));
        address = up.endpoints().path("management_uri").asText();
        key = Files.readString(up.workDirectory().resolve("api-key")).strip();
        openApi = Cli.JSON.readTree(HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create(address + "/openapi.json"))
                                .build(),
                        HttpResponse.BodyHandlers.ofString())
                .body());
    }

    @AfterAll
    void stop() throws Exception {
        devices.close();
        cli.close();
    }

    private Cli.Result run(Object... arguments) throws Exception {
        List<Object> command = new ArrayList<>(List.of(arguments));
        command.addAll(List.of("--api", address, "--api-key", key));
        return cli.run(command.toArray());
    }

    private JsonNode json(Object... arguments) throws Exception {
        List<Object> command = new ArrayList<>(List.of(arguments));
        command.add("--json");
        Cli.Result result = run(command.toArray());
        assertThat(result.exitCode()).as(result.err()).isZero();
        return result.json();
    }

    private JsonNode document(String component, Object... arguments) throws Exception {
        JsonNode document = json(arguments);
        ObjectNode schema = Cli.JSON.createObjectNode().put("$ref", "#/components/schemas/" + component);
        schema.set("components", openApi.path("components"));
        assertThat(SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
                        .getSchema(schema.toString(), InputFormat.JSON)
                        .validate(document.toString(), InputFormat.JSON))
                .as(document.toString())
                .isEmpty();
        return document;
    }

    @Test
    void trustIsAddedChangedAndRemoved() throws Exception {
        Path file = folder.resolve("a-ca.pem");
        CredentialFiles.writeCertificates(file, List.of(Servers.ca("A CA").certificate()));
        String id = document("TrustedCertificate", "trust", "add", file, "--service", "lwm2m", "--inactive")
                .path("id")
                .asText();
        assertThat(document("TrustedCertificate", "trust", "show", id)
                        .path("status")
                        .asText())
                .isEqualTo("INACTIVE");
        assertThat(run("trust", "activate", id).out()).contains(id, "A CA", "is ACTIVE");
        assertThat(document("TrustedCertificate", "trust", "update", id, "--name", "B", "--enrollment-mode")
                        .path("enrollment_mode")
                        .asBoolean())
                .isTrue();
        assertThat(run("trust", "list").out()).containsPattern("(?m)^" + id + " +lwm2m +ACTIVE +.* B +CN=A CA$");
        assertThat(run("trust", "remove", id).exitCode()).isZero();
        Cli.Result gone = run("trust", "deactivate", id);
        assertThat(gone.exitCode()).isEqualTo(2);
        assertThat(gone.err()).contains("there is no trusted certificate '" + id + "'");
    }

    /** At the door: the certificate marked developer is let in for any name, what it signed is not. */
    @Test
    void aDeveloperCertificateAdmitsItsDevicesAndNobodyElse() throws Exception {
        JsonNode made = document("DeveloperCertificate", "developer-certificate", "create", "bench");
        String id = made.path("id").asText();
        Path c = folder.resolve("mbed_cloud_dev_credentials.c");
        assertThat(run("developer-certificate", "download", id, "--out", c).exitCode())
                .isZero();
        assertThat(Files.readString(c)).contains("MBED_CLOUD_DEV_BOOTSTRAP_DEVICE_CERTIFICATE");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(c)))
                .isEqualTo("rw-------");
        assertThat(run("developer-certificate", "show", id).out())
                .doesNotContain("PRIVATE KEY")
                .contains("bench");
        Credential credential = Credential.of(
                CredentialFiles.readPrivateKey(
                        made.path("developer_private_key").asText().getBytes(StandardCharsets.US_ASCII), "the answer"),
                CredentialFiles.readCertificates(
                        made.path("developer_certificate").asText().getBytes(StandardCharsets.US_ASCII), "the answer"));
        for (String endpoint : List.of("bench-1", "bench-2")) {
            devices.run(devices.withDeveloperCertificate(endpoint, credential), DeviceState.REGISTERED);
        }
        JsonNode first = json("device", "list", "--state", "registered").path("data");
        assertThat(first.findValuesAsText("endpoint_name")).contains("bench-1", "bench-2");
        assertThat(first.findValuesAsText("ca_id")).contains(id);

        // a device whose certificate the developer certificate signed must name itself
        dev.onboard.pki.CertificateAuthority misused =
                dev.onboard.pki.CertificateAuthority.of(credential, Servers.CLOCK, Servers.RANDOM);
        Credential signed = misused.issue(dev.onboard.pki.CertificateRecipe.device("somebody"));
        devices.run(devices.withDeveloperCertificate("bench-3", signed), DeviceState.FAILED);
        assertThat(up.first("refusal of bench-3", event -> isRefusal(event, "bench-3"))
                        .reason())
                .contains("endpoint-mismatch");

        // the 101st device: 98 more are made known, then somebody new comes
        ManagementClient client = ManagementClient.of(URI.create(address), ApiKey.of(key));
        for (int i = 3; i <= DeviceDirectory.DEVICES_PER_DEVELOPER_CERTIFICATE; i++) {
            client.call(
                    "POST",
                    "/v3/devices",
                    Cli.JSON
                            .createObjectNode()
                            .put("endpoint_name", "known-" + i)
                            .put("ca_id", id));
        }
        devices.run(devices.withDeveloperCertificate("bench-101", credential), DeviceState.FAILED);
        Event full = up.first("refusal of bench-101", event -> isRefusal(event, "bench-101"));
        assertThat(full.reason()).contains("developer-certificate-limit");
        assertThat(full.detail().orElse("")).contains("has its 100 devices");

        assertThat(run("developer-certificate", "list").out()).contains(id);
        assertThat(run("developer-certificate", "remove", id).exitCode()).isZero();
        devices.run(devices.withDeveloperCertificate("bench-4", credential), DeviceState.FAILED);
        Event refused = up.first(
                "refusal of the withdrawn developer certificate",
                event -> event.stage() == Stage.BOOTSTRAP_HANDSHAKE
                        && event.refusedBy().isPresent());
        assertThat(refused.reason().orElse("")).isIn("unknown-ca", "self-signed", "ca-as-end-entity");
    }

    private static boolean isRefusal(Event event, String endpoint) {
        return event.endpoint().equals(Optional.of(endpoint))
                && event.refusedBy().isPresent()
                && event.stage() == Stage.ADMISSION;
    }

    @Test
    void devicesAreSuspendedResumedRenamedReleasedAndRemoved() throws Exception {
        Path root = folder.resolve("factory-root.pem");
        CredentialFiles.writeCertificates(root, devices.factory.chain(1));
        run("trust", "add", root, "--service", "bootstrap");
        devices.run(devices.make("meter 1"), DeviceState.REGISTERED);
        assertThat(document("CertificateEnrollment", "device", "renew", "meter 1")
                        .path("enroll_result")
                        .asText())
                .isEqualTo("success");
        assertThat(document("Device", "device", "suspend", "meter 1", "--category", "maintenance")
                        .path("operator_suspended")
                        .asBoolean())
                .isTrue();
        assertThat(document("Device", "device", "resume", "meter 1")
                        .path("lifecycle_status")
                        .asText())
                .isEqualTo("enabled");
        assertThat(document("Device", "device", "rename", "meter 1", "in the cellar")
                        .path("name")
                        .asText())
                .isEqualTo("in the cellar");
        assertThat(run("device", "release", "meter 1").out()).contains("is released");
        assertThat(run("device", "remove", "meter 1").exitCode()).isZero();
        Cli.Result gone = run("device", "suspend", "meter 1");
        assertThat(gone.exitCode()).isEqualTo(2);
        assertThat(gone.err()).contains("no device with the endpoint name 'meter 1'");

        JsonNode events = json("event", "list", "--endpoint", "meter 1", "--stage", "registered");
        assertThat(events.path("data")).isNotEmpty();
        String id = events.path("data").path(0).path("id").asText();
        assertThat(document("Event", "event", "show", id).path("endpoint").asText())
                .isEqualTo("meter 1");
        assertThat(run("event", "list", "--endpoint", "meter 1").out()).contains("bootstrap-handshake");
    }

    @Test
    void theEnrolmentListIsKept() throws Exception {
        DeviceBundle bundle = devices.make("meter-9");
        Path certificate = folder.resolve("meter-9.pem");
        CredentialFiles.writeCertificates(
                certificate, List.of(bundle.credential().certificate()));
        JsonNode added = document("Enrollment", "enrollment", "add", "--certificate", certificate);
        assertThat(added.path("enrollment_identity").asText()).isEqualTo(Devices.enrollmentIdentity(bundle));
        Path csv = folder.resolve("list.csv");
        Files.writeString(
                csv, "enrollment_identity\nA-" + "00:".repeat(31) + "01\n" + Devices.enrollmentIdentity(bundle) + "\n");
        assertThat(document("EnrollmentJob", "enrollment", "upload", csv)
                        .path("errors_count")
                        .asInt())
                .isEqualTo(1);
        assertThat(json("enrollment", "list").path("data")).hasSize(2);
        assertThat(document("EnrollmentJob", "enrollment", "delete", csv)
                        .path("errors_count")
                        .asInt())
                .isZero();
        assertThat(run("enrollment", "list").out()).contains("no device on the enrolment list");
        assertThat(run("enrollment", "add").err()).contains("give either the identity");
        assertThat(run("enrollment", "denials", "--trusted", "0".repeat(32)).out())
                .contains("nobody was refused");
    }

    @Test
    void keysAndIssuersAreMadeAndRemoved() throws Exception {
        JsonNode made = document("NewApiKey", "api-key", "create", "reader", "--read-only");
        String reader = made.path("key").asText();
        Cli.Result refused = cli.run("api-key", "create", "x", "--api", address, "--api-key", reader);
        assertThat(refused.exitCode()).isEqualTo(2);
        assertThat(refused.err()).contains("this API key is for reading only");
        assertThat(run("api-key", "list").out()).contains("read-only").doesNotContain(reader);
        assertThat(run("api-key", "remove", made.path("id").asText()).exitCode())
                .isZero();
        assertThat(cli.run("api-key", "list", "--api", address, "--api-key", reader)
                        .err())
                .contains("the API key is not one of this account");

        Path secrets = folder.resolve("secrets.json");
        Files.writeString(secrets, "{\"hmac_hex_key\":\"c0ffee\"}");
        JsonNode issuer = document(
                "CertificateIssuer",
                "issuer",
                "add",
                "ca-1",
                "--type",
                "CFSSL_AUTH",
                "--attribute",
                "host_url=https://127.0.0.1:1",
                "--credentials",
                secrets);
        String id = issuer.path("id").asText();
        assertThat(run("issuer", "verify", id).out())
                .startsWith("no: ")
                .contains("cannot be reached: https://127.0.0.1:1");
        Cli.Result notActive = run("issuer", "activate", id);
        assertThat(notActive.exitCode()).isEqualTo(2);
        assertThat(notActive.err()).contains("it was not made active");
        assertThat(run("issuer", "active").out()).contains("the account's own CA");
        assertThat(run("issuer", "list").out()).contains(id).contains("failing").doesNotContain("c0ffee");
        assertThat(run("issuer", "remove", id).exitCode()).isZero();
    }
}
