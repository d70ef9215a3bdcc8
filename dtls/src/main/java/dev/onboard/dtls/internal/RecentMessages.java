package dev.onboard.dtls.internal;

import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.eclipse.californium.core.config.CoapConfig;
import org.eclipse.californium.core.network.Exchange;
import org.eclipse.californium.core.network.InMemoryMessageExchangeStore;
import org.eclipse.californium.core.network.KeyMID;
import org.eclipse.californium.core.network.TokenGenerator;
import org.eclipse.californium.core.network.deduplication.Deduplicator;
import org.eclipse.californium.elements.config.Configuration;
import org.jspecify.annotations.Nullable;

/**
 * What peers sent of late, so that a message which comes again is answered as before (RFC 7252, 4.5): the last
 * {@value #MOST_OF_A_PEER} of a peer, for EXCHANGE_LIFETIME, and no longer than its session, for nothing that was sent in
 * a session can come again after it. Californium's own keeps a message and its answer, about 7 KB, for those 247
 * seconds, whatever became of the peer, and looks for old ones every ten seconds even where there are none. Thread-safe.
 */
public final class RecentMessages implements Deduplicator {
    private static final int MOST_OF_A_PEER = 64;

    private final Map<Object, ArrayDeque<Kept>> peers = new ConcurrentHashMap<>();
    private final long lifetimeNanos;
    private final long sweepNanos;
    private @Nullable ScheduledExecutorService executor;
    private boolean started;
    /** Set while there is something that will be old. */
    private volatile @Nullable ScheduledFuture<?> sweeping;

    private record Kept(int mid, Exchange exchange, long nanos) {}

    /** As long as the settings say. */
    public RecentMessages(Configuration settings) {
        lifetimeNanos = settings.get(CoapConfig.EXCHANGE_LIFETIME, TimeUnit.NANOSECONDS);
        sweepNanos = settings.get(CoapConfig.MARK_AND_SWEEP_INTERVAL, TimeUnit.NANOSECONDS);
    }

    /** Where an endpoint keeps its exchanges, with this for those of its peers. */
    InMemoryMessageExchangeStore exchanges(Configuration settings, TokenGenerator tokens) {
        InMemoryMessageExchangeStore exchanges = new InMemoryMessageExchangeStore(settings, tokens);
        exchanges.setDeduplicator(this);
        return exchanges;
    }

    /** Nothing more comes from this peer in the session that it had. */
    void forget(Object peer) {
        peers.remove(peer);
    }

    /** Nothing that came before the last message of a peer will come again. */
    void forgetAllButTheLast() {
        for (Object peer : peers.keySet()) {
            peers.computeIfPresent(peer, (same, messages) -> {
                while (messages.size() > 1) {
                    messages.removeFirst();
                }
                return messages;
            });
        }
    }

    @Override
    public @Nullable Exchange findPrevious(KeyMID key, Exchange exchange) {
        Exchange[] previous = new Exchange[1];
        peers.compute(key.getPeer(), (peer, known) -> {
            ArrayDeque<Kept> messages = known == null ? new ArrayDeque<>(2) : known;
            Kept kept = find(messages, key.getMID());
            if (kept != null && kept.exchange().getOrigin() == exchange.getOrigin()) {
                previous[0] = kept.exchange();
            } else {
                // a request of ours and one of the peer's may have the same number
                keep(messages, kept, key, exchange);
            }
            return messages;
        });
        sweepInTime();
        return previous[0];
    }

    @Override
    public boolean replacePrevious(KeyMID key, Exchange previous, Exchange exchange) {
        boolean[] replaced = new boolean[1];
        peers.compute(key.getPeer(), (peer, known) -> {
            ArrayDeque<Kept> messages = known == null ? new ArrayDeque<>(2) : known;
            Kept kept = find(messages, key.getMID());
            if (kept == null || kept.exchange().equals(previous)) {
                keep(messages, kept, key, exchange);
                replaced[0] = true;
            }
            return messages;
        });
        sweepInTime();
        return replaced[0];
    }

    private static void keep(ArrayDeque<Kept> messages, @Nullable Kept instead, KeyMID key, Exchange exchange) {
        if (instead != null) {
            messages.remove(instead);
        } else if (messages.size() == MOST_OF_A_PEER) {
            messages.removeFirst();
        }
        messages.addLast(new Kept(key.getMID(), exchange, System.nanoTime()));
    }

    @Override
    public @Nullable Exchange find(KeyMID key) {
        Exchange[] found = new Exchange[1];
        peers.computeIfPresent(key.getPeer(), (peer, messages) -> {
            Kept kept = find(messages, key.getMID());
            found[0] = kept == null ? null : kept.exchange();
            return messages;
        });
        return found[0];
    }

    /** The newest comes first: it is the one that may come again. */
    private static @Nullable Kept find(ArrayDeque<Kept> messages, int mid) {
        Iterator<Kept> newestFirst = messages.descendingIterator();
        while (newestFirst.hasNext()) {
            Kept kept = newestFirst.next();
            if (kept.mid() == mid) {
                return kept;
            }
        }
        return null;
    }

    /** Asked when a message is in its place: a sweep that has just passed it by asks too, after it says that no time is set. */
    private void sweepInTime() {
        if (sweeping == null && !peers.isEmpty()) {
            sweepAfter(lifetimeNanos);
        }
    }

    /** Unless a time is set already. */
    private synchronized void sweepAfter(long nanos) {
        if (started && executor != null && sweeping == null) {
            try {
                sweeping = executor.schedule(this::sweep, nanos, TimeUnit.NANOSECONDS);
            } catch (RejectedExecutionException e) {
                started = false; // all ends
            }
        }
    }

    private void sweep() {
        long now = System.nanoTime();
        long[] oldest = {0};
        for (Object peer : peers.keySet()) {
            peers.computeIfPresent(peer, (same, messages) -> {
                while (!messages.isEmpty() && now - messages.getFirst().nanos() > lifetimeNanos) {
                    messages.removeFirst();
                }
                if (messages.isEmpty()) {
                    return null;
                }
                oldest[0] = Math.max(oldest[0], now - messages.getFirst().nanos());
                return messages;
            });
        }
        synchronized (this) {
            sweeping = null;
        }
        if (!peers.isEmpty()) {
            sweepAfter(Math.max(sweepNanos, lifetimeNanos - oldest[0]));
        }
    }

    @Override
    public synchronized void setExecutor(ScheduledExecutorService executor) {
        this.executor = executor;
    }

    @Override
    public void start() {
        synchronized (this) {
            started = true;
        }
        sweepInTime();
    }

    @Override
    public void stop() {
        synchronized (this) {
            started = false;
            ScheduledFuture<?> set = sweeping;
            sweeping = null;
            if (set != null) {
                set.cancel(false);
            }
        }
        clear();
    }

    @Override
    public boolean isEmpty() {
        return peers.isEmpty();
    }

    @Override
    public int size() {
        int[] size = new int[1];
        for (Object peer : peers.keySet()) {
            peers.computeIfPresent(peer, (same, messages) -> {
                size[0] += messages.size();
                return messages;
            });
        }
        return size[0];
    }

    @Override
    public void clear() {
        peers.clear();
    }
}
