package dev.onboard.scenario.internal;

import dev.onboard.dtls.RawPeer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Many handshakes with a server, a few at a time, on threads of their own. */
final class Crowd implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Crowd.class);
    private static final int AT_ONCE = 4;
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final ExecutorService threads;

    private Crowd(ExecutorService threads) {
        this.threads = threads;
    }

    /** Begins so many handshakes; returns at once. */
    static Crowd of(RawPeer peer, InetSocketAddress server, int handshakes) {
        ExecutorService threads = Executors.newFixedThreadPool(AT_ONCE, task -> {
            Thread thread = new Thread(task, "onboard-crowd");
            thread.setDaemon(true);
            return thread;
        });
        for (int i = 0; i < handshakes; i++) {
            threads.execute(() -> {
                try {
                    peer.connect(server, PATIENCE);
                } catch (IOException e) {
                    LOG.warn("one of a crowd has no socket: {}", e.toString());
                }
            });
        }
        threads.shutdown();
        return new Crowd(threads);
    }

    /** Begins no more, and waits for those under way. */
    @Override
    public void close() {
        threads.shutdownNow();
        try {
            threads.awaitTermination(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
