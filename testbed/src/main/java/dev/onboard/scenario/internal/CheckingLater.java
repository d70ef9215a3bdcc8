package dev.onboard.scenario.internal;

import dev.onboard.http.Rotations;
import dev.onboard.journal.Event;
import dev.onboard.journal.Journal;
import dev.onboard.journal.Outcome;
import dev.onboard.journal.Party;
import dev.onboard.journal.Stage;
import dev.onboard.scenario.Expectation;
import dev.onboard.scenario.Result.Check;
import dev.onboard.server.Node;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.UnaryOperator;

/**
 * Waits for what is expected of renewals, rotations and firmware updates, as {@link Checking} does for the rest. Used by one
 * thread.
 *
 * @param since the last event before the latest step
 * @param patience makes of the time that an expectation has the time that is waited
 */
record CheckingLater(ScenarioRun run, long since, UnaryOperator<Duration> patience) {
    /** The account writes down a moment later what the journal has told. */
    private static final Duration GRACE = Duration.ofSeconds(3);

    private static final Duration LOOK_AGAIN = Duration.ofMillis(50);
    private static final Duration ANSWER = Duration.ofSeconds(5);

    Check check(Expectation expectation, String said) {
        if (expectation instanceof Expectation.Renewed expected) {
            return renewed(expected, said);
        }
        if (expectation instanceof Expectation.Stragglers expected) {
            return stragglers(expected, said);
        }
        if (expectation instanceof Expectation.Firmware expected) {
            return firmware(expected, said);
        }
        throw new IllegalArgumentException("nothing on the wire shows " + expectation);
    }

    private Journal journal() {
        return run.bench().journal();
    }

    private Check renewed(Expectation.Renewed expected, String said) {
        Optional<String> endpoint = run.endpoint(expected.device());
        Optional<Event> end = journal()
                .await(
                        event -> event.id() > since
                                && event.stage() == Stage.RENEWED
                                && event.party() == Party.ACCOUNT
                                && event.endpoint().equals(endpoint),
                        patience.apply(expected.within()));
        return new Check(
                said,
                end.isPresent()
                        && end.get().outcome() == expected.outcome()
                        && end.get().detail().orElse("").contains(expected.detail()),
                end.map(Checking::summary).orElse("no renewal has ended"));
    }

    private Check stragglers(Expectation.Stragglers expected, String said) {
        List<String> wanted = expected.devices().stream()
                .map(device -> run.endpoint(device).orElse(""))
                .sorted()
                .toList();
        long deadline = System.nanoTime() + GRACE.toNanos();
        List<String> found;
        do {
            found = run.bench().upkeep().rotations().report(expected.of()).stragglers().stream()
                    .map(Rotations.Straggler::endpoint)
                    .sorted()
                    .toList();
        } while (!found.equals(wanted) && isTimeLeft(deadline));
        return new Check(
                said, found.equals(wanted), found.isEmpty() ? "nobody depends on it" : found + " depend on it");
    }

    /** Whether it is worth to look again; a moment has passed, or something has happened. */
    private boolean isTimeLeft(long deadline) {
        journal().flush();
        List<Event> timeline = run.bench().timeline();
        long seen = timeline.isEmpty() ? 0 : timeline.get(timeline.size() - 1).id();
        journal().await(event -> event.id() > seen, LOOK_AGAIN);
        return System.nanoTime() < deadline;
    }

    private Check firmware(Expectation.Firmware expected, String said) {
        Optional<String> endpoint = run.endpoint(expected.device());
        long deadline = System.nanoTime() + patience.apply(expected.within()).toNanos();
        Optional<Event> end = journal()
                .await(
                        event -> event.id() > since
                                && event.stage() == Stage.FIRMWARE
                                && event.party() == Party.DEVICE
                                && event.endpoint().equals(endpoint)
                                && ("installed".equals(event.facts().get("action")) || event.outcome() != Outcome.OK),
                        expected.within());
        if (end.isEmpty()) {
            return new Check(said, false, "the device has neither installed nor refused any firmware");
        }
        String runs = value(endpoint.orElse(""), "/3/0/3", deadline);
        String result = value(endpoint.orElse(""), run.updateResult(), deadline);
        boolean met = end.get().reason().equals(expected.reason())
                && runs.equals(expected.runs())
                && (expected.result().isEmpty()
                        || result.equals(Integer.toString(expected.result().getAsInt())));
        return new Check(said, met, Checking.summary(end.get()) + "; it runs " + runs + ", Update Result " + result);
    }

    /** What the device answers, as soon as it is registered. */
    private String value(String endpoint, String path, long deadline) {
        while (true) {
            try {
                Node node = run.bench()
                        .lwm2mServer()
                        .read(endpoint, path)
                        .toCompletableFuture()
                        .get(ANSWER.toMillis(), TimeUnit.MILLISECONDS);
                return node instanceof Node.Value value ? String.valueOf(value.value()) : node.toString();
            } catch (ExecutionException | TimeoutException e) {
                if (!isTimeLeft(deadline)) {
                    return "unknown (" + e.getMessage() + ")";
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return "unknown (interrupted)";
            }
        }
    }
}
