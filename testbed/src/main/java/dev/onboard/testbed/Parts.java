package dev.onboard.testbed;

import dev.onboard.account.AccountException;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What was started, to be closed in the opposite order; each is closed once, whatever another throws. */
final class Parts implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Parts.class);

    private final Deque<AutoCloseable> started = new ArrayDeque<>();

    /** What starts several parts. */
    @FunctionalInterface
    interface Start<T> {
        T with(Parts parts) throws IOException;
    }

    /**
     * Starts several parts as one; when one cannot be had, those before it are closed.
     *
     * @throws UsageException when something that the user chose cannot be had
     */
    static <T> T starting(Start<T> start) {
        Parts parts = new Parts();
        try {
            return start.with(parts);
        } catch (IOException e) {
            parts.close();
            throw new UsageException(e.getMessage() == null ? e.toString() : e.getMessage(), e);
        } catch (AccountException e) {
            parts.close();
            throw new UsageException(String.valueOf(e.getMessage()), e);
        } catch (RuntimeException e) {
            parts.close();
            throw e;
        }
    }

    synchronized <T extends AutoCloseable> T add(T part) {
        started.push(part);
        return part;
    }

    @Override
    public synchronized void close() {
        while (!started.isEmpty()) {
            AutoCloseable part = started.pop();
            try {
                part.close();
            } catch (Exception e) {
                LOG.error("closing {} failed", part.getClass().getSimpleName(), e);
            }
        }
    }
}
