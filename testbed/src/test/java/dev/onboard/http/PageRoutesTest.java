package dev.onboard.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.onboard.account.NewDevice;
import dev.onboard.account.NewTrustedCertificate;
import dev.onboard.account.Service;
import dev.onboard.journal.Event;
import dev.onboard.journal.Party;
import dev.onboard.journal.Stage;
import dev.onboard.pki.CertificateRecipe;
import dev.onboard.pki.Credential;
import dev.onboard.pki.CredentialFiles;
import dev.onboard.pki.Defect;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What the page is made of, without a browser. */
@Timeout(60)
class PageRoutesTest {
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

    private void record(Event.Draft event) {
        port.journal.record(event);
    }

    private JsonNode row(String endpoint) {
        return port.get("/testbed/devices/" + endpoint + "/summary").json();
    }

    @Test
    void theFilesAreServedWithoutAKeyAndRunNothingFromElsewhere() {
        for (String path : List.of("/", "/page/app.js", "/page/style.css", "/page/vendor/preact-LICENSE.txt")) {
            RunningPort.Answer answer = path.equals("/") || path.endsWith(".js")
                    ? port.send(port.to(path).build())
                    : port.plainly(path);
            assertThat(answer.status()).as(path).isEqualTo(200);
            assertThat(answer.header("content-security-policy"))
                    .contains("default-src 'none'")
                    .contains("script-src 'self'")
                    .doesNotContain("unsafe");
            assertThat(answer.header("x-content-type-options")).isEqualTo("nosniff");
        }
        assertThat(port.send(port.to("/").build()).text())
                .doesNotContain("<style")
                .doesNotContainPattern("<script(?![^>]* src=)")
                .doesNotContainPattern("(src|href)=\"https?:");
        for (String path : List.of("/page/none.js", "/page/..%2f..%2fschemas.json", "/page/app.class")) {
            assertThat(port.send(port.to(path).build()).status()).as(path).isIn(400, 404);
        }
    }

    @Test
    void aLinkHandsTheKeyOverOnce() {
        URI link = port.server.pageLink();
        String code = String.valueOf(link.getFragment()).replace("code=", "");
        assertThat(handOver(code).json().path("key").asText()).isEqualTo(port.key.text());
        assertThat(handOver(code).status()).isEqualTo(403);
        assertThat(handOver("0".repeat(32)).text()).contains("used before or is too old");
    }

