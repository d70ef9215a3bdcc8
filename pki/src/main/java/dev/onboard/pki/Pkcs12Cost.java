package dev.onboard.pki;

import dev.onboard.pki.internal.DerReader;
import dev.onboard.pki.internal.MalformedDerException;

/**
 * What it takes to open a PKCS#12 container (RFC 7292), as far as it shows without its password: who hands one in chooses how
 * often keys are derived. Stateless.
 */
final class Pkcs12Cost {
    /** The containers of browsers take two million; these take two or three seconds. */
    static final long MOST = 3_000_000;

    private static final int DEEPEST = 24;
    private static final int OCTETS = 0x04;

    private Pkcs12Cost() {}

    /** The iterations of its MAC and of all that is encrypted in it, added up. */
    static long iterations(byte[] container) {
        return iterations(DerReader.of(container), 0);
    }

    /** An iteration count is the INTEGER behind a salt: in MacData, PKCS12PBEParams and PBKDF2-params alike. */
    private static long iterations(DerReader in, int depth) {
        long sum = 0;
        boolean salted = false;
        try {
            while (in.hasNext()) {
                int tag = in.nextTag();
                DerReader content = in.next();
                if (tag == 0x02 && salted) {
                    sum += content.smallIntegerContent();
                } else if ((tag & 0x20) != 0 || tag == OCTETS) {
                    sum += depth < DEEPEST ? iterations(content, depth + 1) : 0;
                }
                salted = tag == OCTETS;
            }
        } catch (MalformedDerException e) {
            return sum; // ciphertext, or what opening it will say is wrong
        }
        return sum;
    }
}
