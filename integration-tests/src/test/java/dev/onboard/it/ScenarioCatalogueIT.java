package dev.onboard.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.onboard.scenario.Catalogue;
import dev.onboard.scenario.EarlierRun;
import dev.onboard.scenario.Expectation;
import dev.onboard.scenario.Leg;
import dev.onboard.scenario.Report;
import dev.onboard.scenario.Result;
import dev.onboard.scenario.Scenario;
import dev.onboard.scenario.ScenarioFiles;
import dev.onboard.scenario.ScenarioRunner;
import dev.onboard.scenario.Step;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/** The shipped catalogue, run for real; and shown to be able to fail. */
class ScenarioCatalogueIT {
    private static final Path DOCS = Path.of(System.getProperty("onboard.root", ".."), "docs");

    @TempDir
    static Path folder;

    @Test
    void everyScenarioComesAsExpected() throws Exception {
        List<Result> results = run(Catalogue.shipped().scenarios());
        Report report = new Report(results, List.of(), Instant.now(), Duration.ZERO);
        report.writeHtml(folder.resolve("report.html"));
        report.writeJUnit(folder.resolve("report.xml"));
        assertThat(Files.readString(folder.resolve("report.html"))).contains("VAL-11@device-bootstrap");
        assertThat(different(results)).isEmpty();
    }

    /**
     * The same expectations without what the scenario is about: a refusal must not be met by the good default, and a
     * registration not by a party that nobody trusts. Otherwise the scenario shows nothing.
     */
    @Test
    void everyScenarioFailsWhenItsDefectIsRemoved() throws Exception {
        List<Scenario> without = new ArrayList<>();
        Path files = Files.createDirectories(folder.resolve("without"));
        Set<String> written = new TreeSet<>();
        for (Scenario scenario : Catalogue.shipped().scenarios()) {
            if (scenario.pending().isPresent() || scenario.written().has("steps") || scenario.leg() == Leg.EVALUATION) {
                continue;
            }
            ObjectNode content = Cli.JSON.createObjectNode();
            content.put("title", "without: " + scenario.title());
            content.put("because", "a scenario that cannot fail shows nothing");
            content.putArray("legs").add(scenario.leg().word());
            content.put("devices", scenario.devices());
            boolean registers = scenario.steps().stream()
                    .anyMatch(step -> step instanceof Step.Expect expect
                            && expect.expectation() instanceof Expectation.Registered);
            if (registers) {
                content.putObject("certificates").putObject("stranger").put("issuer", "self");
                content.putArray("trust").add("stranger");
            }
            JsonNode expect = scenario.written().path("expect").deepCopy();
            if (expect.path("refused") instanceof ObjectNode refused) {
                // the certificates of the good default have other names
                refused.remove("certificate");
            }
            content.set("expect", expect);
            // many scenarios of a leg have one expectation: it is tried once
            if (written.add(scenario.leg() + expect.toString())) {
                Path file = files.resolve(written.size() + ".json");
                Files.writeString(file, content.toString());
                without.addAll(ScenarioFiles.read(file));
            }
        }
        // most of them wait for what does not come
        List<Result> results = run(without, 32);
        assertThat(results).hasSizeGreaterThan(50);
        assertThat(results.stream()
                        .filter(result -> result.status() != Result.Status.DIFFERENT)
                        .map(result ->
                                result.scenario().id() + " " + result.scenario().written())
                        .toList())
                .as("scenarios that come as expected although nothing is wrong")
                .isEmpty();
    }

