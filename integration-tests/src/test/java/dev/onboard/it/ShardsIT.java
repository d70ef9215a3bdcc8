package dev.onboard.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.networknt.schema.InputFormat;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A fleet in two processes, made and run in shards, and their reports merged; one device is refused. */
class ShardsIT {
    @TempDir
    Path folder;

    private Cli cli;

    @BeforeEach
    void start() throws Exception {
        cli = new Cli(Cli.folder(folder, "home"));
    }

    @AfterEach
    void stop() throws Exception {
        cli.close();
    }

    @Test
    void twoShardsHaveTheWholeFleetAndOneReport() throws Exception {
        Cli.Up up = cli.up(folder.resolve("work"));
        Path devices = folder.resolve("devices");
        cli.good("factory", "make", "--count", 6, "--shard", "1/2", "--out", devices);
        assertThat(names(devices)).containsExactly("device-1", "device-3", "device-5");
        cli.with("JOB_COMPLETION_INDEX", "1");
        cli.good("factory", "make", "--count", 6, "--shard", "job/2", "--out", devices);
        assertThat(names(devices)).hasSize(6);
        cli.good("trust", "add", up.workDirectory().resolve("ca/factory-root.cert.pem"), "--service", "bootstrap");
        // its CA is another one, which nobody uploads
        cli.good("factory", "make", "--endpoint", "stranger", "--mode", "lwm2m", "--out", devices);

        List<Process> running = new ArrayList<>();
        for (String shard : List.of("1/2", "job/2")) {
            running.add(cli.start(
                    "device",
                    "run",
                    "--bundles",
                    devices,
                    "--shard",
                    shard,
                    "--report",
                    folder.resolve("report-{shard}.json"),
                    "--exit-when",
                    "registered",
                    "--timeout",
                    "8s"));
        }
        List<Integer> codes = new ArrayList<>();
        for (Process each : running) {
            each.errorReader().lines().forEach(line -> {});
            assertThat(each.waitFor(60, TimeUnit.SECONDS)).isTrue();
            codes.add(each.exitValue());
        }
        assertThat(codes).as("the stranger is the seventh of the list").containsExactly(1, 0);
        for (String shard : List.of("1/2", "job/2")) {
            assertThat(FormatsIT.schema("fleet-report").validate(Files.readString(report(shard)), InputFormat.JSON))
                    .isEmpty();
        }

        Cli.Result merged = cli.run("device", "report", report("1/2"), report("job/2"), "--json");
        assertThat(merged.exitCode()).as(merged.err()).isEqualTo(1);
        assertThat(FormatsIT.schema("device-report").validate(merged.out(), InputFormat.JSON))
                .isEmpty();
        JsonNode document = merged.json();
        assertThat(document.path("in_all").asInt()).isEqualTo(7);
        assertThat(document.path("reached").asInt()).isEqualTo(6);
        assertThat(document.path("failed").asInt()).isEqualTo(1);
        assertThat(document.at("/failures/0/reason").asText()).isEqualTo("alert-unknown-ca");
        assertThat(document.at("/failures/0/endpoints/0").asText()).isEqualTo("stranger");
        assertThat(document.at("/latency_ms/p50").asDouble()).isBetween(1.0, 8000.0);
        assertThat(document.path("missing_shards")).isEmpty();

        Cli.Result half = cli.run("device", "report", report("job/2"));
        assertThat(half.exitCode()).isEqualTo(1);
        assertThat(half.out())
                .contains("3 of 7 devices registered")
                .contains("no report of shard 1: 4 devices of which nothing is known");
    }

    private Path report(String shard) {
        return folder.resolve(shard.equals("1/2") ? "report-1.json" : "report-2.json");
    }

    private static List<String> names(Path devices) throws Exception {
        try (Stream<Path> files = Files.list(devices)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }
}
