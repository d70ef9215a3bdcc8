package dev.onboard.manifest.internal;

import java.io.ByteArrayOutputStream;

/** Blocks of LZ4, as far as patches need them: all are unpacked, and runs of one octet are packed. */
public final class Lz4 {
    /** The last octets of a block are literals. */
    private static final int LAST_LITERALS = 5;
    /** No match begins later than so many octets before the end. */
    private static final int MATCH_LIMIT = 12;

    private static final int SHORTEST_MATCH = 4;

    private Lz4() {}

    /**
     * Unpacks a block.
     *
     * @param end of the place that there is for it
     * @return how many octets it has; −1 when it is malformed or larger than its place
     */
    public static int unpack(byte[] from, int start, int length, byte[] into, int to, int end) {
        int at = start;
        int done = to;
        int stop = start + length;
        while (at < stop) {
            int token = from[at++] & 0xff;
            int literals = token >>> 4;
            if (literals == 15) {
                int more = 255;
                while (more == 255 && at < stop) {
                    more = from[at++] & 0xff;
                    literals += more;
                }
            }
            if (literals > stop - at || literals > end - done) {
                return -1;
            }
            System.arraycopy(from, at, into, done, literals);
            at += literals;
            done += literals;
            if (at == stop) {
                return done - to;
            }
            if (at + 2 > stop) {
                return -1;
            }
            int offset = from[at] & 0xff | (from[at + 1] & 0xff) << 8;
            at += 2;
            int match = token & 0x0f;
            if (match == 15) {
                int more = 255;
                while (more == 255 && at < stop) {
                    more = from[at++] & 0xff;
                    match += more;
                }
            }
            match += SHORTEST_MATCH;
            if (offset == 0 || offset > done - to || match > end - done) {
                return -1;
            }
            for (int i = 0; i < match; i++) {
                into[done] = into[done - offset];
                done++;
            }
        }
        return -1;
    }

    /** Packs a block: the run with which it begins as a match, if it is long enough, and the rest as it is. */
    public static byte[] pack(byte[] octets, int from, int length) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        int run = 1;
        while (run < length && octets[from + run] == octets[from]) {
            run++;
        }
        int match = Math.min(run, length - LAST_LITERALS) - 1;
        int at = from;
        if (length > MATCH_LIMIT && match >= SHORTEST_MATCH) {
            int beyond = match - SHORTEST_MATCH;
            out.write(1 << 4 | Math.min(beyond, 15));
            out.write(octets[from]);
            out.write(1);
            out.write(0);
            more(out, beyond);
            at += 1 + match;
        }
        int literals = from + length - at;
        out.write(Math.min(literals, 15) << 4);
        more(out, literals);
        out.write(octets, at, literals);
        return out.toByteArray();
    }

    private static void more(ByteArrayOutputStream out, int length) {
        if (length >= 15) {
            int left = length - 15;
            while (left >= 255) {
                out.write(255);
                left -= 255;
            }
            out.write(left);
        }
    }
}
