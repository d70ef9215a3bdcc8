package dev.onboard.dtls;

import dev.onboard.dtls.internal.ProtocolThreads;
import dev.onboard.dtls.internal.SelectorLoop;
import java.io.IOException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * The threads that any number of endpoints share: one that waits for datagrams on the sockets of all servers and simulated
 * devices and does what they ask for itself, a few that get what is more than it keeps, and one for timers. Thread-safe. No
 * endpoint has a thread of its own.
 *
 * <p>Work handed to {@link #io()} must never block.
 */
public final class DtlsThreads implements AutoCloseable {
    private final ProtocolThreads io;
    private final SelectorLoop selector;
    private final TrafficWatch traffic;

    private DtlsThreads(ProtocolThreads io, SelectorLoop selector, TrafficWatch traffic) {
        this.io = io;
        this.selector = selector;
        this.traffic = traffic;
    }

    /**
     * Starts the threads.
     *
     * @param name part of the threads' names
     * @param workers how many threads do protocol work; at least 1
     * @throws IOException when the system gives no selector
     */
    public static DtlsThreads start(String name, int workers) throws IOException {
        ProtocolThreads io = new ProtocolThreads("onboard-" + name + "-io", workers);
        return new DtlsThreads(io, SelectorLoop.start(io, "onboard-" + name + "-selector"), TrafficWatch.NONE);
    }

    /** As {@link #start(String, int)} with one worker per processor, two at least. */
    public static DtlsThreads start(String name) throws IOException {
        return start(name, Math.max(2, Runtime.getRuntime().availableProcessors()));
    }

    /** The same threads, for endpoints whose traffic is watched. */
    public DtlsThreads watchedBy(TrafficWatch watch) {
        return new DtlsThreads(io, selector, watch);
    }

    /** Who watches the traffic of the endpoints. */
    public TrafficWatch traffic() {
        return traffic;
    }

    /** Protocol work and timers. */
    public ScheduledExecutorService io() {
        return io;
    }

    /** How much protocol work is due and waits for a thread; timers that are still to run off do not count. */
    public int backlog() {
        return io.backlog();
    }

    /** The thread that waits on the sockets. */
    public SelectorLoop selector() {
        return selector;
    }

    /** Ends the threads; endpoints that still use them stop working. Waits up to five seconds. */
    @Override
    public void close() {
        selector.close();
        io.shutdownNow();
        try {
            io.awaitTermination(5, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
