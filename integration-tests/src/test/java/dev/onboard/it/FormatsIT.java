package dev.onboard.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.Error;
import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import dev.onboard.device.DeviceState;
import dev.onboard.journal.Outcome;
import dev.onboard.journal.Party;
import dev.onboard.journal.Stage;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the program writes and prints is what {@code docs/formats.md} and the JSON Schemas beside it say. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class FormatsIT {
    private static final Path DOCS = Path.of(System.getProperty("onboard.root", ".."), "docs");

    @TempDir
    static Path folder;

    private Cli cli;
    private Path work;
    private Cli.Result demo;

    @BeforeAll
    void run() throws Exception {
        cli = new Cli(Cli.folder(folder, "home"));
        work = folder.resolve("work");
        demo = cli.run(
                "demo",
                "--second-lwm2m-port",
                0,
                "--devices",
                2,
                "--json",
                "--exit",
                "--work-dir",
                work,
                "--http-port",
                0);
    }

    @AfterAll
    void stop() throws Exception {
        cli.close();
    }

    @Test
    void theDemosReport() throws Exception {
        assertThat(demo.exitCode()).as(demo.err()).isZero();
        assertValid("demo", demo.out());
    }

    @Test
    void everyLineOfTheJournal() throws Exception {
        List<String> lines = Files.readAllLines(work.resolve("events.jsonl"));
        assertThat(lines).hasSizeGreaterThan(20);
        Schema schema = schema("event");
        for (String line : lines) {
            assertValid(schema, line);
        }
    }

    @Test
    void theDocumentsInTheWorkDirectory() throws Exception {
        assertValid("work-directory", Files.readString(work.resolve("work-directory.json")));
        for (int i = 1; i <= 2; i++) {
            Path device = work.resolve("devices/device-" + i);
            assertValid("bundle", Files.readString(device.resolve("factory/bundle.json")));
            assertValid("account", Files.readString(device.resolve("lwm2m/account.json")));
        }
    }

    @Test
    void whereATestbedAnswersAndWhatARefusedDeviceReports() throws Exception {
        Cli.Up up = cli.up(folder.resolve("refusing"), 0, 0, "--second-lwm2m-port", 0);
        assertValid("endpoints", Files.readString(up.workDirectory().resolve("endpoints.json")));
        Path devices = folder.resolve("devices");
        cli.run("factory", "make", "--endpoint", "meter 7", "--out", devices, "--work-dir", up.workDirectory());
        Cli.Result refused =
                cli.run("device", "run", "--bundle", devices.resolve("meter%207"), "--exit-when", "failed", "--json");
        assertThat(refused.exitCode()).as(refused.err()).isZero();
        JsonNode device = refused.json().path("devices").path(0);
        assertThat(device.path("reason").asText()).isEqualTo("alert-unknown-ca");
        assertThat(device.path("refused_by").asText()).isEqualTo("bootstrap-server");
        assertValid("device-run", refused.out());
        Cli.Result why = cli.run("explain", "device", "meter 7", "--json");
        assertThat(why.exitCode()).as(why.err()).isEqualTo(1);
        assertValid("explain-event", why.out());
        assertThat(why.json().path("reason").asText()).isEqualTo("unknown-ca");
        Path factory = devices.resolve("meter%207/factory");
        Cli.Result connect = cli.run(
                "explain",
                "connect",
                "localhost:" + up.port("bootstrap_uri"),
                "--chain",
                factory.resolve("device.cert.pem"),
                "--key",
                factory.resolve("device.key.pem"),
                "--trust",
                factory.resolve("server-ca.cert.pem"),
                "--json");
        assertThat(connect.exitCode()).as(connect.err()).isEqualTo(1);
        assertValid("explain-connect", connect.out());
        assertThat(connect.json().path("reason").asText()).isEqualTo("unknown-ca");
        assertThat(connect.json().path("server").path("verdict").asText()).isEqualTo("trusted");
        up.stop();
        Schema schema = schema("event");
        List<String> lines = Files.readAllLines(up.workDirectory().resolve("events.jsonl"));
        assertThat(lines).anyMatch(line -> line.contains("\"reason\":\"unknown-ca\""));
        for (String line : lines) {
            assertValid(schema, line);
        }
    }

    @Test
    void whatExplainPrints() throws Exception {
        Path device = work.resolve("devices/device-1/factory");
        Path root = work.resolve("ca/factory-root.cert.pem");
        Object[] refused = {
            "explain", "--chain", device.resolve("device.cert.pem"), "--purpose", "device-bootstrap", "--json"
        };
        Object[] trusted =
                Stream.concat(Stream.of(refused), Stream.of("--trust", root)).toArray();
        assertValid("explain", cli.run(refused).out());
        Cli.Result good = cli.run(trusted);
        assertThat(good.exitCode()).as(good.err()).isZero();
        assertValid("explain", good.out());
    }

    @Test
    void whatUpPrints() throws Exception {
        Process up = cli.start(
                "up",
                "--json",
                "--work-dir",
                folder.resolve("printing"),
                "--bootstrap-port",
                0,
                "--lwm2m-port",
                0,
                "--http-port",
                0);
        StringBuilder text = new StringBuilder();
        try (BufferedReader out = up.inputReader(StandardCharsets.UTF_8)) {
            String line;
            while ((line = out.readLine()) != null) {
                text.append(line).append('\n');
                if (line.equals("}") || line.startsWith("{") && line.endsWith("}")) {
                    break;
                }
            }
        }
        assertValid("up", text.toString());
    }

    @ParameterizedTest
    @ValueSource(strings = {"event", "demo", "device-run"})
    void everyStageAndPartyOfTheCodeIsInTheSchema(String name) throws Exception {
        JsonNode definitions = document(name).path("$defs");
        assertThat(words(definitions.path("stage"))).isEqualTo(words(Stage.values(), Stage::word));
        assertThat(words(definitions.path("party"))).isEqualTo(words(Party.values(), Party::word));
    }

    @Test
    void everyOutcomeAndDeviceStateOfTheCodeIsInTheSchema() throws Exception {
        assertThat(words(document("event").path("$defs").path("outcome")))
                .isEqualTo(words(Outcome.values(), Outcome::word));
        assertThat(words(document("device-run").at("/properties/devices/items/properties/state")))
                .isEqualTo(words(DeviceState.values(), DeviceState::word));
    }

    @Test
    void everyWordOfTheCodeHasARowInTheText() throws Exception {
        String text = Files.readString(DOCS.resolve("formats.md"));
        assertRows(text, "### Stages", words(Stage.values(), Stage::word));
        assertRows(text, "### Parties", words(Party.values(), Party::word));
        assertRows(text, "### Outcomes", words(Outcome.values(), Outcome::word));
        assertRows(text, "### device run", words(DeviceState.values(), DeviceState::word));
    }

    @Test
    void everySchemaIsNamedInTheTextAndIsStrict() throws Exception {
        String text = Files.readString(DOCS.resolve("formats.md"));
        try (Stream<Path> files = Files.list(DOCS.resolve("schemas"))) {
            List<Path> schemas = files.toList();
            assertThat(schemas).isNotEmpty();
            for (Path file : schemas) {
                assertThat(text).contains("(schemas/" + file.getFileName() + ")");
                JsonNode schema = Cli.JSON.readTree(file.toFile());
                assertThat(schema.path("$schema").asText())
                        .as(file.toString())
                        .isEqualTo(SpecificationVersion.DRAFT_2020_12.getDialectId());
                assertThat(schema.path("additionalProperties").asText("missing"))
                        .as(file.toString())
                        .isEqualTo("false");
            }
        }
    }

    @Test
    void aSchemaRefusesWhatTheTextDoesNotAllow() throws Exception {
        Schema schema = schema("event");
        ObjectNode event = (ObjectNode) Cli.JSON.readTree("{\"id\":1,\"time\":\"2031-01-02T03:04:05Z\","
                + "\"stage\":\"admission\",\"party\":\"bootstrap-server\",\"outcome\":\"ok\"}");
        assertThat(schema.validate(event)).isEmpty();
        assertThat(keywords(schema, event.deepCopy().put("outcome", "refused"))).containsOnly("required");
        assertThat(keywords(schema, event.deepCopy().put("outcome", "maybe"))).containsOnly("enum");
        assertThat(keywords(schema, event.deepCopy().put("stage", "lunch"))).containsOnly("enum");
        assertThat(keywords(schema, event.deepCopy().put("mood", "good"))).containsOnly("additionalProperties");
        assertThat(keywords(schema, event.deepCopy().put("time", "yesterday"))).containsOnly("pattern");
        assertThat(schema.validate(event.deepCopy().put("reason", "expired")))
                .as("a reason without a refusal")
                .isNotEmpty();
    }

    private static List<String> keywords(Schema schema, JsonNode document) {
        return schema.validate(document).stream().map(Error::getKeyword).toList();
    }

    private static void assertRows(String text, String heading, List<String> words) {
        int start = text.indexOf("\n" + heading);
        assertThat(start).as(heading).isNotNegative();
        int end = text.indexOf("\n#", start + 1 + heading.length());
        String section = text.substring(start, end < 0 ? text.length() : end);
        assertThat(section.lines()
                        .filter(line -> line.startsWith("| `"))
                        .map(line -> line.split("`", -1)[1])
                        .toList())
                .as("the rows under '" + heading + "' in docs/formats.md; add a row for a new word, with a sentence")
                .isEqualTo(words);
    }

    private static <E> List<String> words(E[] values, Function<E, String> word) {
        return Arrays.stream(values).map(word).toList();
    }

    private static List<String> words(JsonNode definition) {
        return StreamSupport.stream(definition.path("enum").spliterator(), false)
                .map(JsonNode::asText)
                .toList();
    }

    private static JsonNode document(String name) throws IOException {
        return Cli.JSON.readTree(
                DOCS.resolve("schemas").resolve(name + ".schema.json").toFile());
    }

    static Schema schema(String name) throws IOException {
        return SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
                .getSchema(document(name));
    }

    private static void assertValid(String name, String document) throws IOException {
        assertValid(schema(name), document);
    }

    private static void assertValid(Schema schema, String document) {
        assertThat(schema.validate(document, InputFormat.JSON)).as(document).isEmpty();
    }
}
