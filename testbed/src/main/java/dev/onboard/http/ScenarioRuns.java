package dev.onboard.http;

import dev.onboard.scenario.EarlierRun;
import dev.onboard.scenario.Report;
import dev.onboard.scenario.Result;
import dev.onboard.scenario.Scenario;
import dev.onboard.scenario.ScenarioRunner;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs of scenarios that were asked for at this port, one after the other; the last {@value #MOST_KEPT} are kept in memory. All
 * parties are ours: a run from here starts no command. Thread-safe.
 */
final class ScenarioRuns implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ScenarioRuns.class);
    private static final int MOST_KEPT = 20;

    private final InstantSource clock;
    private final ExecutorService runner = Executors.newSingleThreadExecutor(task -> {
        Thread thread = new Thread(task, "onboard-scenario-runs");
        thread.setDaemon(true);
        return thread;
    });
    private final Map<String, Run> runs = new LinkedHashMap<>();
    private int number;

    ScenarioRuns(InstantSource clock) {
        this.clock = clock;
    }

    /** How far a run is. */
    enum State {
        WAITING,
        RUNNING,
        DONE,
        CANCELLED,
        FAILED;

        String word() {
            return name().toLowerCase(java.util.Locale.ROOT);
        }
    }

    /** One run. Thread-safe. */
    static final class Run {
        private final String id;
        private final List<Scenario> scenarios;
        private final long seed;
        private final Instant askedAt;
        private final Map<String, Result> results = new LinkedHashMap<>();
        private final List<Consumer<Run>> watchers = new CopyOnWriteArrayList<>();
        private State state = State.WAITING;
        private @Nullable Instant startedAt;
        private @Nullable Instant endedAt;
        private @Nullable Thread thread;
        private String problem = "";

        Run(String id, List<Scenario> scenarios, long seed, Instant askedAt) {
            this.id = id;
            this.scenarios = scenarios;
            this.seed = seed;
            this.askedAt = askedAt;
        }

        String id() {
            return id;
        }

        List<Scenario> scenarios() {
            return scenarios;
        }

        long seed() {
            return seed;
        }

        Instant askedAt() {
            return askedAt;
        }

        synchronized State state() {
            return state;
        }

        synchronized String problem() {
            return problem;
        }

        synchronized List<Result> results() {
            return List.copyOf(results.values());
        }

        synchronized Optional<Result> result(String scenario) {
            return Optional.ofNullable(results.get(scenario));
        }

        synchronized Duration took(Instant now) {
            Instant from = startedAt;
            Instant to = endedAt == null ? now : endedAt;
            return from == null ? Duration.ZERO : Duration.between(from, to);
        }

        /** What came so far, as a report. */
        Report report(Optional<Run> baseline, Instant now) {
            List<Result> inOrder = scenarios.stream()
                    .flatMap(scenario -> result(scenario.id()).stream())
                    .toList();
            List<EarlierRun.Change> changes = baseline.map(
                            before -> EarlierRun.of(before.results()).changes(EarlierRun.of(inOrder)))
                    .orElseGet(List::of);
            return new Report(inOrder, changes, askedAt, took(now));
        }

        /** Calls back after each result and at the end; must not block. */
        Runnable watch(Consumer<Run> watcher) {
            watchers.add(watcher);
            return () -> watchers.remove(watcher);
        }

        private void changed() {
            watchers.forEach(watcher -> watcher.accept(this));
        }

        private void came(Result result) {
            synchronized (this) {
                results.put(result.scenario().id(), result);
            }
            changed();
        }

        /** Whether it begins now; it does not when it was cancelled before. */
        private synchronized boolean begins(Instant now) {
            if (state != State.WAITING) {
                return false;
            }
            state = State.RUNNING;
            startedAt = now;
            thread = Thread.currentThread();
            return true;
        }

        private void ends(State how, String why, Instant now) {
            synchronized (this) {
                state = how;
                problem = why;
                endedAt = now;
                thread = null;
            }
            changed();
        }

        /** Ends it; what came so far stays. */
        void cancel() {
            boolean waited;
            synchronized (this) {
                waited = state == State.WAITING;
                if (waited) {
                    state = State.CANCELLED;
                } else if (thread != null) {
                    thread.interrupt();
                }
            }
            if (waited) {
                changed();
            }
        }
    }

    /** Begins a run when those before it have ended. */
    synchronized Run begin(List<Scenario> scenarios, long seed) {
        Run run = new Run(Integer.toString(++number), scenarios, seed, clock.instant());
        runs.put(run.id(), run);
        if (runs.size() > MOST_KEPT) {
            runs.values().stream()
                    .filter(old -> old.state() != State.RUNNING && old.state() != State.WAITING)
                    .findFirst()
                    .ifPresent(oldest -> runs.remove(oldest.id()));
        }
        runner.execute(() -> run(run));
        return run;
    }

    synchronized Optional<Run> get(String id) {
        return Optional.ofNullable(runs.get(id));
    }

    /** The newest first. */
    synchronized List<Run> all() {
        List<Run> all = new ArrayList<>(runs.values());
        java.util.Collections.reverse(all);
        return all;
    }

    private void run(Run run) {
        if (!run.begins(clock.instant())) {
            return;
        }
        Path directory = null;
        try {
            directory = Files.createTempDirectory("onboard-scenarios-");
            int jobs = 2 * Runtime.getRuntime().availableProcessors();
            new ScenarioRunner(jobs, run.seed(), directory, false).run(run.scenarios(), run::came);
            run.ends(State.DONE, "", clock.instant());
        } catch (InterruptedException e) {
            // asked for by cancel: the thread goes on with the next run
            run.ends(State.CANCELLED, "cancelled", clock.instant());
        } catch (IOException | RuntimeException e) {
            LOG.error("run {} of scenarios failed", run.id(), e);
            run.ends(State.FAILED, "the scenarios could not be run: " + e.getMessage(), clock.instant());
        } finally {
            delete(directory);
        }
    }

    private static void delete(@Nullable Path directory) {
        if (directory == null) {
            return;
        }
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        } catch (IOException | java.io.UncheckedIOException e) {
            LOG.warn("the directory {} of a run is left behind: {}", directory, e.getMessage());
        }
    }

    /** Ends what runs. */
    @Override
    public void close() {
        all().forEach(Run::cancel);
        runner.shutdownNow();
    }
}
