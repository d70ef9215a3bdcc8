package dev.onboard.testbed;

import com.fasterxml.jackson.databind.JsonNode;
import dev.onboard.http.DeviceOperations.Observation;
import dev.onboard.http.Following;
import dev.onboard.http.OperationException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * An observation that a server in another process carries out. When it ends there, because the server does, it is begun anew
 * where the device is then, with the present value; until it is closed. Thread-safe.
 */
final class ObservationElsewhere implements Observation {
    private static final Duration SOON = Duration.ofSeconds(1);
    private static final Duration LATEST = Duration.ofSeconds(30);

    private final Beginning beginning;
    private final Consumer<JsonNode> values;
    private final Function<Throwable, OperationException> refusal;
    private final Executor threads;
    private final CompletableFuture<Observation> begun = new CompletableFuture<>();
    private Duration wait = SOON;
    private @Nullable Following following;
    private boolean closed;

    /** Has the server that has the device's session begin; it is told of each document. */
    @FunctionalInterface
    interface Beginning {
        /** @throws OperationException when none has it */
        Following with(Consumer<JsonNode> documents);
    }

    /** @param refusal what is told when it does not begin, for what ended it */
    ObservationElsewhere(
            Beginning beginning,
            Consumer<JsonNode> values,
            Function<Throwable, OperationException> refusal,
            Executor threads) {
        this.beginning = beginning;
        this.values = values;
        this.refusal = refusal;
        this.threads = threads;
    }

    /** Completes with the first value, or fails when there is none; what comes later is another server's matter. */
    CompletionStage<Observation> begin() {
        ask();
        return begun;
    }

    private void ask() {
        Following asked;
        try {
            asked = beginning.with(document -> {
                synchronized (this) {
                    wait = SOON;
                }
                values.accept(document.path("value"));
                begun.complete(this);
            });
        } catch (OperationException e) {
            ended(e);
            return;
        }
        boolean late;
        synchronized (this) {
            following = asked;
            late = closed;
        }
        if (late) {
            asked.close();
        }
        asked.ended()
                .whenComplete((nothing, failure) ->
                        ended(failure == null ? new IllegalStateException("the server ended it") : failure));
    }

    private void ended(Throwable failure) {
        begun.completeExceptionally(failure instanceof OperationException told ? told : refusal.apply(failure));
        Duration next;
        synchronized (this) {
            if (closed || begun.isCompletedExceptionally()) {
                return;
            }
            next = wait;
            wait = wait.multipliedBy(2).compareTo(LATEST) < 0 ? wait.multipliedBy(2) : LATEST;
        }
        CompletableFuture.delayedExecutor(next.toMillis(), TimeUnit.MILLISECONDS, threads)
                .execute(this::ask);
    }

    @Override
    public void close() {
        Following last;
        synchronized (this) {
            closed = true;
            last = following;
        }
        if (last != null) {
            last.close();
        }
    }
}
