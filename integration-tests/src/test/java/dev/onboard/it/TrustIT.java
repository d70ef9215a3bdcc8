package dev.onboard.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.onboard.journal.Event;
import dev.onboard.journal.Outcome;
import dev.onboard.journal.Party;
import dev.onboard.journal.Stage;
import dev.onboard.pki.CertificateAuthority;
import dev.onboard.pki.CredentialFiles;
import dev.onboard.pki.RevocationList;
import dev.onboard.pki.RevocationListFile;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.InstantSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The account decides: what is uploaded and removed while the servers run counts from the next handshake on. */
class TrustIT {
    @TempDir
    Path folder;

    private Cli cli;
    private Cli.Up up;
    private int mark;
    private Path devices;

    @BeforeEach
    void start() throws Exception {
        cli = new Cli(Cli.folder(folder, "home"));
        devices = folder.resolve("devices");
        up = cli.up(folder.resolve("work"));
    }

    @AfterEach
    void stop() throws Exception {
        cli.close();
    }

    @Test
    void aFactoryThatIsNotUploadedIsRefusedAndAdmittedAfterTheUploadAndRefusedAfterItsRemoval() throws Exception {
        make("meter-7", 1);
        Cli.Result refused = device("meter-7", "failed");
        assertThat(refused.exitCode()).as(refused.err()).isZero();
        Event why = refusal(Stage.BOOTSTRAP_HANDSHAKE);
        assertThat(why.reason()).contains("unknown-ca");
        assertThat(why.alert()).hasValue(48);
        assertThat(why.refusedBy()).contains(Party.BOOTSTRAP_SERVER);

        String id = trust("ca/factory-root.cert.pem");
        Cli.Result registered = device("meter-7", "registered");
        assertThat(registered.exitCode()).as(registered.err()).isZero();

        assertThat(cli.run("trust", "remove", id).exitCode()).isZero();
        make("meter-8", 1);
        assertThat(device("meter-8", "failed").exitCode()).isZero();
        assertThat(refusal(Stage.BOOTSTRAP_HANDSHAKE).endpoint()).contains("meter-8");
    }

    @Test
    void aChainIsAdmittedWhateverPartOfItTheDeviceSendsAndWhateverWasUploaded() throws Exception {
        make("sends-all", 3);
        make("sends-leaf", 3);
        Path leafBundle = devices.resolve("sends-leaf/factory/bundle.json");
        Files.writeString(leafBundle, Files.readString(leafBundle).replace("\"all\"", "\"leaf\""));
        String root = trust("ca/factory-root.cert.pem");
        assertThat(device("sends-all", "registered").exitCode()).isZero();
        assertThat(device("sends-leaf", "failed").exitCode())
                .as("only the root is known")
                .isZero();
        assertThat(cli.run("trust", "remove", root).exitCode()).isZero();
        trust("ca/factory-chain.pem");
        assertThat(device("sends-leaf", "registered").exitCode()).isZero();
        make("sibling", 2);
        assertThat(device("sibling", "failed").exitCode())
                .as("a CA above the uploaded one only validates it")
                .isZero();
    }

    @Test
    void anotherKeyUnderAKnownNameIsRefused() throws Exception {
        trust("ca/factory-root.cert.pem", "meter-7");
        assertThat(device("meter-7", "registered").exitCode()).isZero();
        Path impostors = folder.resolve("impostors");
        assertThat(cli.run("factory", "make", "--endpoint", "meter-7", "--out", impostors)
                        .exitCode())
                .isZero();
        mark = up.mark();
        Cli.Result result = cli.run(
                "device",
                "run",
                "--bundle",
                impostors.resolve("meter-7"),
                "--exit-when",
                "registered",
                "--timeout",
                "5s");
        assertThat(result.exitCode()).isEqualTo(1);
        Event why = refusal(Stage.ADMISSION);
        assertThat(why.party()).isEqualTo(Party.BOOTSTRAP_SERVER);
        assertThat(why.reason()).contains("endpoint-bound-to-other-identity");
    }

