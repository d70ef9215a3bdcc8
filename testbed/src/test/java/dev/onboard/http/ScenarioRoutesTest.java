package dev.onboard.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class ScenarioRoutesTest {
    private static final String EXPIRED = """
            title: A factory certificate that ended yesterday
            because: RFC 5280, 6.1.3 (a)(2)
            legs: [device-bootstrap]
            certificates:
              leaf: {until: -P1D}
            expect:
              refused: {reason: %s, alert: certificate_expired, certificate: leaf}
            """;

    @TempDir
    Path work;

    RunningPort port;

    @BeforeEach
    void start() throws IOException {
        port = new RunningPort(work);
    }

    @AfterEach
    void stop() {
        port.close();
    }

    private JsonNode run(String scenario) {
        String body = Json.text(Json.object().put("name", "mine").put("scenario", scenario));
        return port.call("POST", "/testbed/scenario-runs", body).json();
    }

    /** Follows a run until it has ended; gives its last word. */
    private JsonNode end(String id) throws IOException, InterruptedException {
        HttpResponse<Stream<String>> stream = HttpClient.newHttpClient()
                .send(
                        port.to("/testbed/scenario-runs/" + id)
                                .header("Authorization", "Bearer " + port.key.text())
                                .header("Accept", "text/event-stream")
                                .build(),
                        HttpResponse.BodyHandlers.ofLines());
        try (Stream<String> lines = stream.body()) {
            return lines.filter(line -> line.startsWith("data:"))
                    .map(line -> Json.read(line.substring(5)))
                    .filter(news -> !news.path("state").asText().matches("waiting|running"))
                    .findFirst()
                    .orElseThrow();
        }
    }

    @Test
    void theCatalogueIsListedAndRead() {
        JsonNode all = port.get("/testbed/scenarios").json();
        assertThat(all.path("families").path(0).asText()).isEqualTo("VAL");
        assertThat(all.path("scenarios").size()).isGreaterThan(300);
        JsonNode some = port.get("/testbed/scenarios?filter=VAL-02").json().path("scenarios");
        assertThat(some.size()).isBetween(1, 20);
        JsonNode page = port.get("/testbed/scenarios/"
                        + java.net.URLEncoder.encode(
                                some.path(0).path("id").asText(), java.nio.charset.StandardCharsets.UTF_8))
                .json();
        assertThat(page.path("yaml").asText()).contains("because");
        assertThat(page.path("expected")).isNotEmpty();
        assertThat(port.get("/testbed/scenarios/none").status()).isEqualTo(404);
        assertThat(port.call("POST", "/testbed/scenario-runs", "{\"filters\":[\"none\"]}")
                        .text())
                .contains("nothing in the catalogue is called 'none'");
    }

    /** A scenario that was sent is run for real; what is expected wrongly comes out as different, and against the other run as unchanged. */
    @Test
    void whatIsSentIsRunAndCompared() throws Exception {
        String first = run(EXPIRED.formatted("expired")).path("id").asText();
        assertThat(end(first).path("as_expected").asInt()).isEqualTo(1);
        JsonNode result = port.get("/testbed/scenario-runs/" + first + "/results/mine%40device-bootstrap")
                .json();
        assertThat(result.path("status").asText()).isEqualTo("as-expected");
        assertThat(result.path("observed").asText()).contains("refused").contains("expired");
        assertThat(result.path("timeline")).isNotEmpty();
        assertThat(result.path("chain")).isNotEmpty();

        String second = run(EXPIRED.formatted("unknown-ca")).path("id").asText();
        assertThat(end(second).path("different").asInt()).isEqualTo(1);
        JsonNode compared = port.get("/testbed/scenario-runs/" + second + "?baseline=" + first)
                .json();
        assertThat(compared.path("changes")).isEmpty();
        assertThat(compared.path("results").path(0).path("status").asText()).isEqualTo("different");

        assertThat(port.get("/testbed/scenario-runs/" + first + "/report.html").text())
                .contains("mine@device-bootstrap");
        assertThat(port.get("/testbed/scenario-runs/" + first + "/report.xml").text())
                .contains("<testsuite");
        assertThat(port.get("/testbed/scenario-runs/" + first + "/report.json")
                        .json()
                        .path("as_expected")
                        .asInt())
                .isEqualTo(1);
        assertThat(port.get("/testbed/scenario-runs/" + first + "/baseline.json")
                        .json()
                        .path("scenarios")
                        .path("mine@device-bootstrap")
                        .path("reason")
                        .asText())
                .isEqualTo("expired");
        assertThat(port.get("/testbed/scenario-runs").json().path("data").findValuesAsText("id"))
                .containsExactly(second, first);
    }

    @Test
    void aRunIsCancelled() throws Exception {
        String running = port.call("POST", "/testbed/scenario-runs", "{\"filters\":[\"PRV\"]}")
                .json()
                .path("id")
                .asText();
        String waiting = run(EXPIRED.formatted("expired")).path("id").asText();
        assertThat(port.call("POST", "/testbed/scenario-runs/" + waiting + "/cancel", "")
                        .status())
                .isEqualTo(204);
        assertThat(end(waiting).path("state").asText()).isEqualTo("cancelled");
        assertThat(port.call("POST", "/testbed/scenario-runs/" + running + "/cancel", "")
                        .status())
                .isEqualTo(204);
        assertThat(end(running).path("state").asText()).isEqualTo("cancelled");
    }

    /** Neither commands nor files: the language has no word for them, and foreign parties come from the command line alone. */
    @Test
    void whatIsSentNamesNoCommandAndNoFile() {
        for (String member : new String[] {
            "setup: touch /tmp/x",
            "device: touch /tmp/x",
            "bootstrap-server: coaps://localhost:1",
            "include: /etc/passwd"
        }) {
            RunningPort.Answer answer = port.call(
                    "POST",
                    "/testbed/scenario-runs",
                    Json.text(Json.object().put("scenario", EXPIRED.formatted("expired") + member + "\n")));
            assertThat(answer.status()).as(member).isEqualTo(400);
            assertThat(answer.text()).contains("line 8");
        }
        assertThat(port.call("POST", "/testbed/scenario-runs", "{\"name\":\"../x\",\"scenario\":\"title: x\"}")
                        .status())
                .isEqualTo(400);
    }
}
