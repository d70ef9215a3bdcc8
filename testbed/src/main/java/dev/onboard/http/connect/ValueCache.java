package dev.onboard.http.connect;

import dev.onboard.http.connect.ConnectedDevices.Value;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Values that devices let be kept for a while; at most {@value #MOST}, those not asked for longest go first. A device that
 * says nothing of an age has its values kept not at all. Thread-safe.
 */
final class ValueCache {
    static final int MOST = 10_000;
    private static final int LARGEST = 4096;
    private static final Duration LONGEST = Duration.ofDays(3);

    private final InstantSource clock;
    private final Map<String, Kept> kept = new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Kept> eldest) {
            return size() > MOST;
        }
    };

    private record Kept(Value value, Instant until) {}

    ValueCache(InstantSource clock) {
        this.clock = clock;
    }

    private static String key(String endpoint, String path) {
        return path + " " + endpoint;
    }

    synchronized Optional<Value> get(String endpoint, String path) {
        Kept entry = kept.get(key(endpoint, path));
        return entry == null || entry.until().isBefore(clock.instant()) ? Optional.empty() : Optional.of(entry.value());
    }

    synchronized void put(String endpoint, String path, Value value) {
        long seconds = Math.min(value.maxAge().orElse(0), LONGEST.toSeconds());
        if (seconds <= 0 || value.bytes().length > LARGEST) {
            kept.remove(key(endpoint, path));
        } else {
            kept.put(key(endpoint, path), new Kept(value, clock.instant().plusSeconds(seconds)));
        }
    }

    /** After a write, what was known of the device is not known any more. */
    synchronized void drop(String endpoint) {
        kept.keySet().removeIf(key -> key.endsWith(" " + endpoint));
    }
}
