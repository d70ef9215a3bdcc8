package dev.onboard.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.onboard.pki.Reason;
import dev.onboard.scenario.Expectation;
import dev.onboard.scenario.Scenario;
import dev.onboard.scenario.Step;
import dev.onboard.scenario.internal.Words;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code onboard scenario show}: a scenario as a page to read. */
@Command(
        name = "show",
        mixinStandardHelpOptions = true,
        description = "Read a scenario: what is configured, why it matters, what must come of it.")
final class ScenarioShowCommand implements Callable<Integer> {
    private static final YAMLMapper YAML = YAMLMapper.builder()
            .disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER)
            .enable(YAMLGenerator.Feature.MINIMIZE_QUOTES)
            .build();

    @Spec
    private CommandSpec spec;

    @Parameters(arity = "1..*", paramLabel = "ID", description = "A row, a scenario, or a file of your own.")
    private List<String> named = List.of();

    @Option(names = "--json", description = "Print one JSON document.")
    private boolean json;

    @Override
    public Integer call() throws IOException {
        Console console = Console.of(spec, json);
        Map<String, List<Scenario>> byName = new LinkedHashMap<>();
        for (Scenario scenario : ScenarioChoice.of(named)) {
            byName.computeIfAbsent(scenario.name(), name -> new ArrayList<>()).add(scenario);
        }
        ObjectNode document = Console.json().createObjectNode();
        ArrayNode all = document.putArray("scenarios");
        for (List<Scenario> legs : byName.values()) {
            for (Scenario scenario : legs) {
                all.addObject().put("id", scenario.id()).set("scenario", scenario.written());
            }
            if (!json) {
                page(legs).forEach(console::say);
            }
        }
        console.document(document);
        return 0;
    }

    private static List<String> page(List<Scenario> legs) throws IOException {
        Scenario first = legs.get(0);
        List<String> lines = new ArrayList<>();
        String heading = first.name() + "  " + first.title();
        lines.add(heading);
        lines.add("=".repeat(heading.length()));
        lines.add("");
        lines.add("Because: " + first.because());
        if (!first.about().isEmpty()) {
            lines.add("");
            lines.add(first.about().strip());
        }
        lines.add("");
        lines.add("What differs from the good default:");
        lines.add("");
        ObjectNode shown = ((ObjectNode) first.written()).deepCopy();
        shown.remove(List.of("title", "because", "about", "legs", "expect", "steps"));
        lines.add(shown.isEmpty() ? "    nothing" : indented(shown));
        if (first.written().has("steps")) {
            lines.add("");
            lines.add("Step by step:");
            lines.add("");
            lines.add(indented(first.written().path("steps")));
        }
        lines.add("");
        lines.add("What must come of it:");
        Set<String> reasons = new LinkedHashSet<>();
        for (Scenario scenario : legs) {
            lines.add("");
            lines.add("    " + scenario.leg().word());
            for (Step step : scenario.steps()) {
                if (step instanceof Step.Expect expect) {
                    lines.add("        " + Words.of(expect.expectation()));
                    if (expect.expectation() instanceof Expectation.Refused refused) {
                        reasons.add(refused.reason());
                    }
                }
            }
            scenario.pending().ifPresent(what -> lines.add("        pending: " + what));
        }
        for (Reason reason : Reason.values()) {
            if (reasons.contains(reason.id())) {
                lines.add("");
                lines.add(reason.id() + ": " + reason.meaning() + " (" + reason.clause() + ")");
                lines.add("    To repair it: " + reason.fix() + ".");
            }
        }
        lines.add("");
        lines.add("Run it: onboard scenario run " + first.name());
        lines.add("");
        return lines;
    }

    private static String indented(JsonNode content) throws IOException {
        return YAML.writeValueAsString(content).stripTrailing().indent(4).stripTrailing();
    }
}
