package dev.onboard.scenario.internal;

import dev.onboard.journal.Journal;
import dev.onboard.server.LwM2mServer;
import dev.onboard.server.OperationException;
import dev.onboard.server.ServerEvent;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Waits for what a device was asked to do. */
final class Asked {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private Asked() {}

    /**
     * Returns when it is done, or was refused as it must be.
     *
     * @param what was asked, for people
     * @param answer the response code of a refusal that must come; empty: success
     * @throws IOException with a sentence, when something else comes of it
     */
    static void await(String what, CompletionStage<?> done, String answer) throws IOException {
        try {
            done.toCompletableFuture().get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
            if (!answer.isEmpty()) {
                throw new IOException(what + ": done, where the device was to answer " + answer);
            }
        } catch (ExecutionException e) {
            if (!answer.isEmpty()
                    && e.getCause() instanceof OperationException refused
                    && refused.code().equals(Optional.of(answer))) {
                return;
            }
            throw new IOException(what + ": " + rootMessage(e), e);
        } catch (TimeoutException e) {
            throw new IOException(what + ": no answer", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    /**
     * Returns when the LwM2M server takes this device to sleep.
     *
     * @throws IOException with a sentence, when it does not
     */
    static void awaitSleep(LwM2mServer server, String endpoint) throws IOException {
        CompletableFuture<Void> sleeps = new CompletableFuture<>();
        try (Journal.Subscription watched = server.watch(event -> {
            if (event instanceof ServerEvent.Sleeping && event.endpoint().equals(endpoint)) {
                sleeps.complete(null);
            }
        })) {
            if (server.sleep(endpoint).isEmpty()) {
                await("sleep", sleeps, "");
            }
        }
    }

    private static String rootMessage(ExecutionException failed) {
        Throwable cause = failed.getCause();
        return String.valueOf(cause == null ? failed.getMessage() : cause.getMessage());
    }
}
