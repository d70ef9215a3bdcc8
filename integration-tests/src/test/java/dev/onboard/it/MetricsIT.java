package dev.onboard.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.onboard.testbed.Testbed;
import dev.onboard.testbed.TestbedOptions;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code /metrics} after a real refusal and a real onboarding, as Prometheus' own client for Python parses it; the dashboard
 * against it; and the log of the same run in JSON.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class MetricsIT {
    /** Debian's: the module is a Debian package. */
    private static final Path PYTHON = Path.of("/usr/bin/python3");

    private static final String PARSE = String.join(
            "\n",
            "import json, sys",
            "from prometheus_client.parser import text_string_to_metric_families",
            "print(json.dumps([{'name': f.name, 'type': f.type, 'samples': [",
            "    {'name': s.name, 'labels': s.labels, 'value': repr(s.value)} for s in f.samples]}",
            "    for f in text_string_to_metric_families(sys.stdin.read())]))");

    private static final Path DASHBOARD =
            Path.of(System.getProperty("onboard.root", ".."), "deploy", "grafana", "onboard.json");

    @TempDir
    static Path folder;

    private Cli cli;
    private String scraped = "";
    private String apiKey = "";
    private List<String> log = List.of();
    private Cli.Result device = new Cli.Result(-1, "", "");

    /** A sample by its name and labels. */
    private record Sample(String name, Map<String, String> labels, double value) {}

    @BeforeAll
    void onboardOneAndRefuseOne() throws Exception {
        cli = new Cli(Cli.folder(folder, "home"));
        Path work = folder.resolve("work");
        Process up = cli.start(
                "up",
                "--log-format",
                "json",
                "--work-dir",
                work,
                "--bootstrap-port",
                0,
                "--lwm2m-port",
                0,
                "--http-port",
                0);
        BufferedReader error = up.errorReader(StandardCharsets.UTF_8);
        CompletableFuture<List<String>> lines = CompletableFuture.supplyAsync(() -> {
            List<String> all = new ArrayList<>();
            error.lines().forEach(all::add);
            return all;
        });
        BufferedReader out = up.inputReader(StandardCharsets.UTF_8);
        String line;
        do {
            line = out.readLine();
            assertThat(line).as("'onboard up' comes up").isNotNull();
        } while (!line.startsWith("Ready."));
        Cli.Up running = new Cli.Up(
                up, work, Cli.JSON.readTree(work.resolve("endpoints.json").toFile()));
        Path devices = folder.resolve("devices");
        cli.good("factory", "make", "--endpoint", "meter-7", "--out", devices);
        cli.good("device", "run", "--bundle", devices.resolve("meter-7"), "--exit-when", "failed", "--timeout", "20s");
        cli.good("trust", "add", work.resolve("ca/factory-root.cert.pem"), "--service", "bootstrap");
        int mark = running.mark();
        device = cli.good(
                "device",
                "run",
                "--log-format",
                "json",
                "--bundle",
                devices.resolve("meter-7"),
                "--exit-when",
                "registered",
                "--timeout",
                "20s");
        running.after(
                mark,
                "deregistration",
                event -> event.stage().word().equals("deregistered")
                        && event.party().word().equals("lwm2m-server"));
        apiKey = Files.readString(work.resolve("api-key")).strip();
        HttpResponse<String> answer =
                get(running.endpoints().path("management_uri").asText() + "/metrics", apiKey);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        scraped = answer.body();
        running.stop();
        log = lines.join();
    }

    @AfterAll
    void stop() throws Exception {
        cli.close();
    }

    private static HttpResponse<String> get(String uri, String key) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(uri));
        if (!key.isEmpty()) {
            request.header("Authorization", "Bearer " + key);
        }
        return HttpClient.newHttpClient().send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    /** As Prometheus' client for Python reads it. */
    private List<Sample> samples() throws Exception {
        boolean there = Files.isExecutable(PYTHON)
                && Tool.run("", PYTHON, "-c", "import prometheus_client").exitCode() == 0;
        String missing = "prometheus_client for Python is not installed (Debian: apt-get install"
                + " python3-prometheus-client)";
        assertThat(there || !"true".equals(System.getenv("CI"))).as(missing).isTrue();
        assumeTrue(there, "skipped: " + missing);
        Tool.Result parsed = Tool.run(scraped, PYTHON, "-c", PARSE);
        assertThat(parsed.exitCode()).as(parsed.output()).isZero();
        List<Sample> samples = new ArrayList<>();
        for (JsonNode family : Cli.JSON.readTree(parsed.output())) {
            assertThat(family.path("type").asText())
                    .as(family.path("name").asText())
                    .isIn("counter", "gauge", "histogram", "summary");
            for (JsonNode sample : family.path("samples")) {
                Map<String, String> labels = new HashMap<>();
                sample.path("labels")
                        .properties()
                        .forEach(label ->
                                labels.put(label.getKey(), label.getValue().asText()));
                samples.add(new Sample(
                        sample.path("name").asText(),
                        labels,
                        Double.parseDouble(sample.path("value")
                                .asText()
                                .replace("inf", "Infinity")
                                .replace("nan", "NaN"))));
            }
        }
        return samples;
    }

    private static double value(List<Sample> samples, String name, String... labels) {
        return samples.stream()
                .filter(sample -> sample.name().equals(name))
                .filter(sample -> {
                    for (int i = 0; i < labels.length; i += 2) {
                        if (!labels[i + 1].equals(sample.labels().get(labels[i]))) {
                            return false;
                        }
                    }
                    return true;
                })
                .mapToDouble(Sample::value)
                .sum();
    }

    @Test
    void aScrapeTellsTheRefusalAndTheOnboarding() throws Exception {
        List<Sample> samples = samples();
        assertThat(value(
                        samples,
                        "onboard_handshakes_total",
                        "server",
                        "bootstrap-server",
                        "result",
                        "refused",
                        "reason",
                        "unknown-ca"))
                .isGreaterThanOrEqualTo(1);
        assertThat(value(samples, "onboard_handshakes_total", "server", "bootstrap-server", "result", "ok"))
                .isEqualTo(1);
        assertThat(value(samples, "onboard_handshakes_total", "server", "lwm2m-server", "result", "ok"))
                .isEqualTo(1);
        for (String step : List.of(
                "bootstrap-handshake", "admission", "delivery", "lwm2m-handshake", "registration", "onboarding")) {
            assertThat(value(samples, "onboard_step_seconds_count", "step", step))
                    .as(step)
                    .isEqualTo(1);
        }
        double onboarding = value(samples, "onboard_step_seconds_sum", "step", "onboarding");
        assertThat(onboarding)
                .isGreaterThan(value(samples, "onboard_step_seconds_sum", "step", "delivery"))
                .isLessThan(20);
        assertThat(value(samples, "onboard_issue_seconds_count", "outcome", "ok"))
                .isEqualTo(1);
        assertThat(value(samples, "onboard_devices")).as("in whichever state").isEqualTo(1);
        assertThat(value(samples, "onboard_ready")).isEqualTo(3);
        assertThat(samples).anyMatch(sample -> sample.name().equals("onboard_dtls_sessions"));
        assertThat(samples.stream()
                        .filter(sample -> sample.name().equals("onboard_queue_depth"))
                        .map(sample -> sample.labels().get("queue")))
                .containsExactlyInAnyOrder("journal", "account-writer", "http", "server-io", "device-io");
        assertThat(scraped).as("no label names a device").doesNotContain("meter-7");
    }

    @Test
    void everyMetricAndLabelOfTheDashboardIsThere() throws Exception {
        Map<String, Set<String>> known = new HashMap<>();
        for (Sample sample : samples()) {
            known.computeIfAbsent(sample.name(), name -> new HashSet<>())
                    .addAll(sample.labels().keySet());
        }
        List<String> queries = new ArrayList<>();
        JsonNode dashboard = Cli.JSON.readTree(DASHBOARD.toFile());
        dashboard
                .path("panels")
                .forEach(panel -> panel.path("targets")
                        .forEach(target -> queries.add(target.path("expr").asText())));
        assertThat(queries).hasSizeGreaterThan(15);
        Pattern metric = Pattern.compile("\\b((?:onboard|jvm|process)_\\w+)(?:\\{([^}]*)})?");
        for (String query : queries) {
            Matcher used = metric.matcher(query);
            int found = 0;
            while (used.find()) {
                found++;
                Set<String> labels = new HashSet<>(Set.of("instance", "job"));
                labels.addAll(known.getOrDefault(used.group(1), Set.of()));
                assertThat(known).as(query).containsKey(used.group(1));
                Matcher wanted =
                        Pattern.compile("(\\w+)(?=\\s*(?:=|!=|=~|!~)\")").matcher(String.valueOf(used.group(2)));
                while (wanted.find()) {
                    assertThat(labels).as(query).contains(wanted.group(1));
                }
                Matcher grouped = Pattern.compile("by \\(([^)]*)\\)").matcher(query);
                while (grouped.find()) {
                    assertThat(labels).as(query).contains(grouped.group(1).split(",\\s*"));
                }
            }
            assertThat(found).as(query).isPositive();
        }
    }

    @Test
    void theLogIsJsonWithEndpointAndSessionAndNoSecret() throws IOException {
        List<JsonNode> lines = new ArrayList<>();
        for (String line : log) {
            JsonNode read = Cli.JSON.readTree(line);
            for (String member : List.of("time", "level", "logger", "message")) {
                assertThat(read.path(member).isTextual()).as(line).isTrue();
            }
            lines.add(read);
        }
        assertThat(lines)
                .anyMatch(line -> line.path("level").asText().equals("warn")
                        && line.path("endpoint").asText().equals("meter-7")
                        && line.path("reason").asText().equals("unknown-ca"));
        JsonNode handshake = lines.stream()
                .filter(line -> line.path("stage").asText().equals("bootstrap-handshake")
                        && line.path("outcome").asText().equals("ok"))
                .findFirst()
                .orElseThrow();
        assertThat(handshake.path("session").asLong())
                .isEqualTo(handshake.path("event").asLong());
        assertThat(lines)
                .filteredOn(line -> line.path("party").asText().equals("bootstrap-server")
                        && line.path("stage").asText().equals("written"))
                .isNotEmpty()
                .allMatch(line -> line.path("session").asLong()
                        == handshake.path("session").asLong());
        String deviceLog = device.err();
        assertThat(deviceLog.lines().toList())
                .isNotEmpty()
                .allSatisfy(
                        line -> assertThat(Cli.JSON.readTree(line).path("time").asText())
                                .isNotEmpty());
        assertThat(deviceLog.lines())
                .anyMatch(line -> line.contains("\"stage\":\"registered\"") && line.contains("\"session\":"));
        assertThat(String.join("\n", log) + deviceLog)
                .doesNotContain("PRIVATE KEY")
                .doesNotContain(apiKey);
    }

    @Test
    void aTestbedWhoseServerWasStoppedIsNotReady() throws Exception {
        TestbedOptions options = TestbedOptions.in(folder.resolve("stopped")).withPorts(0, 0, 0);
        try (Testbed testbed = Testbed.start(options, InstantSource.system(), new SecureRandom())) {
            String readyz = testbed.running().managementUri() + "/readyz";
            assertThat(get(readyz, "").statusCode()).isEqualTo(200);
            testbed.lwm2mServer().close();
            HttpResponse<String> answer = get(readyz, "");
            assertThat(answer.statusCode()).isEqualTo(503);
            JsonNode checks = Cli.JSON.readTree(answer.body()).path("checks");
            assertThat(checks.findValuesAsText("name")).containsExactly("database", "bootstrap-server", "lwm2m-server");
            assertThat(checks.path(1).path("ready").asBoolean()).isTrue();
            assertThat(checks.path(2).path("ready").asBoolean(true)).isFalse();
            assertThat(checks.path(2).path("problem").asText()).contains("its port is closed");
        }
    }
}
