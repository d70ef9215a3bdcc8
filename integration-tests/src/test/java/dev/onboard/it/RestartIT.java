package dev.onboard.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.onboard.journal.Event;
import dev.onboard.journal.Outcome;
import dev.onboard.journal.Party;
import dev.onboard.journal.Stage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A testbed that was stopped, or killed, goes on where it was. */
class RestartIT {
    @TempDir
    Path folder;

    private Cli cli;
    private Path work;
    private Path devices;

    @BeforeEach
    void start() throws Exception {
        cli = new Cli(Cli.folder(folder, "home"));
        work = folder.resolve("work");
        devices = folder.resolve("devices");
    }

    @AfterEach
    void stop() throws Exception {
        cli.close();
    }

    @Test
    void onboardedDevicesReconnectAfterARestartWithoutBootstrap() throws Exception {
        Cli.Up up = cli.up(work);
        onboard(up, 2);
        String serial = serial("d2");
        int lwm2m = up.port("lwm2m_uri");
        int bootstrap = up.port("bootstrap_uri");
        up.stop();

        Cli.Up again = cli.up(work, bootstrap, lwm2m);
        int before = again.events().size();
        assertThat(run(List.of(devices.resolve("d2"))).exitCode()).isZero();
        List<Event> after = again.events().subList(before, again.events().size());
        assertThat(after).noneMatch(event -> event.stage() == Stage.BOOTSTRAP_HANDSHAKE);
        assertThat(after).anyMatch(event -> event.stage() == Stage.REGISTERED && event.outcome() == Outcome.OK);
        assertThat(serial("d2")).isEqualTo(serial);
        assertThat(cli.run("trust", "list", "--json").json().path("data")).isNotEmpty();
    }

    @Test
    void aKillDuringOnboardingLosesNoIssuedCertificateAndNoDeviceAndTheDevicesFinishAfterwards() throws Exception {
        Cli.Up up = cli.up(work);
        int count = 30;
        assertThat(cli.run("factory", "make", "--count", count, "--prefix", "k", "--out", devices)
                        .exitCode())
                .isZero();
        trust(up);
        List<Object> run = new ArrayList<>(List.of("device", "run", "--bundle"));
        for (int i = 1; i <= count; i++) {
            run.add(devices.resolve("k" + i));
        }
        Process fleet = cli.start(run.toArray());
        // the kill comes when a third of the certificates is issued, while others are under way
        while (issued(work).size() < count / 3) {
            Thread.onSpinWait();
        }
        up.kill();
        fleet.destroyForcibly().waitFor();
        List<Event> issuedBefore = issued(work);

        Cli.Up again = cli.up(work, up.port("bootstrap_uri"), up.port("lwm2m_uri"));
        JsonNode known = cli.run("device", "list", "--json").json().path("data");
        assertThat(known.size()).isGreaterThanOrEqualTo(issuedBefore.size());
        run.addAll(List.of("--exit-when", "registered", "--timeout", "120s"));
        Cli.Result finished = cli.run(run.toArray());
        assertThat(finished.exitCode()).as(finished.err()).isZero();
        List<String> serials =
                issued(work).stream().map(event -> event.facts().get("serial")).toList();
        assertThat(serials).doesNotHaveDuplicates();
        assertThat(cli.run("device", "list", "--json").json().path("data")).hasSize(count);
        again.stop();
    }

    private static List<Event> issued(Path work) {
        Path journal = work.resolve("events.jsonl");
        if (!Files.exists(journal)) {
            return List.of();
        }
        try (var events = dev.onboard.journal.Journal.read(journal)) {
            return events.filter(event -> event.stage() == Stage.ISSUED && event.outcome() == Outcome.OK)
                    .filter(event -> event.party() == Party.CERTIFICATE_ISSUER)
                    .toList();
        }
    }

    private void onboard(Cli.Up up, int count) throws Exception {
        assertThat(cli.run("factory", "make", "--count", count, "--prefix", "d", "--out", devices)
                        .exitCode())
                .isZero();
        trust(up);
        List<Path> bundles = new ArrayList<>();
        for (int i = 1; i <= count; i++) {
            bundles.add(devices.resolve("d" + i));
        }
        assertThat(run(bundles).exitCode()).isZero();
    }

    private void trust(Cli.Up up) throws Exception {
        Cli.Result added = cli.run(
                "trust", "add", up.workDirectory().resolve("ca/factory-root.cert.pem"), "--service", "bootstrap");
        assertThat(added.exitCode()).as(added.err()).isZero();
    }

    private Cli.Result run(List<Path> bundles) throws Exception {
        List<Object> command = new ArrayList<>(List.of("device", "run", "--bundle"));
        command.addAll(bundles);
        command.addAll(List.of("--exit-when", "registered", "--timeout", "60s"));
        return cli.run(command.toArray());
    }

    private String serial(String endpoint) throws Exception {
        return dev.onboard.pki.CredentialFiles.readCertificates(devices.resolve(endpoint + "/lwm2m/device.cert.pem"))
                .get(0)
                .getSerialNumber()
                .toString(16);
    }
}
