package dev.onboard.bench;

import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

/** Lets devices begin as a {@link Load} says, one thread after the other, and notices when one does not get there or nobody gets on. Thread-safe otherwise. */
final class OnTheirWay {
    private static final long PATIENCE_SECONDS = 60;

    private final Load load;
    private final Semaphore places;
    private final long start = System.nanoTime();
    private long begun;
    private final AtomicReference<String> failed = new AtomicReference<>();

    OnTheirWay(Load load) {
        this.load = load;
        this.places = new Semaphore(load.atOnce());
    }

    /**
     * Waits until it is time for one more, and for a place for it.
     *
     * @return when it was time, by {@link System#nanoTime}: who has to wait for a place waits already
     */
    long begin() throws InterruptedException {
        if (load.perSecond() > 0) {
            long due = start + (long) (begun++ * 1e9 / load.perSecond());
            TimeUnit.NANOSECONDS.sleep(due - System.nanoTime());
            take(1);
            return due;
        }
        take(1);
        return System.nanoTime();
    }

    /** Waits until nobody is on the way any more. */
    void awaitAll() throws InterruptedException {
        take(load.atOnce());
    }

    private void take(int count) throws InterruptedException {
        if (!places.tryAcquire(count, PATIENCE_SECONDS, TimeUnit.SECONDS)) {
            throw new BenchException("nobody got on for " + PATIENCE_SECONDS + " s");
        }
        String why = failed.get();
        if (why != null) {
            throw new BenchException(why);
        }
    }

    /** One is there. */
    void arrived() {
        places.release();
    }

    /** One does not get there; the next to wait is told. */
    void failed(String why) {
        failed.compareAndSet(null, why);
        places.release();
    }
}