    private RunningPort.Answer handOver(String code) {
        return port.send(port.to("/testbed/handover")
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString("{\"code\":\"" + code + "\"}"))
                .build());
    }

    @Test
    void theJournalComesToAnOverviewAndRows() {
        assertThat(port.get("/testbed/overview").json().path("devices").asInt()).isZero();
        record(Event.of(Stage.POWER, Party.DEVICE)
                .endpoint("d-2")
                .fact("action", "on")
                .fact("mode", "bootstrap"));
        record(Event.of(Stage.REGISTERED, Party.LWM2M_SERVER).endpoint("d-10"));
        record(Event.of(Stage.BOOTSTRAP_HANDSHAKE, Party.DEVICE)
                .endpoint("d-2")
                .refused(Party.BOOTSTRAP_SERVER, "alert-unknown-ca"));
        record(Event.of(Stage.FALLBACK, Party.DEVICE)
                .endpoint("d-2")
                .refused(Party.BOOTSTRAP_SERVER, "alert-unknown-ca"));
        record(Event.of(Stage.BOOTSTRAP_HANDSHAKE, Party.BOOTSTRAP_SERVER)
                .endpoint("d-2")
                .refused(Party.BOOTSTRAP_SERVER, "unknown-ca"));
        port.journal.flush();

        JsonNode overview = port.get("/testbed/overview").json();
        assertThat(overview.path("phases").path("registered").asInt()).isEqualTo(1);
        assertThat(overview.path("phases").path("refused").asInt()).isEqualTo(1);
        assertThat(overview.path("refusals").path(0).path("reason").asText()).isEqualTo("unknown-ca");
        assertThat(overview.path("refusals")).hasSize(1);
        JsonNode rows = port.get("/testbed/devices").json();
        assertThat(rows.path("data").findValuesAsText("endpoint")).containsExactly("d-2", "d-10");
        assertThat(row("d-2").path("reason").asText()).isEqualTo("unknown-ca");
        assertThat(port.get("/testbed/devices?phase=refused&limit=1")
                        .json()
                        .path("total_count")
                        .asInt())
                .isEqualTo(1);
        assertThat(port.get("/testbed/devices?q=10").json().path("data")).hasSize(1);
        assertThat(port.get("/testbed/devices?reason=expired").json().path("data"))
                .isEmpty();
        assertThat(port.get("/testbed/devices?phase=tired").status()).isEqualTo(400);
        assertThat(port.get("/testbed/devices?limit=100000").status()).isEqualTo(400);
        assertThat(port.get("/testbed/devices/d-3/summary").status()).isEqualTo(404);

        record(Event.of(Stage.REGISTERED, Party.DEVICE).endpoint("d-2"));
        port.journal.flush();
        assertThat(row("d-2").path("phase").asText()).isEqualTo("registered");
        assertThat(row("d-2").path("reason").isNull()).isTrue();
    }

    /** A refusal comes with the request that repairs it. */
    @Test
    void aSuspendedDeviceIsExplainedWithItsRemedy() {
        String id = port.account.devices().add(NewDevice.of("d-1")).id();
        record(Event.of(Stage.ADMISSION, Party.BOOTSTRAP_SERVER)
                .endpoint("d-1")
                .refused(Party.BOOTSTRAP_SERVER, "device-suspended"));
        port.journal.flush();
        JsonNode why = port.get("/testbed/devices/d-1/explanation").json();
        assertThat(why.path("reason").asText()).isEqualTo("device-suspended");
        JsonNode request = why.path("remedy").path("requests").path(0);
        assertThat(request.path("path").asText()).isEqualTo("/v3/devices/" + id + "/resume");
        port.account.devices().suspend(id, "maintenance", "");
        assertThat(port.call(
                                request.path("method").asText(),
                                request.path("path").asText(),
                                request.path("body").toString())
                        .status())
                .isEqualTo(204);
        assertThat(port.account.devices().get(id).orElseThrow().suspension()).isEmpty();
        assertThat(port.get("/testbed/devices/nobody/explanation").status()).isEqualTo(404);
    }

    @Test
    void aFileIsExplained() {
        port.account
                .trustedCertificates()
                .add(NewTrustedCertificate.of("factory", Service.BOOTSTRAP, port.factory.chain()));
        Credential good = port.factory.issue(CertificateRecipe.device("d-1"));
        Credential expired = port.factory.issue(CertificateRecipe.device("d-2").with(Defect.EXPIRED));
        assertThat(verdicts(CredentialFiles.pem(good.chain()))
                        .path(0)
                        .path("verdict")
                        .asText())
                .isEqualTo("trusted");
        JsonNode refused = verdicts(CredentialFiles.pem(expired.chain())).path(0);
        assertThat(refused.path("purpose").asText()).isEqualTo("device-bootstrap");
        assertThat(refused.path("reason").asText()).isEqualTo("expired");
        JsonNode both = explain(CredentialFiles.pem(good.chain()) + CredentialFiles.pem(good.privateKey()));
        assertThat(both.path("keys").path(0).path("certificate").asInt(-1)).isZero();
        assertThat(both.toString()).doesNotContain("PRIVATE KEY");
        assertThat(port.call("POST", "/testbed/explain", "{\"content\":\"aGVsbG8=\"}")
                        .status())
                .isEqualTo(400);
    }

    private JsonNode verdicts(String pem) {
        return explain(pem).path("verdicts");
    }

    private JsonNode explain(String pem) {
        String content = Base64.getEncoder().encodeToString(pem.getBytes(StandardCharsets.UTF_8));
        return port.call("POST", "/testbed/explain", "{\"content\":\"" + content + "\"}")
                .json();
    }

    @Test
    void aPortWithoutAFactorySaysSo() {
        assertThat(port.call("POST", "/testbed/simulated-devices", "{}").text()).contains("makes no devices");
        assertThat(port.call("POST", "/testbed/simulated-devices", "{\"count\":0}")
                        .status())
                .isEqualTo(400);
        assertThat(port.call("POST", "/testbed/simulated-devices", "{\"defect\":\"tired\"}")
                        .text())
                .contains("defect");
        assertThat(port.call("POST", "/testbed/simulated-devices/d-1/actions", "{\"action\":\"reboot\"}")
                        .status())
                .isEqualTo(404);
        assertThat(port.get("/testbed/defects").json().path("defects").size()).isEqualTo(Defect.values().length);
    }
}
