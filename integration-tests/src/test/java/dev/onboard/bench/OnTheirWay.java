package dev.onboard.bench;

import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

/** Lets so many be on their way at a time, and notices when one does not get there or nobody gets on. Thread-safe. */
final class OnTheirWay {
    private static final long PATIENCE_SECONDS = 60;

    private final int most;
    private final Semaphore places;
    private final AtomicReference<String> failed = new AtomicReference<>();

    OnTheirWay(int most) {
        this.most = most;
        this.places = new Semaphore(most);
    }

    /** Waits for a place for one more. */
    void begin() throws InterruptedException {
        take(1);
    }

    /** Waits until nobody is on the way any more. */
    void awaitAll() throws InterruptedException {
        take(most);
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
