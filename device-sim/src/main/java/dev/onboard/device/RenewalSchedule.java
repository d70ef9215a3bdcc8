package dev.onboard.device;

import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;

/**
 * When a device has its LwM2M certificate renewed of itself. Immutable and thread-safe.
 *
 * @param fraction of the certificate's life that is over then, above 0 and at most 1; infinite: never
 * @param checkEvery how often the device looks at its clock at the least, for a clock may be set
 */
public record RenewalSchedule(double fraction, Duration checkEvery) {
    /** At two thirds of the certificate's life. */
    public static final RenewalSchedule TWO_THIRDS = at(2 / 3.0);

    /** Not of itself, only when the LwM2M server asks. */
    public static final RenewalSchedule NEVER = new RenewalSchedule(Double.POSITIVE_INFINITY, Duration.ofMinutes(1));

    /** At this fraction of the certificate's life. */
    public static RenewalSchedule at(double fraction) {
        return new RenewalSchedule(fraction, Duration.ofMinutes(1));
    }

    /** @throws IllegalArgumentException when the fraction is none, or the time is not positive */
    public RenewalSchedule {
        if (!(fraction > 0) || fraction > 1 && !Double.isInfinite(fraction)) {
            throw new IllegalArgumentException(
                    "a renewal at " + fraction + " of a certificate's life; give more than 0 and at most 1");
        }
        if (checkEvery.isNegative() || checkEvery.isZero()) {
            throw new IllegalArgumentException("a look at the clock every " + checkEvery + " has no end");
        }
    }

    /** Whether the device renews of itself at all. */
    public boolean isOn() {
        return !Double.isInfinite(fraction);
    }

    /** When this certificate is to be renewed; {@link Instant#MAX} when never. */
    public Instant due(X509Certificate certificate) {
        if (!isOn()) {
            return Instant.MAX;
        }
        Instant from = certificate.getNotBefore().toInstant();
        Duration life = Duration.between(from, certificate.getNotAfter().toInstant());
        return from.plusMillis((long) (life.toMillis() * fraction));
    }

    /** The same, looking at the clock this often. */
    public RenewalSchedule checking(Duration value) {
        return new RenewalSchedule(fraction, value);
    }
}
