package dev.onboard.scenario;

import dev.onboard.dtls.DtlsThreads;
import dev.onboard.scenario.internal.Execution;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/**
 * Carries scenarios out, several at a time, each on a workbench of its own. Verdicts do not depend on how many run at
 * once, nor on how fast. Immutable and thread-safe.
 *
 * @param jobs how many at a time, at least 1
 * @param seed of what happens by chance: faults of the network
 * @param directory takes a directory for each scenario; it exists
 * @param keep whether these directories stay when the run is over
 * @param foreign who is not ours
 */
public record ScenarioRunner(int jobs, long seed, Path directory, boolean keep, ForeignParties foreign) {
    /** With parties of ours alone. */
    public ScenarioRunner(int jobs, long seed, Path directory, boolean keep) {
        this(jobs, seed, directory, keep, ForeignParties.NONE);
    }

    public ScenarioRunner {
        if (jobs < 1) {
            throw new IllegalArgumentException(jobs + " scenarios at a time carry nothing out; give at least 1");
        }
    }

    /**
     * Runs all of them.
     *
     * @param progress told each result as it comes, on any thread; must not block
     * @return in the order of the scenarios
     * @throws IOException when no threads or no directory can be had
     */
    public List<Result> run(List<Scenario> scenarios, Consumer<Result> progress)
            throws IOException, InterruptedException {
        AtomicInteger number = new AtomicInteger();
        ExecutorService workers = Executors.newFixedThreadPool(jobs, task -> {
            Thread thread = new Thread(task, "onboard-scenario-" + number.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        });
        try (DtlsThreads threads = DtlsThreads.start("scenarios")) {
            SecureRandom random = new SecureRandom();
            List<Future<Result>> futures = new ArrayList<>();
            for (Scenario scenario : scenarios) {
                Execution execution = new Execution(scenario, directory, threads, random, seed, keep, foreign);
                futures.add(workers.submit(() -> {
                    Result result = execution.run();
                    progress.accept(result);
                    return result;
                }));
            }
            List<Result> results = new ArrayList<>();
            for (Future<Result> future : futures) {
                results.add(future.get());
            }
            return results;
        } catch (ExecutionException e) {
            throw new IllegalStateException("a scenario could not be run", e.getCause());
        } finally {
            workers.shutdownNow();
        }
    }
}
