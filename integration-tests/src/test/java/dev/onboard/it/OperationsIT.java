package dev.onboard.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.BufferedReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** A device is a device: read, written, observed and executed through the LwM2M server, by the command line. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class OperationsIT {
    @TempDir
    static Path folder;

    private Cli cli;

    @BeforeAll
    void start() throws Exception {
        cli = new Cli(Cli.folder(folder, "home"));
        Cli.Up up = cli.up(folder.resolve("work"));
        cli.run("factory", "make", "--endpoint", "a/b c", "--out", folder.resolve("devices"));
        cli.run("trust", "add", up.workDirectory().resolve("ca/factory-root.cert.pem"), "--service", "bootstrap");
        cli.onboarded(folder.resolve("devices/a%2Fb%20c"), "--queue-mode", "--awake", "5m");
    }

    @AfterAll
    void stop() throws Exception {
        cli.close();
    }

    @Test
    void aResourceAnInstanceAndAnObjectAreRead() throws Exception {
        Cli.Result manufacturer = cli.run("device", "read", "a/b c", "/3/0/0");
        assertThat(manufacturer.exitCode()).as(manufacturer.err()).isZero();
        assertThat(manufacturer.out()).isNotBlank();
        JsonNode instance = cli.run("device", "read", "a/b c", "/3/0", "--json").json();
        assertThat(instance.path("value").path("0").asText())
                .isEqualTo(manufacturer.out().strip());
        assertThat(instance.path("value").path("13").asText())
                .as("current time")
                .matches("20..-.*Z");
        assertThat(cli.run("device", "read", "a/b c", "/1", "--json")
                        .json()
                        .path("value")
                        .path("0")
                        .path("0")
                        .asInt())
                .as("short server id")
                .isEqualTo(1);
    }

    @Test
    void theSecurityObjectIsReadByNobody() throws Exception {
        Cli.Result result = cli.run("device", "read", "a/b c", "/0/1/5");
        assertThat(result.exitCode()).isNotZero();
        assertThat(result.err()).contains("UNAUTHORIZED");
        assertThat(result.out()).isEmpty();
    }

    @Test
    void aResourceIsWrittenAndReadBack() throws Exception {
        assertThat(cli.run("device", "write", "a/b c", "/3/0/14", "+02:00").exitCode())
                .isZero();
        assertThat(cli.run("device", "read", "a/b c", "/3/0/14").out().strip()).isEqualTo("+02:00");
        Cli.Result wrong = cli.run("device", "write", "a/b c", "/1/0/1", "soon");
        assertThat(wrong.exitCode()).isEqualTo(2);
        assertThat(wrong.err()).contains("'soon'", "whole number");
    }

    @Test
    void anExecutableIsExecuted() throws Exception {
        Cli.Result result = cli.run("device", "execute", "a/b c", "/1/0/8");
        assertThat(result.exitCode()).as(result.err()).isZero();
    }

    @Test
    void theTimeIsObserved() throws Exception {
        Process observing = cli.start("device", "observe", "a/b c", "/3/0/13", "--json");
        BufferedReader out = observing.inputReader(StandardCharsets.UTF_8);
        String first = Cli.JSON.readTree(out.readLine()).path("value").asText();
        String second = Cli.JSON.readTree(out.readLine()).path("value").asText();
        assertThat(second).isGreaterThan(first);
        observing.destroy();
    }

    @Test
    void theDirectoryAndTheStoryOfADevice() throws Exception {
        JsonNode list = cli.run("device", "list", "--json").json();
        assertThat(list.path("data").path(0).path("endpoint_name").asText()).isEqualTo("a/b c");
        assertThat(list.path("data").path(0).path("state").asText()).isEqualTo("registered");
        Cli.Result story = cli.run("device", "show", "a/b c");
        assertThat(story.out())
                .contains("bootstrap-handshake", "issued", "lwm2m-handshake", "registered", "in queue mode and awake");
    }

    @Test
    void aDeviceThatIsNotThereIsSaidToBeNotThere() throws Exception {
        Cli.Result result = cli.run("device", "read", "nobody", "/3/0/0");
        assertThat(result.exitCode()).isNotZero();
        assertThat(result.err()).contains("nobody").doesNotContain("Exception", "\tat ");
    }
}