    /**
     * The last expectations of a scenario with steps, when its devices are only switched on, everything else being good: they
     * must not be met, or, where all of them are of a device that registers, not with a party that nobody trusts. A firmware
     * update is also tried with nothing wrong in it.
     */
    @Test
    void everyScenarioWithStepsFailsWithoutThem() throws Exception {
        Path files = Files.createDirectories(folder.resolve("without-steps"));
        Map<String, List<Scenario>> variants = new TreeMap<>();
        Set<String> written = new TreeSet<>();
        for (Scenario scenario : Catalogue.shipped().scenarios()) {
            if (scenario.pending().isPresent() || !scenario.written().has("steps")) {
                continue;
            }
            ObjectNode good = switchedOn(scenario);
            ((ArrayNode) good.path("steps")).addObject().put("expect", "registered");
            ObjectNode untrusted = switchedOn(scenario);
            untrusted.putObject("certificates").putObject("stranger").put("issuer", "self");
            untrusted.putArray("trust").add("stranger");
            List<ObjectNode> contents = new ArrayList<>(List.of(good, untrusted));
            goodUpdate(scenario).ifPresent(contents::add);
            if (written.add(contents.toString())) {
                List<Scenario> read = new ArrayList<>();
                for (ObjectNode content : contents) {
                    Path file = files.resolve(variants.size() + "-" + read.size() + ".json");
                    Files.writeString(file, content.toString());
                    read.addAll(ScenarioFiles.read(file));
                }
                variants.put(scenario.id(), read);
            }
        }
        assertThat(variants).hasSizeGreaterThan(60);
        // most of them wait for what does not come
        List<Result> results =
                run(variants.values().stream().flatMap(List::stream).toList(), 32);
        Set<String> different = results.stream()
                .filter(ScenarioCatalogueIT::isDifferentAtTheEnd)
                .map(result -> result.scenario().id())
                .collect(Collectors.toSet());
        assertThat(variants.entrySet().stream()
                        .filter(scenario ->
                                scenario.getValue().stream().noneMatch(variant -> different.contains(variant.id())))
                        .map(Map.Entry::getKey)
                        .toList())
                .as("scenarios that come as expected although nothing of them happens")
                .isEmpty();
        assertThat(variants.entrySet().stream()
                        .filter(scenario -> scenario.getKey().startsWith("FWU"))
                        .flatMap(scenario -> scenario.getValue().stream())
                        .filter(variant -> variant.written().toString().contains("\"update\""))
                        .filter(variant -> !different.contains(variant.id()))
                        .map(Scenario::id)
                        .toList())
                .as("updates that are refused although nothing is wrong with them")
                .isEmpty();
    }

    /** What a variant itself expects on the way does not count. */
    private static boolean isDifferentAtTheEnd(Result result) {
        boolean onTheWay = result.scenario().written().path("steps").toString().contains("\"expect\":\"registered\"");
        return result.checks().stream().skip(onTheWay ? 1 : 0).anyMatch(check -> !check.met());
    }

    private static ObjectNode switchedOn(Scenario scenario) {
        ObjectNode content = Cli.JSON.createObjectNode();
        content.put("title", "without its steps: " + scenario.title());
        content.put("because", "a scenario that cannot fail shows nothing");
        content.putArray("legs").add(scenario.leg().word());
        content.put("devices", scenario.devices());
        ArrayNode steps = content.putArray("steps");
        steps.addObject().putObject("power-on").put("device", "all");
        JsonNode expect = scenario.written().path("expect").deepCopy();
        soon(expect);
        content.set("expect", expect);
        return content;
    }

    /** What is not there in a moment does not come; the certificates of the good default have other names. */
    private static void soon(JsonNode expect) {
        if (expect.isArray()) {
            expect.forEach(ScenarioCatalogueIT::soon);
        }
        expect.fields().forEachRemaining(field -> {
            if (field.getValue() instanceof ObjectNode of) {
                of.remove("certificate");
                if (Set.of("registered", "refused", "failed", "event", "renewed", "firmware")
                        .contains(field.getKey())) {
                    of.put("within", "PT5S");
                }
            }
        });
    }

    /** The same scenario with updates that are as they should be; empty when none is refused because of what it is. */
    private static Optional<ObjectNode> goodUpdate(Scenario scenario) {
        ObjectNode content = scenario.written().deepCopy();
        boolean changed = false;
        for (JsonNode step : content.path("steps")) {
            if (step.path("update") instanceof ObjectNode update) {
                int fields = update.size();
                update.retain("version", "by", "next", "format");
                changed |= update.size() < fields;
            }
        }
        boolean isRefused = content.path("expect").findValue("reason") != null;
        boolean direct = content.path("steps").toString().contains("direct");
        content.remove("matrix");
        content.putArray("legs").add(scenario.leg().word());
        soon(content.path("expect"));
        return changed && isRefused && !direct && !scenario.name().startsWith("FWU-13")
                ? Optional.of(content)
                : Optional.empty();
    }

