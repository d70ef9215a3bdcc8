package dev.onboard.bench;

import dev.onboard.pki.CryptoProvider;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code onboard bench}: what things cost on this machine. Exit codes: 0 measured, 1 could not be measured, 2 wrong usage. */
@Command(
        name = "onboard bench",
        mixinStandardHelpOptions = true,
        description = "Measure what things cost on this machine. Let it do nothing else meanwhile.",
        subcommands = {
            OnboardingBench.class,
            FleetBench.class,
            HandshakeBench.class,
            JmhBench.VerdictCommand.class,
            JmhBench.IssueCommand.class,
            DirectoryBench.class
        })
final class Bench implements Runnable {
    @Spec
    private CommandSpec spec;

    @Option(
            names = "--crypto-provider",
            paramLabel = "auto|corretto|jdk",
            scope = CommandLine.ScopeType.INHERIT,
            description = "Who computes Onboard's elliptic curves. Default: auto")
    private void cryptoProvider(String word) {
        try {
            System.setProperty(
                    CryptoProvider.PROPERTY,
                    CryptoProvider.Choice.parse(word).name().toLowerCase(java.util.Locale.ROOT));
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), "--crypto-provider: " + e.getMessage(), e);
        }
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "say what to measure");
    }

    public static void main(String[] arguments) {
        CommandLine line = new CommandLine(new Bench());
        line.setExecutionExceptionHandler((failure, command, parsed) -> {
            if (failure instanceof BenchException) {
                command.getErr().println("onboard bench: " + failure.getMessage());
                return 1;
            }
            throw failure;
        });
        System.exit(line.execute(arguments));
    }
}
