package dev.onboard.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.onboard.journal.Event;
import dev.onboard.journal.Outcome;
import dev.onboard.journal.Party;
import dev.onboard.journal.Stage;
import java.nio.file.Files;
import java.nio.file.Path;
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

    private Event refusal(Stage stage) {
        return up.last(
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
