package dev.onboard.account.internal;

import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.concurrent.atomic.AtomicLong;

/**
 * New ids in the platform's form: 32 lower-case hexadecimal digits, of which the first twelve are the milliseconds since
 * 1970, the next four count within them and the others are random. What one process makes later sorts later, so that a
 * list, which is ordered by time of creation and then by id, never puts an entry before the place a reader has come to.
 *
 * <p>Thread-safe. An id is a name and not a secret.
 */
public final class Ids {
    private static final HexFormat HEX = HexFormat.of();
    private static final int COUNTER_BITS = 16;

    private final SecureRandom random;
    private final InstantSource clock;
    private final AtomicLong last = new AtomicLong();

    public Ids(SecureRandom random, InstantSource clock) {
        this.random = random;
        this.clock = clock;
    }

    /** What the ids are drawn from. */
    SecureRandom random() {
        return random;
    }

    /** An id that nobody has. */
    public String next() {
        long now = clock.millis() << COUNTER_BITS;
        long place = last.updateAndGet(before -> Math.max(before + 1, now));
        return HEX.toHexDigits(place) + HEX.toHexDigits(random.nextLong());
    }
}