    /** Every row of the matrix is a scenario, or says why it is none. */
    @Test
    void everyRowOfTheMatrixIsShippedOrExplained() throws Exception {
        Catalogue catalogue = Catalogue.shipped();
        Set<String> rows = new TreeSet<>(catalogue.rows().keySet());
        assertThat(rows).hasSize(285);
        catalogue.scenarios().forEach(scenario -> rows.remove(scenario.row()));
        String divergences = Files.readString(DOCS.resolve("divergences.md"));
        assertThat(rows.stream().filter(row -> !divergences.contains(row)).toList())
                .as("rows that are neither a scenario nor in docs/divergences.md")
                .isEmpty();
    }

    /** A device that is not ours is the command line's own, in a process of its own: its bundle is all that it knows. */
    @Test
    void aForeignDeviceIsSeenFromTheServers() throws Exception {
        try (Cli cli = new Cli(Cli.folder(folder, "home-device"))) {
            Cli.Result result = cli.run(
                    "scenario",
                    "run",
                    "VAL-01@device-bootstrap",
                    "VAL-02@device-bootstrap",
                    "NAM-20@bootstrap-server",
                    "ENC-05@device-bootstrap",
                    "--json",
                    "--device",
                    cli.line("device", "run", "--bundle") + " {bundle}");
            assertThat(result.exitCode()).as(result.err()).isZero();
            assertThat(statuses(result))
                    .containsEntry("VAL-01@device-bootstrap", "as-expected")
                    .containsEntry("VAL-02@device-bootstrap", "as-expected")
                    .as("only the device knows why it refused a server")
                    .containsEntry("NAM-20@bootstrap-server", "not-observed")
                    .as("no bundle makes a device send garbage")
                    .containsEntry("ENC-05@device-bootstrap", "not-observed");
        }
    }

    /** Servers that are not ours are those of another testbed: the device's word is all that is seen. */
    @Test
    void foreignServersAreSeenFromTheDevice() throws Exception {
        try (Cli cli = new Cli(Cli.folder(folder, "home-servers"))) {
            Cli.Up up = cli.up(folder.resolve("foreign"));
            String bootstrap = Cli.JSON
                    .readTree(up.workDirectory().resolve("endpoints.json").toFile())
                    .path("bootstrap_uri")
                    .asText();
            String ca = up.workDirectory()
                    .resolve("ca/bootstrap-server-ca.cert.pem")
                    .toString();
            Cli.Result registered = cli.run(
                    "scenario",
                    "run",
                    "VAL-01@device-bootstrap",
                    "TRU-13@device-lwm2m",
                    "--json",
                    "--bootstrap-server",
                    bootstrap,
                    "--server-ca",
                    ca,
                    "--setup",
                    cli.line("trust", "add") + " {trust}/trusted-1.pem --service {service} --work-dir "
                            + up.workDirectory());
            assertThat(registered.exitCode()).as(registered.err()).isZero();
            assertThat(statuses(registered))
                    .containsEntry("VAL-01@device-bootstrap", "as-expected")
                    .containsEntry("TRU-13@device-lwm2m", "not-observed");
            Cli.Result refused = cli.run(
                    "scenario",
                    "run",
                    "CHN-16@device-bootstrap",
                    "--json",
                    "--bootstrap-server",
                    bootstrap,
                    "--server-ca",
                    ca);
            assertThat(statuses(refused))
                    .as("the alert is seen, the reason is the server's own")
                    .containsEntry("CHN-16@device-bootstrap", "not-observed");
            assertThat(refused.json().at("/scenarios/0/checks/0/actual").asText())
                    .contains("unknown-ca", "48");
            up.stop();
        }
    }

