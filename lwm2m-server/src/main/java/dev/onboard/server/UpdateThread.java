package dev.onboard.server;

import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one thread on which campaigns are carried out. A step that fails is told to the log and concerns no other. After {@link
 * #close} nothing more begins, whoever asks for it: what a step under way puts off then is what the next start finds in the
 * account. Thread-safe.
 */
final class UpdateThread implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(UpdateThread.class);
    private static final long LAST_STEP_SECONDS = 5;

    private final ScheduledThreadPoolExecutor thread;

    UpdateThread() {
        thread = new ScheduledThreadPoolExecutor(1, task -> {
            Thread made = new Thread(task, "onboard-update");
            made.setDaemon(true);
            return made;
        });
        thread.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
        // without a bound, the executor rejects nothing unless it is shut down
        thread.setRejectedExecutionHandler(new ThreadPoolExecutor.DiscardPolicy());
    }

    /** Does this as soon as what was asked for before is done. */
    void post(Runnable step) {
        thread.execute(guarded(step));
    }

    /** Does this then. */
    void after(long millis, Runnable step) {
        thread.schedule(guarded(step), millis, TimeUnit.MILLISECONDS);
    }

    /** Does this now, and again and again with so much between. */
    void every(long millis, Runnable step) {
        thread.scheduleWithFixedDelay(guarded(step), 0, millis, TimeUnit.MILLISECONDS);
    }

    private static Runnable guarded(Runnable step) {
        return () -> {
            try {
                step.run();
            } catch (RuntimeException e) {
                LOG.warn("a step of an update campaign failed; it is tried again", e);
            }
        };
    }

    /** Waits up to five seconds for the step under way. */
    @Override
    public void close() {
        thread.shutdown();
        try {
            if (!thread.awaitTermination(LAST_STEP_SECONDS, TimeUnit.SECONDS)) {
                thread.shutdownNow();
            }
        } catch (InterruptedException e) {
            thread.shutdownNow();
            Thread.currentThread().interrupt();
        }
    }
}
