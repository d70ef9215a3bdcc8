package dev.onboard.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.onboard.scenario.Catalogue;
import dev.onboard.scenario.Scenario;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code onboard scenario list}. */
@Command(name = "list", mixinStandardHelpOptions = true, description = "List the shipped scenarios.")
final class ScenarioListCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Parameters(
            arity = "0..*",
            paramLabel = "FILTER",
            description = "A row (VAL-02), a family (VAL), a leg (@bootstrap-server), or a pattern with *.")
    private List<String> filters = List.of();

    @Option(names = "--json", description = "Print one JSON document.")
    private boolean json;

    @Override
    public Integer call() {
        Console console = Console.of(spec, json);
        List<Scenario> scenarios = ScenarioChoice.ofCatalogue(filters);
        ObjectNode document = Console.json().createObjectNode();
        ArrayNode all = document.putArray("scenarios");
        int width = scenarios.stream().mapToInt(one -> one.id().length()).max().orElse(0);
        for (Scenario scenario : scenarios) {
            ObjectNode one = all.addObject();
            one.put("id", scenario.id())
                    .put("family", scenario.family())
                    .put("leg", scenario.leg().word())
                    .put("title", scenario.title())
                    .put("because", scenario.because());
            scenario.pending().ifPresent(what -> one.put("pending", what));
            if (!json) {
                console.say(String.format("%-" + width + "s  %s", scenario.id(), scenario.title())
                        + scenario.pending()
                                .map(what -> " (pending: " + what + ")")
                                .orElse(""));
            }
        }
        if (!json) {
            console.say("");
            console.say(scenarios.size() + " scenarios of " + Catalogue.FAMILIES.size() + " families");
        }
        console.document(document);
        return 0;
    }
}
