package dev.onboard.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.onboard.scenario.Scenario;
import dev.onboard.scenario.internal.ScenarioPage;
import java.util.List;
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
    @Spec
    private CommandSpec spec;

    @Parameters(arity = "1..*", paramLabel = "ID", description = "A row, a scenario, or a file of your own.")
    private List<String> named = List.of();

    @Option(names = "--json", description = "Print one JSON document.")
    private boolean json;

    @Override
    public Integer call() {
        Console console = Console.of(spec, json);
        List<Scenario> scenarios = ScenarioChoice.of(named);
        ObjectNode document = Console.json().createObjectNode();
        ArrayNode all = document.putArray("scenarios");
        scenarios.forEach(scenario -> all.addObject().put("id", scenario.id()).set("scenario", scenario.written()));
        if (!json) {
            ScenarioPage.of(scenarios).forEach(page -> page.forEach(console::say));
        }
        console.document(document);
        return 0;
    }
}
