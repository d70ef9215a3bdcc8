package dev.onboard.cli;

import dev.onboard.http.ManagementClient;
import dev.onboard.http.ManagementException;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Waits for the ends of certificate enrolments, which the journal tells. */
final class RenewalEnds {
    private RenewalEnds() {}

    /**
     * Returns when all of these have ended, or the time is over.
     *
     * @param ids of the enrolments
     * @return those that have not ended
     */
    static Set<String> await(ManagementClient client, Set<String> ids, Duration limit) throws InterruptedException {
        Set<String> left = ConcurrentHashMap.newKeySet();
        left.addAll(ids);
        if (left.isEmpty()) {
            return left;
        }
        CompletableFuture<Void> all = new CompletableFuture<>();
        Thread reader = new Thread(
                () -> {
                    try {
                        client.followEvents(Map.of("stage", "renewed", "party", "account", "after", "0"), event -> {
                            left.remove(event.path("facts").path("enrollment").asText());
                            if (left.isEmpty()) {
                                all.complete(null);
                            }
                        });
                        all.complete(null);
                    } catch (ManagementException e) {
                        all.completeExceptionally(e);
                    }
                },
                "onboard-renewals");
        reader.setDaemon(true);
        reader.start();
        try {
            all.get(limit.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            return left;
        } catch (ExecutionException e) {
            if (e.getCause() instanceof ManagementException told) {
                throw told;
            }
            throw new IllegalStateException(e.getCause());
        } finally {
            reader.interrupt();
        }
        return left;
    }
}
