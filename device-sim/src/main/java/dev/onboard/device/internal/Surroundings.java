package dev.onboard.device.internal;

import dev.onboard.dtls.DtlsThreads;
import dev.onboard.dtls.Sessions.Resumption;
import dev.onboard.dtls.Transmission;
import dev.onboard.dtls.internal.DtlsClientSide;
import dev.onboard.dtls.internal.DtlsSettings;
import dev.onboard.journal.Event;
import dev.onboard.journal.Journal;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All that the devices of a fleet share: journal, sockets' selector, protocol threads and their timers, the executor for work
 * that blocks, settings, trust policies, and the gate through which they go on line. Thread-safe.
 */
public final class Surroundings {
    private static final Logger LOG = LoggerFactory.getLogger(Surroundings.class);

    private final Journal journal;
    private final DtlsClientSide dtls;
    private final Resumption resumption;
    private final ScheduledExecutorService timers;
    private final Executor work;
    private final RandomGenerator random;
    private final StartGate gate;
    private final TrustPolicies policies = new TrustPolicies();

    /**
     * @param work for what blocks: files, name look-ups; several threads, shared by all devices
     * @param random thread-safe; spreads retries and updates
     * @param atOnce how many devices may be on their way to a registration at a time
     */
    public Surroundings(
            Journal journal,
            DtlsThreads threads,
            List<InetAddress> localAddresses,
            Transmission transmission,
            Executor work,
            RandomGenerator random,
            int atOnce) {
        this.journal = journal;
        this.dtls = new DtlsClientSide(threads, DtlsSettings.device(transmission), localAddresses);
        this.resumption = transmission.sessions().resumption();
        this.timers = threads.io();
        this.work = work;
        this.random = random;
        this.gate = new StartGate(atOnce);
    }

    Journal journal() {
        return journal;
    }

    /** Records an event. */
    public void record(Event.Draft event) {
        journal.record(event);
    }

    DtlsClientSide dtls() {
        return dtls;
    }

    /** Whether devices resume sessions that they lost. */
    Resumption resumption() {
        return resumption;
    }

    /** Spreads what many devices do. */
    public RandomGenerator random() {
        return random;
    }

    TrustPolicies policies() {
        return policies;
    }

    /** Does this, where it may block, when it is the caller's turn; the caller ends the turn. */
    public Turn takeTurn(Runnable task) {
        return Turn.at(gate, () -> work(task));
    }

    /** Does this soon, where it may block. */
    public void inBackground(Runnable task) {
        work(task);
    }

    /**
     * Does this after that time, where it may block.
     *
     * @return cancels it, unless it is being done
     */
    public Runnable later(Duration delay, Runnable task) {
        return after(delay, () -> work(task))::cancel;
    }

    /** As {@link #inBackground}. */
    void work(Runnable task) {
        try {
            work.execute(guarded(task));
        } catch (RejectedExecutionException e) {
            LOG.debug("the fleet is closed; nothing more is done", e);
        }
    }

    /** Does this after that time, on a protocol thread, where it must not block. */
    Timer after(Duration delay, Runnable task) {
        try {
            ScheduledFuture<?> scheduled =
                    timers.schedule(guarded(task), Math.max(0, delay.toNanos()), TimeUnit.NANOSECONDS);
            return () -> scheduled.cancel(false);
        } catch (RejectedExecutionException e) {
            LOG.debug("the fleet is closed; nothing more is done", e);
            return () -> {};
        }
    }

    /** Something to be done later. */
    @FunctionalInterface
    interface Timer {
        Timer NONE = () -> {};

        /** It will not be done any more, unless it is being done already. */
        void cancel();
    }

    private static Runnable guarded(Runnable task) {
        return () -> {
            try {
                task.run();
            } catch (RuntimeException e) {
                LOG.error("a simulated device threw; this is a fault of the program, please report it", e);
            }
        };
    }
}
