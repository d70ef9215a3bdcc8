package dev.onboard.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.BufferedReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.Semaphore;

/** {@code onboard device run}, which is started again on the same bundles when it is killed. */
final class DeviceProcess {
    private final Cli cli;
    private final Path bundles;
    private final Semaphore registrations;
    private Process process;

    /** @param registrations has a permit more with each registration */
    DeviceProcess(Cli cli, Path bundles, Semaphore registrations) throws Exception {
        this.cli = cli;
        this.bundles = bundles;
        this.registrations = registrations;
        this.process = start();
    }

    private Process start() throws Exception {
        Process started = cli.start(
                "device",
                "run",
                "--bundles",
                bundles,
                "--swift",
                "--exit-when",
                "registered",
                "--timeout",
                "15m",
                "--json");
        BufferedReader says = started.errorReader(StandardCharsets.UTF_8);
        Thread reader = new Thread(
                () -> says.lines()
                        .filter(line -> line.contains("registered") && line.contains(" ok"))
                        .forEach(line -> registrations.release()),
                "reader");
        reader.setDaemon(true);
        reader.start();
        return started;
    }

    void killAndStart() throws Exception {
        process.destroyForcibly().waitFor();
        process = start();
    }

    /** How many of its devices registered. */
    int registered() throws Exception {
        JsonNode document = Cli.JSON.readTree(process.getInputStream());
        assertThat(process.waitFor()).as(document.toString()).isZero();
        int registered = 0;
        for (JsonNode device : document.path("devices")) {
            registered += device.path("state").asText().equals("registered") ? 1 : 0;
        }
        return registered;
    }
}
