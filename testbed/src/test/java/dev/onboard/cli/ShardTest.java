package dev.onboard.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.onboard.testbed.UsageException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Splitting a fleet, and putting together what came of its parts. */
class ShardTest {
    private static final Map<String, String> POD = Map.of("JOB_COMPLETION_INDEX", "2");

    @TempDir
    Path folder;

    @Test
    void shardsHaveEachThingOnce() {
        for (int of = 1; of <= 7; of++) {
            int shards = of;
            for (int place = 0; place < 20; place++) {
                int each = place;
                assertThat(IntStream.rangeClosed(1, shards)
                                .filter(number -> new Shard(number, shards).has(each))
                                .count())
                        .isEqualTo(1);
            }
        }
    }

    @Test
    void aPodOfAnIndexedJobCountsFromZero() {
        assertThat(Shard.of("job/5", POD)).isEqualTo(new Shard(3, 5));
        assertThat(Shard.of("3/5", Map.of())).isEqualTo(new Shard(3, 5));
        assertThat(Shard.of(null, POD)).isEqualTo(Shard.WHOLE);
    }

    @Test
    void whatIsNoShardIsRefusedWithWhatItShouldBe() {
        assertRefused("0/5", POD, "shards are counted from 1 to N");
        assertRefused("6/5", POD, "is shard 6 of 5");
        assertRefused("job/2", POD, "JOB_COMPLETION_INDEX=2 needs an N above that");
        assertRefused("job/2", Map.of(), "which is not set");
        assertRefused("job/2", Map.of("JOB_COMPLETION_INDEX", "two"), "which is 'two'");
        assertRefused("3", POD, "give it as I/N");
    }

    private static void assertRefused(String text, Map<String, String> environment, String why) {
        assertThatThrownBy(() -> Shard.of(text, environment))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining(why);
    }

    private static ObjectNode report(int number, int of, int inAll) {
        ObjectNode report = Console.json().createObjectNode().put("format", 1);
        report.putObject("shard").put("number", number).put("of", of);
        report.put("in_all", inAll)
                .put("goal", "registered")
                .put("started_at", "2026-01-01T00:00:0" + number + "Z")
                .put("elapsed_ms", 2000.0)
                .putArray("devices");
        return report;
    }

    private static ObjectNode with(ObjectNode report, String endpoint, double latency) {
        report.withArray("devices")
                .addObject()
                .put("endpoint", endpoint)
                .put("state", "registered")
                .put("latency_ms", latency);
        return report;
    }

    private static ObjectNode without(ObjectNode report, String endpoint, String reason) {
        report.withArray("devices")
                .addObject()
                .put("endpoint", endpoint)
                .put("state", "failed")
                .put("stage", "bootstrap-handshake")
                .put("refused_by", "bootstrap-server")
                .put("reason", reason)
                .put("detail", "a sentence");
        return report;
    }

    @Test
    void reportsOfAllShardsAreOneReport() {
        MergedReport merged = new MergedReport();
        merged.add(Path.of("two"), with(with(report(2, 2, 4), "b", 30), "d", 10));
        merged.add(Path.of("one"), with(with(report(1, 2, 4), "a", 20), "c", 40));
        assertThat(merged.isWhole()).isTrue();
        JsonNode document = merged.document();
        assertThat(document.path("reached").asInt()).isEqualTo(4);
        assertThat(document.at("/latency_ms/p50").asDouble()).isEqualTo(20);
        assertThat(document.at("/latency_ms/max").asDouble()).isEqualTo(40);
        assertThat(document.path("elapsed_ms").asDouble())
                .as("from the first start to the last end")
                .isEqualTo(3000);
        assertThat(merged.lines())
                .first()
                .asString()
                .isEqualTo("4 of 4 devices registered in 3.0 s, 1.3 per second; 2 of 2 shards reported");
    }

    @Test
    void failuresAreCountedByReasonAndMissingShardsNamed() {
        MergedReport merged = new MergedReport();
        ObjectNode one = report(1, 3, 12);
        for (String endpoint : new String[] {"a", "b", "c", "d"}) {
            without(one, endpoint, "alert-unknown-ca");
        }
        merged.add(Path.of("one"), without(one, "e", "timeout"));
        assertThat(merged.isWhole()).isFalse();
        JsonNode document = merged.document();
        assertThat(document.path("missing_shards").toString()).isEqualTo("[2,3]");
        assertThat(document.path("failed").asInt()).isEqualTo(5);
        assertThat(document.at("/failures/0/reason").asText()).isEqualTo("alert-unknown-ca");
        assertThat(document.at("/failures/0/count").asInt()).isEqualTo(4);
        assertThat(document.at("/failures/0/endpoints")).hasSize(3);
        assertThat(document.at("/failures/1/count").asInt()).isEqualTo(1);
        assertThat(document.at("/latency_ms/p99").isNull()).isTrue();
        assertThat(merged.lines())
                .contains("  4 × bootstrap-handshake: refused by bootstrap-server, alert-unknown-ca (a, b, c, …)")
                .contains("no report of shard 2, 3: 7 devices of which nothing is known");
    }

    @Test
    void reportsThatAreNotOfOneFleetAreRefused() {
        MergedReport merged = new MergedReport();
        merged.add(Path.of("one"), with(report(1, 3, 9), "a", 1));
        assertThatThrownBy(() -> merged.add(Path.of("again"), report(1, 3, 9)))
                .hasMessage("again and one are both of shard 1; give the report of each shard once");
        MergedReport other = new MergedReport();
        other.add(Path.of("one"), with(report(1, 3, 9), "a", 1));
        assertThatThrownBy(() -> other.add(Path.of("two"), report(2, 4, 9)))
                .hasMessage("two has 4 shards, and one has 3: they are not of one fleet");
        assertThatThrownBy(() -> other.add(Path.of("two"), report(2, 3, 8)))
                .hasMessage("two has 8 devices, and one has 9: they are not of one fleet");
        assertThatThrownBy(() -> other.add(Path.of("two"), with(report(2, 3, 9), "a", 1)))
                .hasMessage("the device a is in one and in two: the shards did not have the same list of devices");
    }

    @Test
    void aFileThatIsNoReportIsNamed() throws IOException {
        Path file = Files.writeString(folder.resolve("r.json"), "{\"devices\":[]}");
        assertThatThrownBy(() -> FleetReport.read(file))
                .isInstanceOf(UsageException.class)
                .hasMessage(file + " is no report of 'device run --report': format, shard or devices is missing");
        Files.writeString(
                file, "{\"format\":1,\"devices\":[],\"shard\":{\"number\":1,\"of\":1},\"started_at\":\"yesterday\"}");
        assertThatThrownBy(() -> FleetReport.read(file)).hasMessageContaining("started_at is no time, yesterday");
        Files.writeString(file, "hello");
        assertThatThrownBy(() -> FleetReport.read(file)).hasMessageContaining("not JSON");
        assertThatThrownBy(() -> FleetReport.read(folder.resolve("none"))).hasMessageContaining("cannot be read");
        assertThat(FleetReport.file(folder + "/report-{shard}.json", new Shard(3, 5)))
                .isEqualTo(folder.resolve("report-3.json"));
        assertThatThrownBy(() -> FleetReport.file(folder + "/none/r.json", Shard.WHOLE))
                .hasMessageContaining("is no directory that can be written to");
    }
}
