package dev.onboard.manifest.internal;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Reads CBOR (RFC 8949) item by item. Takes the core deterministic encoding alone (section 4.2.1): shortest lengths, nothing
 * indefinite; what is signed can then be written in one way only. Not thread-safe. Does not copy what it passes over.
 */
public final class CborReader {
    /** No manifest nests deeper; what does is not read. */
    private static final int DEEPEST = 16;

    private final byte[] data;
    private final int end;
    private int at;

    private CborReader(byte[] data, int from, int end) {
        this.data = data;
        this.at = from;
        this.end = end;
    }

    /** Reads these octets. */
    public static CborReader of(byte[] data) {
        return new CborReader(data, 0, data.length);
    }

    /** What kind of item comes next: the major type, 0 to 7; −1 at the end. */
    public int next() {
        return at < end ? (data[at] & 0xff) >>> 5 : -1;
    }

    /** Whether null comes next; takes it when it does. */
    public boolean isNull() {
        if (at < end && (data[at] & 0xff) == 0xf6) {
            at++;
            return true;
        }
        return false;
    }

    /** A whole number from 0 on. */
    public long unsigned(String what) throws MalformedCborException {
        return head(0, what);
    }

    /** A whole number. */
    public long integer(String what) throws MalformedCborException {
        return next() == 1 ? -1 - head(1, what) : head(0, what);
    }

    /** A byte string. */
    public byte[] bytes(String what) throws MalformedCborException {
        int length = length(2, what);
        byte[] value = Arrays.copyOfRange(data, at, at + length);
        at += length;
        return value;
    }

    /** A byte string that holds CBOR: a reader of it. */
    public CborReader inner(String what) throws MalformedCborException {
        int length = length(2, what);
        CborReader inside = new CborReader(data, at, at + length);
        at += length;
        return inside;
    }

    /** A text string. */
    public String text(String what) throws MalformedCborException {
        int length = length(3, what);
        try {
            String value = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(data, at, length))
                    .toString();
            at += length;
            return value;
        } catch (CharacterCodingException e) {
            throw new MalformedCborException(what + " is not UTF-8");
        }
    }

    /** The number of items of an array that begins here. */
    public int array(String what) throws MalformedCborException {
        return count(4, what);
    }

    /** The number of pairs of a map that begins here. */
    public int map(String what) throws MalformedCborException {
        return count(5, what);
    }

    /** A tag, when one comes next. */
    public void tag(long number, String what) throws MalformedCborException {
        long found = head(6, what);
        if (found != number) {
            throw new MalformedCborException(what + " has tag " + found + " instead of " + number);
        }
    }

    /** Passes over one item and gives its octets. */
    public byte[] item(String what) throws MalformedCborException {
        int from = at;
        skip(what, 0);
        return Arrays.copyOfRange(data, from, at);
    }

    private void skip(String what, int depth) throws MalformedCborException {
        if (depth > DEEPEST) {
            throw new MalformedCborException(what + " is nested too deep");
        }
        int type = next();
        switch (type) {
            case 0, 1 -> head(type, what);
            case 2, 3 -> {
                int length = length(type, what);
                at += length;
            }
            case 4, 5 -> {
                int items = count(type, what) * (type == 5 ? 2 : 1);
                for (int i = 0; i < items; i++) {
                    skip(what, depth + 1);
                }
            }
            case 6 -> {
                head(6, what);
                skip(what, depth + 1);
            }
            case 7 -> {
                int simple = data[at] & 0x1f;
                if (simple < 20 || simple > 23) {
                    throw new MalformedCborException(what + " has a float or an unknown simple value");
                }
                at++;
            }
            default -> throw new MalformedCborException(what + " ends too early");
        }
    }

    /** Nothing may follow. */
    public void end(String what) throws MalformedCborException {
        if (at != end) {
            throw new MalformedCborException(
                    what + " is followed by " + (end - at) + " octets that do not belong to it");
        }
    }

    private int length(int type, String what) throws MalformedCborException {
        long length = head(type, what);
        if (length > end - at) {
            throw new MalformedCborException(what + " is cut off: " + length + " octets are announced");
        }
        return (int) length;
    }

    private int count(int type, String what) throws MalformedCborException {
        long count = head(type, what);
        if (count > end - at) {
            throw new MalformedCborException(what + " is cut off: " + count + " items are announced");
        }
        return (int) count;
    }

    private long head(int type, String what) throws MalformedCborException {
        if (next() != type) {
            throw new MalformedCborException(
                    next() < 0 ? what + " is missing" : what + " has major type " + next() + " instead of " + type);
        }
        int more = data[at++] & 0x1f;
        if (more < 24) {
            return more;
        }
        int octets = more == 24 ? 1 : more == 25 ? 2 : more == 26 ? 4 : more == 27 ? 8 : 0;
        if (octets == 0 || octets > end - at) {
            throw new MalformedCborException(what + " has a length that cannot be read");
        }
        long value = 0;
        for (int i = 0; i < octets; i++) {
            value = (value << 8) | (data[at++] & 0xff);
        }
        long least = octets == 1 ? 24 : 1L << (octets * 4);
        if (value < least) {
            throw new MalformedCborException(
                    what + " has a number that is negative, too large or not in its shortest form");
        }
        return value;
    }
}