    @Test
    void whatIsRevokedIsManagedFromTheCommandLine() throws Exception {
        make("meter-7", 1);
        String id = trust("ca/factory-root.cert.pem");
        assertThat(device("meter-7", "registered").exitCode()).isZero();
        JsonNode issued = cli.run("certificate", "list", "--json").json().path("data");
        assertThat(issued).hasSize(1);
        String serial = issued.path(0).path("serial").asText();
        assertThat(cli.run("certificate", "show", serial).out()).contains("subject", "CN=meter-7");
        JsonNode revoked = cli.run("certificate", "revoke", serial, "--reason", "key-compromise", "--json")
                .json();
        assertThat(revoked.path("revocation_reason").asText()).isEqualTo("key-compromise");
        URI own = URI.create(up.endpoints().path("management_uri").asText() + "/crl/lwm2m-device-ca.crl");
        byte[] published = HttpClient.newHttpClient()
                .send(HttpRequest.newBuilder(own).build(), HttpResponse.BodyHandlers.ofByteArray())
                .body();
        assertThat(RevocationListFile.read(published, own.toString()).revoked()).isEqualTo(1);

        Path ca = up.workDirectory().resolve("ca");
        CertificateAuthority factory = CertificateAuthority.of(
                CredentialFiles.readCredential(ca.resolve("factory-root.cert.pem"), ca.resolve("factory-root.key.pem")),
                InstantSource.system(),
                new SecureRandom());
        make("meter-8", 1);
        Path list = folder.resolve("factory.crl");
        Instant now = Instant.now();
        Files.write(
                list,
                factory.sign(RevocationList.of(1, now.minusSeconds(60), now.plusSeconds(3600))
                        .withRevoked(
                                CredentialFiles.readCertificates(devices.resolve("meter-8/factory/device.cert.pem"))
                                        .get(0),
                                now.minusSeconds(30),
                                RevocationList.Cause.KEY_COMPROMISE)));
        Cli.Result added = cli.run("trust", "crl", "add", id, list, "--json");
        assertThat(added.exitCode()).as(added.err()).isZero();
        assertThat(device("meter-8", "failed").exitCode()).isZero();
        assertThat(refusal(Stage.BOOTSTRAP_HANDSHAKE).reason()).contains("revoked");
        String kept = added.json().path("id").asText();
        assertThat(cli.run("trust", "crl", "list", id).out()).contains(kept, "CN=", "upload");
        assertThat(cli.run("trust", "crl", "remove", id, kept).exitCode()).isZero();
        assertThat(cli.run("trust", "crl", "add", id, list.toUri()).exitCode()).isZero();
        assertThat(cli.run("trust", "crl", "mode", "hard-fail").out()).contains("revocation: hard-fail");
        Cli.Result wrong = cli.run("trust", "crl", "add", id, "http://192.0.2.1/a.crl");
        assertThat(wrong.exitCode()).isEqualTo(2);
        assertThat(wrong.err()).contains("is not local");
        assertThat(cli.run("certificate", "revoke", "ffff").exitCode()).isEqualTo(2);
    }

    /** Why the server refused the device that ran last. */
    private Event refusal(Stage stage) {
        return up.after(
                mark,
                "refusal at " + stage.word(),
                event -> event.stage() == stage && event.outcome() == Outcome.REFUSED && event.party() != Party.DEVICE);
    }

    private void make(String endpoint, int depth) throws Exception {
        Cli.Result made = cli.run("factory", "make", "--endpoint", endpoint, "--chain-depth", depth, "--out", devices);
        assertThat(made.exitCode()).as(made.err()).isZero();
    }

    private String trust(String file, String... endpoints) throws Exception {
        for (String endpoint : endpoints) {
            make(endpoint, 1);
        }
        Cli.Result added = cli.run(
                "trust", "add", up.workDirectory().resolve(file), "--service", "bootstrap", "--json", "--name", file);
        assertThat(added.exitCode()).as(added.err()).isZero();
        return added.json().path("id").asText();
    }

    private Cli.Result device(String endpoint, String state) throws Exception {
        mark = up.mark();
        return cli.run(
                "device",
                "run",
                "--bundle",
                devices.resolve(endpoint),
                "--exit-when",
                state,
                "--timeout",
                "20s",
                "--json");
    }
}
