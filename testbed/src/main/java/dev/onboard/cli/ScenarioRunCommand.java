package dev.onboard.cli;

import dev.onboard.pki.CredentialFiles;
import dev.onboard.scenario.EarlierRun;
import dev.onboard.scenario.ForeignParties;
import dev.onboard.scenario.Report;
import dev.onboard.scenario.Result;
import dev.onboard.scenario.Scenario;
import dev.onboard.scenario.ScenarioRunner;
import dev.onboard.testbed.UsageException;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code onboard scenario run}: exit code 0 all as expected, 1 not, 2 invalid input. */
@Command(
        name = "run",
        mixinStandardHelpOptions = true,
        description =
                "Run scenarios, for real, and say what came otherwise than expected. Without a name: the whole catalogue.")
final class ScenarioRunCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Parameters(
            arity = "0..*",
            paramLabel = "PATH|ID|FILTER",
            description = "Scenario files and folders, rows, families, legs, or patterns with *.")
    private List<String> named = List.of();

    @Option(names = "--junit", paramLabel = "FILE", description = "Write JUnit XML, as Surefire does.")
    private @Nullable Path junit;

    @Option(names = "--html", paramLabel = "FILE", description = "Write one HTML file with everything in it.")
    private @Nullable Path html;

    @Option(
            names = "--json",
            arity = "0..1",
            fallbackValue = "-",
            paramLabel = "FILE",
            description = "Write the result as JSON; to standard output without FILE.")
    private @Nullable String json;

    @Option(
            names = "--baseline",
            paramLabel = "FILE",
            description = "Compare with an earlier run: any change of verdict, reason or alert makes the exit code 1.")
    private @Nullable Path baseline;

    @Option(
            names = "--save-baseline",
            paramLabel = "FILE",
            description = "Write how every scenario ended, for later runs to compare with.")
    private @Nullable Path saveBaseline;

    @Option(names = "--jobs", paramLabel = "N", description = "How many at a time. Default: four for each processor")
    private @Nullable Integer jobs;

    @Option(names = "--keep", description = "Keep each scenario's directory with its journal and certificates.")
    private boolean keep;

    @Option(
            names = "--seed",
            paramLabel = "N",
            description = "Of what happens by chance. Default: a new one, which is printed")
    private @Nullable Long seed;

    @Option(
            names = "--bootstrap-server",
            paramLabel = "coaps://HOST:PORT",
            description = "A bootstrap server of your own in the place of ours.")
    private @Nullable URI bootstrapServer;

    @Option(
            names = "--lwm2m-server",
            paramLabel = "coaps://HOST:PORT",
            description = "An LwM2M server of your own in the place of ours.")
    private @Nullable URI lwm2mServer;

    @Option(names = "--server-ca", paramLabel = "FILE", description = "The CA that devices trust at these servers.")
    private @Nullable Path serverCa;

    @Option(
            names = "--setup",
            paramLabel = "CMD",
            description =
                    "Brings the trust of these servers in line before each scenario; {endpoint}, {uri}, {service} (bootstrap or lwm2m) and {trust}, a"
                            + " folder of trusted certificates, are filled in.")
    private @Nullable String setup;

    @Option(
            names = "--device",
            paramLabel = "CMD",
            description =
                    "A device of your own in the place of ours; {endpoint}, {bundle}, its folder, and {uri} are filled in.")
    private @Nullable String device;

    private ForeignParties foreign() {
        boolean servers = bootstrapServer != null || lwm2mServer != null;
        if (device != null && servers) {
            throw new UsageException(
                    "--device and foreign servers together leave nobody of ours to see anything; give one of them");
        }
        if (servers && serverCa == null) {
            throw new UsageException(
                    "--bootstrap-server and --lwm2m-server need --server-ca, since devices trust nobody"
                            + " without it");
        }
        if (setup != null && !servers) {
            throw new UsageException(
                    "--setup is for servers of your own; give --bootstrap-server or --lwm2m-server too");
        }
        checkPlaceholders("--device", device, List.of("endpoint", "bundle", "uri"));
        checkPlaceholders("--setup", setup, List.of("endpoint", "uri", "service", "trust"));
        return new ForeignParties(
                coaps("--bootstrap-server", bootstrapServer),
                coaps("--lwm2m-server", lwm2mServer),
                readServerCa(),
                Optional.ofNullable(setup),
                Optional.ofNullable(device));
    }

    /** What looks like a placeholder is one; braces of the shell have a $ before them, or something else than a word within. */
    private static void checkPlaceholders(String option, @Nullable String command, List<String> known) {
        Matcher found = Pattern.compile("(?<!\\$)\\{([a-z_]+)}").matcher(command == null ? "" : command);
        while (found.find()) {
            if (!known.contains(found.group(1))) {
                throw new UsageException(option + ": nothing is filled in for {" + found.group(1) + "}; {"
                        + String.join("}, {", known) + "} are");
            }
        }
    }

    private static Optional<URI> coaps(String option, @Nullable URI uri) {
        if (uri == null) {
            return Optional.empty();
        }
        if (!"coaps".equals(uri.getScheme()) || uri.getHost() == null) {
            throw new UsageException(option + " " + uri + " is not the address of a server; give coaps://HOST:PORT");
        }
        return Optional.of(uri);
    }

    private Optional<X509Certificate> readServerCa() {
        if (serverCa == null) {
            return Optional.empty();
        }
        try {
            return Optional.of(CredentialFiles.readCertificates(serverCa).get(0));
        } catch (IOException e) {
            throw new UsageException("--server-ca: " + e.getMessage(), e);
        }
    }

    @Override
    public Integer call() throws InterruptedException {
        boolean toStandardOutput = "-".equals(json);
        Console console = Console.of(spec, toStandardOutput);
        List<Scenario> scenarios = ScenarioChoice.of(named);
        ForeignParties foreign = foreign();
        EarlierRun before = baseline == null ? new EarlierRun(java.util.Map.of()) : readBaseline(baseline);
        long chosenSeed = seed == null ? new SecureRandom().nextLong() >>> 16 : seed;
        int atOnce = jobs == null ? 4 * Runtime.getRuntime().availableProcessors() : jobs;
        if (atOnce < 1) {
            throw new UsageException("--jobs " + atOnce + " runs nothing; give 1 or more");
        }
        checkThatReportsCanBeWritten();
        Instant started = Instant.now();
        long begun = System.nanoTime();
        Path directory = directory();
        List<Result> results;
        try {
            console.note("running " + scenarios.size() + " scenarios, " + atOnce + " at a time, seed " + chosenSeed);
            AtomicInteger done = new AtomicInteger();
            int step = Math.max(1, scenarios.size() / 10);
            results = new ScenarioRunner(atOnce, chosenSeed, directory, keep, foreign).run(scenarios, result -> {
                int number = done.incrementAndGet();
                if (result.status() == Result.Status.DIFFERENT) {
                    console.note("different: " + result.scenario().id());
                }
                if (number % step == 0 || number == scenarios.size()) {
                    console.note(number + " of " + scenarios.size());
                }
            });
        } catch (IOException e) {
            throw new UsageException("the scenarios cannot be run: " + e.getMessage(), e);
        } finally {
            if (!keep) {
                delete(directory);
            }
        }
        EarlierRun now = EarlierRun.of(results);
        Report report = new Report(results, before.changes(now), started, Duration.ofNanos(System.nanoTime() - begun));
        ScenarioText.lines(report).forEach(console::say);
        if (keep) {
            console.say("kept: " + directory);
        }
        write(report, now);
        console.document(toStandardOutput ? report.json() : Console.json().createObjectNode());
        return report.isGood() ? 0 : 1;
    }

    /** Before a run of minutes, not after it. */
    private void checkThatReportsCanBeWritten() {
        checkThatItCanBeWritten("--junit", junit);
        checkThatItCanBeWritten("--html", html);
        checkThatItCanBeWritten("--json", json == null || json.equals("-") ? null : Path.of(json));
        checkThatItCanBeWritten("--save-baseline", saveBaseline);
    }

    private static void checkThatItCanBeWritten(String option, @Nullable Path file) {
        if (file == null) {
            return;
        }
        Path folder = file.toAbsolutePath().getParent();
        if (Files.isDirectory(file) || folder == null) {
            throw new UsageException(option + " " + file + " is a folder; give the name of a file");
        }
        if (!Files.isDirectory(folder) || !Files.isWritable(folder)) {
            throw new UsageException(option + " " + file + " cannot be written: "
                    + (Files.isDirectory(folder) ? folder + " is not writable" : "there is no folder " + folder));
        }
    }

    private static EarlierRun readBaseline(Path file) {
        try {
            return EarlierRun.read(file);
        } catch (IOException e) {
            throw new UsageException(
                    "--baseline: "
                            + (e instanceof NoSuchFileException
                                    ? "there is no file " + file + "; --save-baseline writes one"
                                    : e.getMessage() == null || !e.getMessage().contains(file.toString())
                                            ? file + " cannot be read: " + e
                                            : e.getMessage()),
                    e);
        }
    }

    private void write(Report report, EarlierRun now) {
        try {
            if (junit != null) {
                report.writeJUnit(junit);
            }
            if (html != null) {
                report.writeHtml(html);
            }
            if (json != null && !json.equals("-")) {
                report.writeJson(Path.of(json));
            }
            if (saveBaseline != null) {
                now.write(saveBaseline);
            }
        } catch (IOException e) {
            throw new UsageException("a report cannot be written: " + e.getMessage(), e);
        }
    }

    private static Path directory() {
        try {
            return Files.createTempDirectory("onboard-scenarios-");
        } catch (IOException e) {
            throw new UsageException("no directory can be made for the scenarios: " + e.getMessage(), e);
        }
    }

    private static void delete(Path directory) {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            throw new UsageException("the directory " + directory + " cannot be removed: " + e.getMessage(), e);
        }
    }
}
