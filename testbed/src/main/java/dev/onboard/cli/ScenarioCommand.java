package dev.onboard.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code onboard scenario}. */
@Command(
        name = "scenario",
        mixinStandardHelpOptions = true,
        description = "Certificate configurations as data: list, read, check and run them.",
        subcommands = {
            ScenarioListCommand.class,
            ScenarioShowCommand.class,
            ScenarioValidateCommand.class,
            ScenarioNewCommand.class,
            ScenarioRunCommand.class
        })
final class ScenarioCommand implements Runnable {
    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "which one? One of list, show, validate, new, run");
    }
}
