package dev.onboard.cli;

import dev.onboard.http.ManagementException;
import dev.onboard.pki.CryptoProvider;
import dev.onboard.testbed.Testbed;
import dev.onboard.testbed.UsageException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/**
 * {@code onboard}. Exit codes: 0 done, 1 the run failed, 2 the command or something it names cannot be used as given.
 */
@Command(
        name = "onboard",
        mixinStandardHelpOptions = true,
        versionProvider = Onboard.Version.class,
        description = "A certificate-onboarding testbed for LwM2M.")
public final class Onboard implements Runnable {
    private static final List<Class<?>> COMMANDS = List.of(
            DemoCommand.class,
            UpCommand.class,
            BootstrapServerCommand.class,
            Lwm2mServerCommand.class,
            ApiCommand.class,
            RouterCommand.class,
            FactoryCommand.class,
            DeviceCommand.class,
            TrustCommand.class,
            CertificateCommand.class,
            DeveloperCertificateCommand.class,
            EnrollmentCommand.class,
            EventCommand.class,
            ApiKeyCommand.class,
            IssuerCommand.class,
            UpdateCommand.class,
            RotateCommand.class,
            ExplainCommand.class,
            ScenarioCommand.class);

    private static final Set<String> VERSION = Set.of("--version", "-V");

    /** These start a testbed. */
    private static final Set<String> TESTBEDS = Set.of("demo", "up");

    @Spec
    private CommandSpec spec;

    @Option(
            names = "--crypto-provider",
            paramLabel = "auto|corretto|jdk",
            scope = ScopeType.INHERIT,
            description =
                    "Who computes on elliptic curves: Corretto's native code, Java's own, or the fastest that is there"
                            + " (auto, the default). 'onboard --version' says which it is.")
    private void cryptoProvider(String word) {
        try {
            System.setProperty(
                    CryptoProvider.PROPERTY,
                    CryptoProvider.Choice.parse(word).name().toLowerCase(Locale.ROOT));
            CryptoProvider.install();
        } catch (IllegalArgumentException | IllegalStateException e) {
            throw new ParameterException(spec.commandLine(), "--crypto-provider: " + e.getMessage(), e);
        }
    }

    /** Runs a command line and ends the process with its exit code. */
    public static void main(String[] arguments) {
        PrintWriter out = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
        PrintWriter err = new PrintWriter(System.err, true, StandardCharsets.UTF_8);
        if (arguments.length == 1 && VERSION.contains(arguments[0])) {
            out.println(Version.text()); // what the command line would print, without having it made
            return;
        }
        if (arguments.length > 0 && TESTBEDS.contains(arguments[0])) {
            Testbed.prepare();
        }
        int code = run(out, err, arguments);
        out.flush();
        err.flush();
        System.exit(code);
    }

    /** Runs a command line; what it prints goes to these writers. Returns the exit code. */
    static int run(PrintWriter out, PrintWriter err, String... arguments) {
        return line(arguments)
                .setAllowSubcommandsAsOptionParameters(true)
                .setOut(out)
                .setErr(err)
                .setExecutionExceptionHandler(Onboard::explain)
                .setParameterExceptionHandler(Onboard::explainUsage)
                .execute(arguments);
    }

    /**
     * The command line for these arguments. It knows the commands that they name, and all commands when they name none:
     * each command costs some milliseconds at every start.
     */
    static CommandLine line(String... arguments) {
        CommandLine line = new CommandLine(new Onboard());
        Set<String> words = Set.copyOf(Arrays.asList(arguments));
        if (VERSION.containsAll(words) && !words.isEmpty()) {
            return line;
        }
        List<Class<?>> named = COMMANDS.stream()
                .filter(command ->
                        words.contains(command.getAnnotation(Command.class).name()))
                .toList();
        (named.isEmpty() ? COMMANDS : named).forEach(line::addSubcommand);
        return line;
    }

    private static int explain(Exception problem, CommandLine command, CommandLine.ParseResult parsed)
            throws Exception {
        if (problem instanceof UsageException) {
            command.getErr().println("onboard: " + problem.getMessage());
            return 2;
        }
        if (problem instanceof ManagementException refused) {
            command.getErr().println("onboard: " + refused.getMessage());
            return refused.status() >= 400 && refused.status() < 500 ? 2 : 1;
        }
        throw problem;
    }

    private static int explainUsage(ParameterException problem, String[] arguments) {
        CommandLine command = problem.getCommandLine();
        command.getErr()
                .println("onboard: " + String.valueOf(problem.getMessage()).replaceAll("ak_[0-9a-f]{8,}", "ak_…"));
        command.getErr().println("Try '" + command.getCommandSpec().qualifiedName() + " --help' for what it takes.");
        return 2;
    }

    @Override
    public void run() {
        throw new ParameterException(
                spec.commandLine(),
                "which command? One of " + String.join(", ", spec.subcommands().keySet()));
    }

    /** The version, from the jar's manifest. */
    static final class Version implements IVersionProvider {
        @Override
        public String[] getVersion() {
            return new String[] {text()};
        }

        static String text() {
            String version = Onboard.class.getPackage().getImplementationVersion();
            return "onboard " + (version == null ? "(not packaged)" : version) + ", Java "
                    + System.getProperty("java.version") + ", elliptic curves by " + CryptoProvider.inUse();
        }
    }
}
