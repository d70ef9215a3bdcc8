package dev.onboard.manifest.internal;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** Writes CBOR (RFC 8949) with shortest lengths; the caller puts map keys in order. Not thread-safe. */
public final class CborWriter {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    /** A whole number. */
    public CborWriter integer(long value) {
        return value < 0 ? head(1, -1 - value) : head(0, value);
    }

    /** A byte string. */
    public CborWriter bytes(byte[] value) {
        head(2, value.length);
        return raw(value);
    }

    /** A text string. */
    public CborWriter text(String value) {
        byte[] utf8 = value.getBytes(StandardCharsets.UTF_8);
        head(3, utf8.length);
        return raw(utf8);
    }

    /** Begins an array. */
    public CborWriter array(int items) {
        return head(4, items);
    }

    /** Begins a map. */
    public CborWriter map(int pairs) {
        return head(5, pairs);
    }

    /** A tag. */
    public CborWriter tag(long number) {
        return head(6, number);
    }

    /** Null. */
    public CborWriter nothing() {
        out.write(0xf6);
        return this;
    }

    /** Items that are encoded already. */
    public CborWriter raw(byte[] encoded) {
        out.write(encoded, 0, encoded.length);
        return this;
    }

    /** What was written. */
    public byte[] done() {
        return out.toByteArray();
    }

    private CborWriter head(int type, long value) {
        int major = type << 5;
        int octets = value < 24 ? 0 : value < 0x100 ? 1 : value < 0x10000 ? 2 : value < 0x100000000L ? 4 : 8;
        switch (octets) {
            case 0 -> out.write(major | (int) value);
            case 1 -> out.write(major | 24);
            case 2 -> out.write(major | 25);
            case 4 -> out.write(major | 26);
            default -> out.write(major | 27);
        }
        for (int shift = (octets - 1) * 8; shift >= 0; shift -= 8) {
            out.write((int) (value >>> shift));
        }
        return this;
    }
}
