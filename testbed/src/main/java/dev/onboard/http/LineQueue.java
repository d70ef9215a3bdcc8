package dev.onboard.http;

import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import java.util.concurrent.LinkedBlockingQueue;

/** The lines of an answer for a thread that waits for each; so many are asked for as it takes. Thread-safe. */
final class LineQueue implements Flow.Subscriber<String> {
    private static final int AHEAD = 256;

    /** The empty one is the end. */
    private final BlockingQueue<Optional<String>> lines = new LinkedBlockingQueue<>();

    private final CompletableFuture<Flow.Subscription> subscription = new CompletableFuture<>();

    /** The next line; empty at the end. */
    Optional<String> take() throws InterruptedException {
        Optional<String> line = lines.take();
        if (line.isPresent()) {
            subscription.join().request(1);
        }
        return line;
    }

    /** No more lines are asked for. */
    void leave() {
        subscription.thenAccept(Flow.Subscription::cancel);
    }

    /** There is nothing after what came. */
    void end() {
        lines.add(Optional.empty());
    }

    @Override
    public void onSubscribe(Flow.Subscription given) {
        subscription.complete(given);
        given.request(AHEAD);
    }

    @Override
    public void onNext(String line) {
        lines.add(Optional.of(line));
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
