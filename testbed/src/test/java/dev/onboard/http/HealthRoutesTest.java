package dev.onboard.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.onboard.account.ApiKeys;
import dev.onboard.account.NewDevice;
import dev.onboard.journal.Event;
import dev.onboard.journal.Journal;
import dev.onboard.journal.Party;
import dev.onboard.journal.Stage;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the port tells who watches the process. */
class HealthRoutesTest {
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

    private String scrape() {
        port.journal.flush();
        RunningPort.Answer answer = port.get("/metrics");
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.header("content-type")).startsWith("text/plain; version=0.0.4");
        return answer.text();
    }

    @Test
    void theEventsOfServersAreCountedAndNoEndpointIsNamed() {
        port.account.devices().add(NewDevice.of("meter-7"));
        port.journal.record(Event.of(Stage.BOOTSTRAP_HANDSHAKE, Party.BOOTSTRAP_SERVER)
                .endpoint("meter-7")
                .refused(Party.BOOTSTRAP_SERVER, "unknown-ca")
                .alert(48));
        port.journal.record(Event.of(Stage.BOOTSTRAP_HANDSHAKE, Party.DEVICE)
                .endpoint("meter-7")
                .refused(Party.BOOTSTRAP_SERVER, "alert-unknown-ca")
                .alert(48));
        port.journal.record(Event.of(Stage.LWM2M_HANDSHAKE, Party.LWM2M_SERVER)
                .endpoint("meter-7")
                .took(Duration.ofMillis(30)));
        port.journal.record(Event.of(Stage.ISSUED, Party.CERTIFICATE_ISSUER)
                .endpoint("meter-7")
                .took(Duration.ofMillis(3))
                .failed("not-reached"));

        String text = scrape();

        assertThat(text)
                .contains(
                        "onboard_handshakes_total{reason=\"unknown-ca\",result=\"refused\",server=\"bootstrap-server\"} 1.0")
                .contains("onboard_handshakes_total{reason=\"\",result=\"ok\",server=\"lwm2m-server\"} 1.0")
                .contains(
                        "onboard_refusals_total{reason=\"unknown-ca\",refused_by=\"bootstrap-server\",stage=\"bootstrap-handshake\"} 1.0")
                .contains("onboard_refusals_total{reason=\"not-reached\",refused_by=\"nobody\",stage=\"issued\"} 1.0")
                .contains("onboard_step_seconds_bucket{step=\"lwm2m-handshake\",le=\"0.025\"} 0\n")
                .contains("onboard_step_seconds_bucket{step=\"lwm2m-handshake\",le=\"0.05\"} 1\n")
                .contains("onboard_step_seconds_count{step=\"onboarding\"} 0\n")
                .contains("onboard_issue_seconds_count{outcome=\"failed\"} 1\n")
                .contains("onboard_devices{state=\"unenrolled\"} 1.0")
                .contains("onboard_devices{state=\"registered\"} 0.0")
                .contains("onboard_queue_depth{queue=\"journal\"} 0.0")
                .contains("onboard_ready{check=\"database\"} 1.0");
        assertThat(text).doesNotContain("meter-7").doesNotContain("alert-unknown-ca");
    }

    /** What a foreign issuer's client made a reason of cannot fill the memory of who scrapes. */
    @Test
    void reasonsBeyondTheMostAreCountedTogether() {
        for (int i = 0; i < 300; i++) {
            port.journal.record(Event.of(Stage.ADMISSION, Party.BOOTSTRAP_SERVER)
                    .endpoint("device-" + i)
                    .refused(Party.BOOTSTRAP_SERVER, "reason-" + i));
        }
        List<String> series = scrape().lines()
                .filter(line -> line.startsWith("onboard_refusals_total{"))
                .toList();
        assertThat(series).hasSize(251);
        assertThat(series).anyMatch(line -> line.contains("reason=\"other\"") && line.endsWith(" 50.0"));
    }

    @Test
    void metricsAreReadWithAnyKeyAndWithoutOneByNobody() {
        String reader = "ak_" + "ab".repeat(24);
        port.account.apiKeys().add("reader", ApiKeys.Access.READ_ONLY, reader);
        assertThat(port.send(port.to("/metrics").build()).status()).isEqualTo(401);
        assertThat(port.send(port.to("/metrics")
                                .header("Authorization", "Bearer " + reader)
                                .build())
                        .status())
                .isEqualTo(200);
    }

    @Test
    void aProcessWhoseDatabaseDoesNotAnswerLivesAndIsNotReady() {
        assertThat(port.send(port.to("/readyz").build()).json().path("status").asText())
                .isEqualTo("ready");
        port.account.close();
        RunningPort.Answer answer = port.send(port.to("/readyz").build());
        assertThat(answer.status()).isEqualTo(503);
        JsonNode check = answer.json().path("checks").path(0);
        assertThat(check.path("name").asText()).isEqualTo("database");
        assertThat(check.path("ready").asBoolean(true)).isFalse();
        assertThat(check.path("problem").asText()).contains("the account's database does not work");
        RunningPort.Answer alive = port.send(port.to("/healthz").build());
        assertThat(alive.status()).isEqualTo(200);
        assertThat(alive.json().path("status").asText()).isEqualTo("alive");
    }

    @Test
    void stepsAreMeasuredBetweenTheEventsOfTheServers() throws IOException {
        Instant[] now = {Instant.parse("2026-01-01T00:00:00Z")};
        InstantSource clock = () -> now[0];
        List<String> told = new ArrayList<>();
        OnboardingSteps steps = new OnboardingSteps((step, took) -> told.add(step.word() + " " + took.toMillis()));
        try (Journal journal = Journal.open(work.resolve("steps.jsonl"), clock)) {
            journal.subscribe(steps::see);
            now[0] = now[0].plusMillis(40);
            journal.record(Event.of(Stage.BOOTSTRAP_HANDSHAKE, Party.BOOTSTRAP_SERVER)
                    .endpoint("d")
                    .took(Duration.ofMillis(40)));
            now[0] = now[0].plusMillis(10);
            journal.record(Event.of(Stage.ADMISSION, Party.BOOTSTRAP_SERVER)
                    .endpoint("d")
                    .took(Duration.ofMillis(7)));
            now[0] = now[0].plusMillis(100);
            journal.record(Event.of(Stage.FINISHED, Party.DEVICE).endpoint("d"));
            journal.record(Event.of(Stage.FINISHED, Party.BOOTSTRAP_SERVER).endpoint("d"));
            now[0] = now[0].plusMillis(50);
            journal.record(Event.of(Stage.LWM2M_HANDSHAKE, Party.LWM2M_SERVER)
                    .endpoint("d")
                    .took(Duration.ofMillis(45)));
            now[0] = now[0].plusMillis(5);
            journal.record(Event.of(Stage.REGISTERED, Party.LWM2M_SERVER).endpoint("d"));
            // a later update or another's registration ends nothing that did not begin
            journal.record(Event.of(Stage.REGISTERED, Party.LWM2M_SERVER).endpoint("d"));
            journal.flush();
        }
        assertThat(told)
                .containsExactly(
                        "bootstrap-handshake 40",
                        "admission 7",
                        "delivery 100",
                        "lwm2m-handshake 45",
                        "registration 5",
                        "onboarding 205");
        assertThat(steps.underWay()).isZero();
    }
}
