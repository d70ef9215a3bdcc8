package dev.onboard.http;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A stream of events that is followed without a thread, until it ends or is closed. Thread-safe. */
public final class Following implements AutoCloseable {
    private final CompletableFuture<Void> ended = new CompletableFuture<>();
    private final Lines lines;

    Following(Consumer<String> line) {
        this.lines = new Lines(line);
    }

    /** Completes when the testbed ended the stream; fails with a {@link ManagementException} when it was refused or broke off. */
    public CompletionStage<Void> ended() {
        return ended.minimalCompletionStage();
    }

    Flow.Subscriber<String> lines() {
        return lines;
    }

    void ended(@Nullable Throwable failure) {
        if (failure == null) {
            ended.complete(null);
        } else {
            ended.completeExceptionally(failure);
        }
    }

    /** Ends it; nothing is told afterwards. */
    @Override
    public void close() {
        lines.cancel();
    }

    private final class Lines implements Flow.Subscriber<String> {
        private final Consumer<String> line;
        private Flow.@Nullable Subscription subscription;
        private boolean cancelled;

        Lines(Consumer<String> line) {
            this.line = line;
        }

        synchronized void cancel() {
            cancelled = true;
            if (subscription != null) {
                subscription.cancel();
            }
        }

        @Override
        public synchronized void onSubscribe(Flow.Subscription given) {
            subscription = given;
            if (cancelled) {
                given.cancel();
            } else {
                given.request(Long.MAX_VALUE);
            }
        }

        @Override
        public void onNext(String next) {
            try {
                line.accept(next);
            } catch (ManagementException e) {
                ended.completeExceptionally(e);
                cancel();
            }
        }

        @Override
        public void onError(Throwable failure) {
            // told by whoever sent the request
        }

        @Override
        public void onComplete() {
            // told by whoever sent the request
        }
    }
}
