package dev.onboard.cli;

import dev.onboard.explain.EventExplanation;
import dev.onboard.journal.Outcome;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code onboard explain event}: one event of a journal, with what the other side said of it. */
@Command(
        name = "event",
        mixinStandardHelpOptions = true,
        description = "One event of a testbed's journal: who refused, why, and what to do.")
final class ExplainEventCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "ID", description = "The event's number, its 'id' in events.jsonl")
    private long id;

    @Option(
            names = "--work-dir",
            paramLabel = "DIR",
            description = "A testbed's directory, running or not. Default: the newest running testbed's")
    private @Nullable Path workDirectory;

    @Option(names = "--json", description = "Print it as one JSON document.")
    private boolean json;

    @Override
    public Integer call() {
        Explained explained = Explained.of(workDirectory);
        return tell(Console.of(spec, json), EventExplanation.of(explained.event(id), explained.refusals()));
    }

    static int tell(Console console, EventExplanation explanation) {
        if (!console.isJson()) {
            Explained.text(explanation).forEach(console::say);
        }
        console.document(explanation.document());
        return explanation.decisive().outcome() == Outcome.OK ? 0 : 1;
    }
}
