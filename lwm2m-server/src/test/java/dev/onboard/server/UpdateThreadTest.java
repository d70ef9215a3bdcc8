package dev.onboard.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class UpdateThreadTest {
    private final UpdateThread thread = new UpdateThread();

    /** As when a testbed closes in the middle of a campaign: the step under way is carried out to its end. */
    @Test
    void aStepMayPutOffMoreWhileItIsClosedAndNothingOfItBegins() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch closing = new CountDownLatch(1);
        CompletableFuture<String> step = new CompletableFuture<>();
        List<String> later = new ArrayList<>();
        thread.post(() -> {
            begun.countDown();
            try {
                closing.await();
                thread.post(() -> later.add("at once"));
                thread.after(0, () -> later.add("after a while"));
                step.complete("carried out");
            } catch (Exception e) {
                step.completeExceptionally(e);
            }
        });
        begun.await();
        Thread closer = new Thread(thread::close);
        closer.start();
        while (closer.getState() != Thread.State.TIMED_WAITING) {
            assertThat(closer.isAlive()).as("closed before the step had ended").isTrue();
            Thread.onSpinWait();
        }
        closing.countDown();
        assertThat(step.get(10, TimeUnit.SECONDS)).isEqualTo("carried out");
        closer.join();
        assertThat(later).isEmpty();
    }

    @Test
    void aStepThatFailsConcernsNoOther() throws Exception {
        CompletableFuture<String> next = new CompletableFuture<>();
        thread.post(() -> {
            throw new IllegalStateException("this step fails");
        });
        thread.post(() -> next.complete("done"));
        assertThat(next.get(10, TimeUnit.SECONDS)).isEqualTo("done");
        thread.close();
    }
}
