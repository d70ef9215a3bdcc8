package dev.onboard.cli;

import dev.onboard.explain.EventExplanation;
import dev.onboard.journal.Event;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code onboard explain device}: the last refusal of a device, from the journal. */
@Command(
        name = "device",
        mixinStandardHelpOptions = true,
        description = "The last refusal of a device: who refused, why, and what to do. Exit code 0 when there is none.")
final class ExplainDeviceCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "EP", description = "Endpoint name")
    private String endpoint;

    @Option(
            names = "--work-dir",
            paramLabel = "DIR",
            description = "A testbed's directory, running or not. Default: the newest running testbed's")
    private @Nullable Path workDirectory;

    @Option(names = "--json", description = "Print it as one JSON document.")
    private boolean json;

    @Override
    public Integer call() {
        Console console = Console.of(spec, json);
        Explained explained = Explained.of(workDirectory);
        List<Event> device = explained.ofDevice(endpoint);
        Optional<EventExplanation> last = EventExplanation.ofLast(device, explained.refusals());
        if (last.isEmpty()) {
            return ExplainEventCommand.tell(
                    console, EventExplanation.of(device.get(device.size() - 1), explained.refusals()));
        }
        return ExplainEventCommand.tell(console, last.get());
    }
}
