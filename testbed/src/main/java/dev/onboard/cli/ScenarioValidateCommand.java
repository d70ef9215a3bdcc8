package dev.onboard.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.onboard.scenario.Fault;
import dev.onboard.scenario.InvalidScenarioException;
import dev.onboard.scenario.ScenarioFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code onboard scenario validate}: exit code 2 when anything is wrong. */
@Command(
        name = "validate",
        mixinStandardHelpOptions = true,
        description = "Check scenario files and list everything that is wrong with them; run nothing.")
final class ScenarioValidateCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Parameters(arity = "1..*", paramLabel = "PATH", description = "Files, or folders of files.")
    private List<Path> paths = List.of();

    @Option(names = "--json", description = "Print one JSON document.")
    private boolean json;

    @Override
    public Integer call() {
        Console console = Console.of(spec, json);
        List<Fault> faults = new ArrayList<>();
        int scenarios = 0;
        for (Path path : paths) {
            try {
                scenarios += ScenarioFiles.read(path).size();
            } catch (InvalidScenarioException e) {
                faults.addAll(e.faults());
            } catch (IOException e) {
                throw ScenarioChoice.unreadable(path.toString(), e);
            }
        }
        ObjectNode document = Console.json().createObjectNode();
        document.put("valid", faults.isEmpty());
        document.put("scenarios", scenarios);
        ArrayNode all = document.putArray("faults");
        for (Fault fault : faults) {
            all.addObject()
                    .put("file", fault.file())
                    .put("line", fault.line())
                    .put("path", fault.path())
                    .put("message", fault.message());
        }
        faults.forEach(fault -> console.say(fault.toString()));
        console.say(
                faults.isEmpty()
                        ? scenarios + " scenarios, nothing wrong with them"
                        : faults.size() + (faults.size() == 1 ? " fault" : " faults"));
        console.document(document);
        return faults.isEmpty() ? 0 : 2;
    }
}
