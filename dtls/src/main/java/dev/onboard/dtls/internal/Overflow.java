package dev.onboard.dtls.internal;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/** Counts handshakes that were turned away for want of room, and tells of them: at once, and while they go on now and then. Thread-safe. */
final class Overflow {
    private static final long QUIET = Duration.ofSeconds(10).toNanos();

    private final Told told;
    private final AtomicLong turnedAway = new AtomicLong();
    private final AtomicLong all = new AtomicLong();
    private final AtomicLong nextTold = new AtomicLong(System.nanoTime());

    /** Is told. */
    @FunctionalInterface
    interface Told {
        /**
         * There was no room.
         *
         * @param peer of the last that was turned away
         * @param turnedAway how many were since this was told last
         */
        void full(InetSocketAddress peer, long turnedAway);
    }

    Overflow(Told told) {
        this.told = told;
    }

    /** How many were turned away. */
    long all() {
        return all.get();
    }

    void turnedAway(InetSocketAddress peer) {
        turnedAway.incrementAndGet();
        all.incrementAndGet();
        long now = System.nanoTime();
        long due = nextTold.get();
        if (now - due >= 0 && nextTold.compareAndSet(due, now + QUIET)) {
            told.full(peer, turnedAway.getAndSet(0));
        }
    }
}
