package dev.onboard.dtls.internal;

import java.nio.ByteBuffer;

/**
 * The lengths in a TLV body (OMA LwM2M Core 7.4.3). Leshan makes room for as much as a length claims, up to 16 MB, before it sees
 * that there is less, and reads what is nested however deep it is.
 */
public final class TlvLengths {
    /** An object instance holds a multiple resource, which holds resource instances. */
    private static final int DEEPEST = 2;

    private TlvLengths() {}

    /** Whether each element ends within what it stands in, and none is nested deeper than LwM2M has it. */
    public static boolean fit(byte[] body) {
        return fit(ByteBuffer.wrap(body), 0);
    }

    private static boolean fit(ByteBuffer in, int depth) {
        while (in.hasRemaining()) {
            int type = in.get();
            int identifier = (type & 0x20) == 0 ? 1 : 2;
            int lengthOctets = type >> 3 & 3;
            if (in.remaining() < identifier + lengthOctets) {
                return false;
            }
            in.position(in.position() + identifier);
            int length = lengthOctets == 0 ? type & 7 : 0;
            for (int i = 0; i < lengthOctets; i++) {
                length = length << 8 | in.get() & 0xff;
            }
            if (length > in.remaining()) {
                return false;
            }
            boolean nests = (type & 0x40) == 0; // an object instance or a multiple resource
            if (nests && (depth == DEEPEST || !fit(in.slice(in.position(), length), depth + 1))) {
                return false;
            }
            in.position(in.position() + length);
        }
        return true;
    }
}
