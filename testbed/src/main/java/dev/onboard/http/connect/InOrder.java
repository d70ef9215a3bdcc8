package dev.onboard.http.connect;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hands items on to workers one after the other, in the order in which they came. At most {@value #MOST} wait; when more
 * come, the oldest are dropped, which the log says. Thread-safe.
 */
final class InOrder<T> implements Consumer<T> {
    private static final Logger LOG = LoggerFactory.getLogger(InOrder.class);
    private static final int MOST = 100_000;

    private final Executor workers;
    private final Consumer<T> target;
    private final Deque<T> waiting = new ArrayDeque<>();
    private boolean running;

    InOrder(Executor workers, Consumer<T> target) {
        this.workers = workers;
        this.target = target;
    }

    @Override
    public void accept(T item) {
        synchronized (waiting) {
            if (waiting.size() >= MOST) {
                LOG.warn("{} items wait for the workers; the oldest is dropped", MOST);
                waiting.remove();
            }
            waiting.add(item);
            if (running) {
                return;
            }
            running = true;
        }
        workers.execute(this::drain);
    }

    private void drain() {
        while (true) {
            T item;
            synchronized (waiting) {
                item = waiting.poll();
                if (item == null) {
                    running = false;
                    return;
                }
            }
            try {
                target.accept(item);
            } catch (RuntimeException e) {
                LOG.error("an item was not handled: {}", item, e);
            }
        }
    }
}
