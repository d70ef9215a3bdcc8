package dev.onboard.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The bench measures what it says; how much that is belongs to a quiet machine, not to a test. */
class BenchIT {
    private static Tool.Result bench(String... arguments) throws Exception {
        List<Object> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java"),
                "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                "dev.onboard.bench.Bench"));
        command.addAll(List.of(arguments));
        return Tool.run("", command.toArray());
    }

    @Test
    void onboardAndAStockSetUpAreMeasuredSideBySide() throws Exception {
        Tool.Result result = bench(
                "onboarding",
                "--devices",
                "4",
                "--warm-up",
                "0",
                "--rounds",
                "2",
                "--concurrency",
                "2",
                "--stock",
                "--floor",
                "--json");
        assertThat(result.exitCode()).as(result.output()).isZero();
        String output = result.output();
        JsonNode figures =
                new ObjectMapper().readTree(output.substring(output.indexOf("{\n"), output.lastIndexOf('}') + 1));
        for (String contestant : List.of("onboard", "stock")) {
            JsonNode rounds = figures.path("contestants").path(contestant).path("rounds");
            assertThat(rounds).as(contestant).hasSize(2);
            for (JsonNode round : rounds) {
                assertThat(round.path("devices").asInt()).isEqualTo(4);
                assertThat(round.path("cpu_ms_each").asDouble()).isPositive();
                assertThat(round.path("latency_p50_ms").asDouble())
                        .isPositive()
                        .isLessThanOrEqualTo(round.path("elapsed_ms").asDouble());
            }
        }
        assertThat(figures.path("throughput_to_stock").path("median").asDouble())
                .isPositive();
        assertThat(figures.path("floor").path("counts").path("verifications").asInt())
                .isEqualTo(6);
    }

    @Test
    void aFleetIsHeldBySomeProcessesAndServedByAnother() throws Exception {
        Tool.Result result = bench("fleet", "--devices", "5", "--processes", "2", "--hold", "0");
        assertThat(result.exitCode()).as(result.output()).isZero();
        assertThat(result.output())
                .contains("5 devices, in 2 processes, registered", "2 source addresses", "fleet ", "servers ");
    }

    @Test
    void aFleetThatTheSystemCannotHaveIsRefusedWithTheCommandThatHelps() throws Exception {
        Tool.Result result = bench("fleet", "--devices", "100000000", "--hold", "0");
        assertThat(result.exitCode()).isEqualTo(1);
        assertThat(result.output())
                .contains("100000000 devices need", "ulimit -n")
                .doesNotContain("\tat ");
    }
}
