package dev.onboard.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.onboard.account.postgres.PostgresServer;
import dev.onboard.journal.Event;
import dev.onboard.journal.Outcome;
import dev.onboard.journal.Party;
import dev.onboard.journal.Stage;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Two testbeds, each a process, on one PostgreSQL database. */
@Timeout(180)
class SharedDatabaseIT {
    @TempDir
    Path folder;

    private Cli cli;
    private PostgresServer server;
    private Cli.Up first;
    private Cli.Up second;

    @BeforeEach
    void start() throws Exception {
        server = PostgresServer.need();
        cli = new Cli(Cli.folder(folder, "home"));
        String url = server.newDatabase();
        first = cli.up(folder.resolve("first"), 0, 0, "--database", url);
        second = cli.up(folder.resolve("second"), 0, 0, "--database", url);
    }

    @AfterEach
    void stop() throws Exception {
        cli.close();
    }

    @Test
    void whatTheFirstAcknowledgedCountsAtTheSecondsNextHandshake() throws Exception {
        assertThat(second.endpoints().path("account_id"))
                .isEqualTo(first.endpoints().path("account_id"));
        make("meter-1");
        make("meter-2");
        make("meter-3");
        assertThat(device("meter-1", "failed").exitCode()).isZero();
        assertThat(refusals()).isEqualTo(1);

        Cli.Result added = cli.run(
                "trust",
                "add",
                second.workDirectory().resolve("ca/factory-root.cert.pem"),
                "--service",
                "bootstrap",
                "--json",
                "--work-dir",
                first.workDirectory());
        assertThat(added.exitCode()).as(added.err()).isZero();
        Cli.Result registered = device("meter-2", "registered");
        assertThat(registered.exitCode()).as(registered.err()).isZero();
        assertThat(refusals()).isEqualTo(1);
        Cli.Result list = cli.run("device", "list", "--json", "--work-dir", first.workDirectory());
        assertThat(list.out()).contains("meter-2");

        String id = added.json().path("id").asText();
        assertThat(cli.run("trust", "remove", id, "--work-dir", first.workDirectory())
                        .exitCode())
                .isZero();
        assertThat(device("meter-3", "failed").exitCode()).isZero();
        Event why = second.first(
                "refusal of meter-3",
                event -> event.stage() == Stage.BOOTSTRAP_HANDSHAKE
                        && event.outcome() == Outcome.REFUSED
                        && event.endpoint().filter("meter-3"::equals).isPresent()
                        && event.party() == Party.BOOTSTRAP_SERVER);
        assertThat(why.reason()).contains("unknown-ca");
    }

    @Test
    void thePasswordStandsNowhere() throws Exception {
        cli.run("device", "list", "--work-dir", first.workDirectory());
        for (Path file : new Path[] {
            first.workDirectory().resolve("endpoints.json"),
            first.workDirectory().resolve("events.jsonl")
        }) {
            assertThat(Files.readString(file, StandardCharsets.UTF_8)).doesNotContain(server.password());
        }
        Cli.Result wrong = cli.run(
                "up",
                "--work-dir",
                folder.resolve("third"),
                "--database",
                server.url("nowhere"),
                "--bootstrap-port",
                "0",
                "--lwm2m-port",
                "0",
                "--http-port",
                "0");
        assertThat(wrong.exitCode()).isEqualTo(2);
        assertThat(wrong.out() + wrong.err())
                .contains("create the database first")
                .doesNotContain(server.password(), "\tat ");
    }

    private long refusals() {
        return second.events().stream()
                .filter(event -> event.stage() == Stage.BOOTSTRAP_HANDSHAKE
                        && event.outcome() == Outcome.REFUSED
                        && event.party() == Party.BOOTSTRAP_SERVER)
                .count();
    }

    private void make(String endpoint) throws Exception {
        cli.good(
                "factory",
                "make",
                "--endpoint",
                endpoint,
                "--out",
                folder.resolve("devices"),
                "--work-dir",
                second.workDirectory());
    }

    private Cli.Result device(String endpoint, String state) throws Exception {
        return cli.run(
                "device",
                "run",
                "--bundle",
                folder.resolve("devices").resolve(endpoint),
                "--exit-when",
                state,
                "--timeout",
                "20s");
    }
}
