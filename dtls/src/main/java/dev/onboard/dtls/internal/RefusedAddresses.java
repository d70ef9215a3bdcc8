package dev.onboard.dtls.internal;

import dev.onboard.dtls.Sessions;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Counts, address by address, the handshakes that were refused, in a bucket of tokens each: {@value Sessions#BURST} seconds' worth, of which a refusal
 * takes one. An address whose bucket is empty is paused until it would be full again. Only a handshake whose peer has proved its
 * address (RFC 6347, 4.2.1) may be counted, or strangers could have others paused. An address without refusals has no bucket.
 * Thread-safe.
 */
final class RefusedAddresses {
    /** Of buckets; the one that was asked for longest ago makes room. */
    private static final int MOST = 10_000;

    private final OptionalInt perSecond;
    private final LongSupplier nanos;
    private final Map<Network, Bucket> buckets = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Network, Bucket> eldest) {
            return size() > MOST;
        }
    };

    /**
     * @param perSecond how many refusals an address may have in a second; empty: any number
     * @param nanos the time, as {@link System#nanoTime}
     */
    RefusedAddresses(OptionalInt perSecond, LongSupplier nanos) {
        this.perSecond = perSecond;
        this.nanos = nanos;
    }

    /** Of IPv4 the address; of IPv6 the network, of which a single peer may have every address. */
    private record Network(int length, long octets) {
        private static final int PREFIX = 8;

        static Network of(InetAddress address) {
            byte[] octets = address.getAddress();
            return new Network(
                    octets.length,
                    ByteBuffer.wrap(Arrays.copyOf(octets, PREFIX)).getLong());
        }
    }

    private static final class Bucket {
        private double tokens;
        private long at;
        private long pausedUntil;
        private boolean paused;

        Bucket(double tokens, long now) {
            this.tokens = tokens;
            this.at = now;
        }
    }

    /** Whether this address is paused now. */
    synchronized boolean isPaused(InetAddress address) {
        Network network = Network.of(address);
        Bucket bucket = buckets.get(network);
        if (bucket == null || !bucket.paused) {
            return false;
        }
        if (nanos.getAsLong() - bucket.pausedUntil >= 0) {
            buckets.remove(network);
            return false;
        }
        return true;
    }

    /** A handshake from this address was refused; whether that was one too many, and the address is paused from now on. */
    synchronized boolean refused(InetAddress address) {
        if (perSecond.isEmpty() || isPaused(address)) { // those that were under way when the pause began are no news
            return false;
        }
        int rate = perSecond.getAsInt();
        double most = (double) rate * Sessions.BURST;
        long now = nanos.getAsLong();
        Bucket bucket = buckets.computeIfAbsent(Network.of(address), network -> new Bucket(most, now));
        bucket.tokens = Math.min(most, bucket.tokens + (now - bucket.at) / 1e9 * rate) - 1;
        bucket.at = now;
        if (bucket.tokens < 1) {
            bucket.paused = true;
            bucket.pausedUntil = now + TimeUnit.SECONDS.toNanos(Sessions.BURST);
        }
        return bucket.paused;
    }

    /** How many addresses have a bucket. */
    synchronized int size() {
        return buckets.size();
    }
}
