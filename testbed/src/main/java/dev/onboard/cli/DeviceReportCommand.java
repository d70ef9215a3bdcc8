package dev.onboard.cli;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code onboard device report}: what came of a fleet that ran in shards. */
@Command(
        name = "report",
        mixinStandardHelpOptions = true,
        description =
                "Merge the reports of 'device run --shard I/N --report FILE'. Exit code 1 when a device did not get"
                        + " there or a shard is missing.")
final class DeviceReportCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "FILE", arity = "1..*", description = "The report of each shard")
    private List<Path> files;

    @Option(names = "--json", description = "Print it as one JSON document.")
    private boolean json;

    @Override
    public Integer call() {
        Console console = Console.of(spec, json);
        MergedReport merged = new MergedReport();
        for (Path file : files) {
            merged.add(file, FleetReport.read(file));
        }
        if (!json) {
            merged.lines().forEach(console::say);
        }
        console.document(merged.document());
        return merged.isWhole() ? 0 : 1;
    }
}