    /** A device that ends before anything is seen of it is told by its own last words. */
    @Test
    void aForeignDeviceThatEndsSaysWhy() throws Exception {
        try (Cli cli = new Cli(Cli.folder(folder, "home-ended"))) {
            Path file = folder.resolve("ended.yaml");
            Files.writeString(
                    file, "title: t\nbecause: b\nlegs: [device-bootstrap]\nexpect: {registered: {within: PT1S}}\n");
            Cli.Result result = cli.run("scenario", "run", file, "--device", "echo no modem in {endpoint} && exit 3");
            assertThat(result.exitCode()).isEqualTo(1);
            assertThat(result.out())
                    .contains("the command ended with 3: ", "; the last that it said: no modem in meter-7");
        }
    }

    private static java.util.Map<String, String> statuses(Cli.Result result) throws Exception {
        java.util.Map<String, String> statuses = new java.util.TreeMap<>();
        result.json()
                .path("scenarios")
                .forEach(one ->
                        statuses.put(one.path("id").asText(), one.path("status").asText()));
        return statuses;
    }

    @Test
    void whatTheCommandPrintsHasItsForm() throws Exception {
        try (Cli cli = new Cli(Cli.folder(folder, "home"))) {
            Path file = folder.resolve("mine.yaml");
            Files.writeString(
                    file,
                    "title: t\nbecause: b\nlegs: [device-bootstrap]\ncertificates: {leaf: {defects: [expired]}}\n"
                            + "expect: registered\n");
            Path baseline = folder.resolve("baseline.json");
            Cli.Result good = cli.run("scenario", "run", "VAL-02@device-bootstrap", "--save-baseline", baseline);
            assertThat(good.exitCode()).as(good.err()).isZero();
            Cli.Result different = cli.run("scenario", "run", file, "--json", "--seed", 4);
            assertThat(different.exitCode()).isEqualTo(1);
            assertThat(FormatsIT.schema("scenario-report").validate(different.json()))
                    .isEmpty();
            assertThat(different.json().at("/scenarios/0/observed/reason").asText())
                    .isEqualTo("expired");
            Files.writeString(file, "titel: t\n");
            Cli.Result invalid = cli.run("scenario", "run", file);
            assertThat(invalid.exitCode()).isEqualTo(2);
            assertThat(invalid.err()).contains("mine.yaml:1: titel: is not a field here; did you mean 'title'?");
            String earlier = Files.readString(baseline).replace("\"expired\"", "\"unknown-ca\"");
            Files.writeString(baseline, earlier);
            Cli.Result changed = cli.run("scenario", "run", "VAL-02@device-bootstrap", "--baseline", baseline);
            assertThat(changed.exitCode()).isEqualTo(1);
            assertThat(changed.out()).contains("changed against the baseline", "unknown-ca");
        }
    }

    /** Twenty times one seed: every scenario ends the same. With {@code -Pheavy} alone; it takes twenty minutes. */
    @Test
    @EnabledIfSystemProperty(named = "onboard.heavy", matches = "true")
    void oneSeedGivesOneBaseline() throws Exception {
        EarlierRun first = EarlierRun.of(run(Catalogue.shipped().scenarios()));
        for (int i = 2; i <= Integer.getInteger("onboard.seed-runs", 20); i++) {
            assertThat(first.changes(EarlierRun.of(run(Catalogue.shipped().scenarios()))))
                    .as("run " + i)
                    .isEmpty();
        }
    }

    private static List<Result> run(List<Scenario> scenarios) throws Exception {
        return run(scenarios, 4 * Runtime.getRuntime().availableProcessors());
    }

    private static List<Result> run(List<Scenario> scenarios, int jobs) throws Exception {
        return new ScenarioRunner(jobs, 1, Files.createTempDirectory(folder, "run"), false)
                .run(scenarios, result -> {});
    }

    private static String different(List<Result> results) {
        return results.stream()
                .filter(result -> result.status() == Result.Status.DIFFERENT)
                .map(result -> result.scenario().id() + "\n" + result.note() + "\n"
                        + result.checks().stream()
                                .map(check -> "  expected " + check.expected() + "\n  came     " + check.actual())
                                .collect(Collectors.joining("\n")))
                .collect(Collectors.joining("\n"));
    }
}
