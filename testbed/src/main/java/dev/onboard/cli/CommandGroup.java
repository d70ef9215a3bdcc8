package dev.onboard.cli;

import java.util.stream.Collectors;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** A command that is nothing without one of its subcommands, and says which there are. */
abstract class CommandGroup implements Runnable {
    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(
                spec.commandLine(),
                "which? "
                        + spec.subcommands().keySet().stream()
                                .map(name -> "'" + spec.name() + " " + name + "'")
                                .collect(Collectors.joining(", ")));
    }
}
