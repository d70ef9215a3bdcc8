package dev.onboard.device;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * How long a device waits before it tries again: a random time between two bounds, doubled with each failure in a row, up to
 * a limit. Immutable and thread-safe.
 *
 * @param shortest the shortest first wait
 * @param longest the longest first wait
 * @param limit no wait is longer
 */
public record Backoff(Duration shortest, Duration longest, Duration limit) {
    /** What the platform's own clients do: 20 to 100 seconds, doubled up to six hours. */
    public static final Backoff PLATFORM =
            new Backoff(Duration.ofSeconds(20), Duration.ofSeconds(100), Duration.ofHours(6));

    /** @throws IllegalArgumentException unless 0 &lt; shortest &le; longest &le; limit */
    public Backoff {
        if (shortest.isNegative()
                || shortest.isZero()
                || longest.compareTo(shortest) < 0
                || limit.compareTo(longest) < 0) {
            throw new IllegalArgumentException(
                    "a back-off of " + shortest + " to " + longest + " up to " + limit + " does not grow");
        }
    }

    /** The same shape in another time: {@code scaled(0.01)} waits a hundredth, a millisecond at least. */
    public Backoff scaled(double factor) {
        return new Backoff(times(shortest, factor), times(longest, factor), times(limit, factor));
    }

    /**
     * The wait after so many failures in a row.
     *
     * @param failures at least 1
     */
    public Duration after(int failures, RandomGenerator random) {
        long from = shortest.toMillis();
        long first = from + (long) (random.nextDouble() * (longest.toMillis() - from + 1));
        double wait = first * Math.pow(2, Math.min(failures, 60) - 1.0);
        return Duration.ofMillis((long) Math.min(wait, limit.toMillis()));
    }

    private static Duration times(Duration duration, double factor) {
        return Duration.ofNanos(Math.max(1_000_000, (long) (duration.toNanos() * factor)));
    }
}
