package dev.onboard.bench;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.VerboseMode;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The inner pieces, by JMH: each benchmark in processes of its own. */
final class JmhBench {
    private JmhBench() {}

    /** {@code onboard bench verdict}. */
    @Command(
            name = "verdict",
            mixinStandardHelpOptions = true,
            description = "The evaluation of a chain, and the signature checks in it alone.")
    static final class VerdictCommand implements java.util.concurrent.Callable<Integer> {
        @Option(names = "--provider", description = "jdk, bouncycastle or corretto. Default: each in turn")
        private @Nullable String provider;

        @Override
        public Integer call() throws RunnerException {
            return run(VerdictBenchmark.class, provider);
        }
    }

    /** {@code onboard bench issue}. */
    @Command(
            name = "issue",
            mixinStandardHelpOptions = true,
            description =
                    "An LwM2M certificate from the account, signed and stored; by one who waits for it, and by sixteen at a time.")
    static final class IssueCommand implements java.util.concurrent.Callable<Integer> {
        @Override
        public Integer call() throws RunnerException {
            return run(IssueBenchmark.class, null);
        }
    }

    private static int run(Class<?> benchmark, @Nullable String provider) throws RunnerException {
        ChainedOptionsBuilder options = new OptionsBuilder()
                .include(benchmark.getName().replace(".", "\\."))
                .verbosity(VerboseMode.SILENT);
        if (provider != null) {
            options.param("provider", provider);
        }
        Collection<RunResult> results = new Runner(options.build()).run();
        List<String> lines = new ArrayList<>();
        lines.add(Machine.sentence());
        lines.add("");
        for (RunResult result : results) {
            lines.add(String.format(
                    Locale.ROOT,
                    "%-28s %-24s %10.1f ± %.1f %s",
                    result.getPrimaryResult().getLabel(),
                    result.getParams().getParamsKeys().stream()
                            .map(key -> result.getParams().getParam(key))
                            .toList(),
                    result.getPrimaryResult().getScore(),
                    result.getPrimaryResult().getScoreError(),
                    result.getPrimaryResult().getScoreUnit()));
        }
        lines.forEach(System.out::println);
        return results.isEmpty() ? 1 : 0;
    }
}
