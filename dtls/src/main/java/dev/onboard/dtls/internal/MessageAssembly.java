package dev.onboard.dtls.internal;

import java.util.BitSet;
import java.util.Optional;

/** Puts the fragments of one handshake message together, whatever their order (RFC 6347, 4.2.3). Used by one thread at a time. */
final class MessageAssembly {
    private final int type;
    private final byte[] message;
    private final BitSet there;

    MessageAssembly(int type, int length) {
        this.type = type;
        this.message = new byte[length];
        this.there = new BitSet(length);
    }

    int type() {
        return type;
    }

    int length() {
        return message.length;
    }

    /** The message when this fragment completes it; a fragment that reaches past its end counts for nothing. */
    Optional<byte[]> add(byte[] from, int at, int offset, int size) {
        if (offset + size > message.length) {
            return Optional.empty();
        }
        System.arraycopy(from, at, message, offset, size);
        there.set(offset, offset + size);
        return there.nextClearBit(0) >= message.length ? Optional.of(message.clone()) : Optional.empty();
    }
}
