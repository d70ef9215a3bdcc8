package dev.onboard.pki.internal;

import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.Arrays;

/**
 * Reads exact DER (X.690): definite minimal lengths, minimal integers, booleans 00 or FF, bit strings padded with zero
 * bits. Nothing is copied until it is asked for. Not thread-safe.
 *
 * <p>Each method consumes the next element and fails when it is another one; {@link #end} fails when anything is left.
 */
public final class DerReader {
    private final byte[] bytes;
    private final int end;
    private int at;

    private DerReader(byte[] bytes, int from, int end) {
        this.bytes = bytes;
        this.at = from;
        this.end = end;
    }

    /** A reader over all these bytes. They are not copied. */
    public static DerReader of(byte[] bytes) {
        return new DerReader(bytes, 0, bytes.length);
    }

    /** Whether anything is left. */
    public boolean hasNext() {
        return at < end;
    }

    /** Whether the next element has this tag octet. */
    public boolean isNext(int tag) {
        return at < end && (bytes[at] & 0xff) == tag;
    }

    /** The tag octet of the next element; −1 at the end. */
    public int nextTag() {
        return at < end ? bytes[at] & 0xff : -1;
    }

    /** Where the next element begins in the array that was given. */
    public int position() {
        return at;
    }

    /** Fails when anything is left. */
    public void end(String of) throws MalformedDerException {
        if (at < end) {
            throw new MalformedDerException((end - at) + " octets too many at the end of " + of);
        }
    }

    /** The content of the next element, which must have this tag octet. */
    public DerReader enter(int tag) throws MalformedDerException {
        if (at >= end) {
            throw new MalformedDerException("ends at octet " + at + " where " + tagName(tag) + " belongs");
        }
        if ((bytes[at] & 0xff) != tag) {
            throw new MalformedDerException(
                    tagName(bytes[at] & 0xff) + " at octet " + at + " where " + tagName(tag) + " belongs");
        }
        return next();
    }

    /** The content of the next element, whatever its tag. */
    public DerReader next() throws MalformedDerException {
        int start = at;
        if (at >= end) {
            throw new MalformedDerException("ends at octet " + at + " where another element belongs");
        }
        if ((bytes[at] & 0x1f) == 0x1f) {
            throw new MalformedDerException("a tag number above 30 at octet " + at);
        }
        at++;
        if (at >= end) {
            throw new MalformedDerException("ends inside the length at octet " + at);
        }
        int length = bytes[at++] & 0xff;
        if (length >= 0x80) {
            length = longLength(length & 0x7f, start);
        }
        if (length > end - at) {
            throw new MalformedDerException(
                    "the element at octet " + start + " claims " + length + " octets and has " + (end - at));
        }
        DerReader content = new DerReader(bytes, at, at + length);
        at += length;
        return content;
    }

    private int longLength(int octets, int start) throws MalformedDerException {
        if (octets == 0) {
            throw new MalformedDerException("an indefinite length (BER) at octet " + start);
        }
        if (octets > 4 || octets > end - at) {
            throw new MalformedDerException("a length of " + octets + " octets at octet " + start);
        }
        long length = 0;
        for (int i = 0; i < octets; i++) {
            length = length << 8 | bytes[at++] & 0xff;
        }
        if (length < 0x80 || length >>> 8 * (octets - 1) == 0) {
            throw new MalformedDerException("a length that is not minimal (BER) at octet " + start);
        }
        if (length > Integer.MAX_VALUE) {
            throw new MalformedDerException("the element at octet " + start + " claims " + length + " octets");
        }
        return (int) length;
    }

    public DerReader sequence() throws MalformedDerException {
        return enter(0x30);
    }

    public DerReader set() throws MalformedDerException {
        return enter(0x31);
    }

    /** The next element with its tag and length, copied. */
    public byte[] element() throws MalformedDerException {
        int start = at;
        next();
        return Arrays.copyOfRange(bytes, start, at);
    }

    /** What is left of this content, copied. */
    public byte[] rest() {
        return Arrays.copyOfRange(bytes, at, end);
    }

    /** How many octets are left. */
    public int remaining() {
        return end - at;
    }

    public BigInteger integer() throws MalformedDerException {
        return enter(0x02).integerContent();
    }

    /** The content of an INTEGER or ENUMERATED. */
    public BigInteger integerContent() throws MalformedDerException {
        int length = end - at;
        if (length == 0) {
            throw new MalformedDerException("an empty INTEGER at octet " + at);
        }
        if (length > 1 && (bytes[at] == 0 && bytes[at + 1] >= 0 || bytes[at] == -1 && bytes[at + 1] < 0)) {
            throw new MalformedDerException("an INTEGER that is not minimal (BER) at octet " + at);
        }
        return new BigInteger(bytes, at, length);
    }

    /** An INTEGER that is not negative and fits an {@code int}. */
    public int smallInteger() throws MalformedDerException {
        return small(integer());
    }

    /** The content of an INTEGER that is not negative; what does not fit an {@code int} is its largest value. */
    public int smallIntegerContent() throws MalformedDerException {
        return small(integerContent());
    }

    private static int small(BigInteger value) throws MalformedDerException {
        if (value.signum() < 0) {
            throw new MalformedDerException("the number " + (value.bitLength() > 63 ? "−…" : value.toString())
                    + " where none below 0 may stand");
        }
        return value.bitLength() > 31 ? Integer.MAX_VALUE : value.intValue();
    }

    public boolean bool() throws MalformedDerException {
        return enter(0x01).boolContent();
    }

    public boolean boolContent() throws MalformedDerException {
        if (end - at != 1 || bytes[at] != 0 && bytes[at] != -1) {
            throw new MalformedDerException("a BOOLEAN that is neither 00 nor FF at octet " + at);
        }
        return bytes[at] == -1;
    }

    public byte[] octets() throws MalformedDerException {
        return enter(0x04).rest();
    }

    /** A BIT STRING of whole octets. */
    public byte[] bits() throws MalformedDerException {
        DerReader content = enter(0x03);
        if (content.unusedBits() != 0) {
            throw new MalformedDerException("a BIT STRING that does not end at an octet, at octet " + content.at);
        }
        return content.rest();
    }

    /** A named bit list as a mask: bit 0 of the list is bit 0 of the mask; bits past 31 are refused. */
    public int namedBits() throws MalformedDerException {
        return enter(0x03).namedBitsContent();
    }

    /** The content of a named bit list. */
    public int namedBitsContent() throws MalformedDerException {
        int unused = unusedBits();
        if (end - at > 4) {
            throw new MalformedDerException("a named bit list of " + (end - at) + " octets at octet " + at);
        }
        if (end > at && (bytes[end - 1] >> unused & 1) == 0) {
            throw new MalformedDerException("a named bit list with trailing zero bits at octet " + at);
        }
        int mask = 0;
        for (int bit = 0; bit < 8 * (end - at); bit++) {
            if ((bytes[at + bit / 8] >> 7 - bit % 8 & 1) != 0) {
                mask |= 1 << bit;
            }
        }
        at = end;
        return mask;
    }

    private int unusedBits() throws MalformedDerException {
        if (at >= end) {
            throw new MalformedDerException("an empty BIT STRING at octet " + at);
        }
        int unused = bytes[at++];
        if (unused < 0 || unused > 7 || at == end && unused != 0) {
            throw new MalformedDerException("a BIT STRING with " + unused + " unused bits at octet " + at);
        }
        if (unused > 0 && (bytes[end - 1] & (1 << unused) - 1) != 0) {
            throw new MalformedDerException("a BIT STRING whose padding is not zero at octet " + at);
        }
        return unused;
    }

    /** An OBJECT IDENTIFIER in dotted decimal. */
    public String oid() throws MalformedDerException {
        return enter(0x06).oidContent();
    }

    public String oidContent() throws MalformedDerException {
        if (at >= end || bytes[end - 1] < 0 || end - at > 64) {
            throw new MalformedDerException("an OBJECT IDENTIFIER that does not end, at octet " + at);
        }
        StringBuilder text = new StringBuilder(24);
        while (at < end) {
            if (bytes[at] == (byte) 0x80) {
                throw new MalformedDerException("an OBJECT IDENTIFIER that is not minimal (BER) at octet " + at);
            }
            long arc = 0;
            int octet;
            do {
                octet = bytes[at++];
                if (arc >>> 55 != 0) {
                    throw new MalformedDerException("an OBJECT IDENTIFIER with a number above 2^62 at octet " + at);
                }
                arc = arc << 7 | octet & 0x7f;
            } while (octet < 0);
            if (text.isEmpty()) {
                long first = Math.min(arc / 40, 2);
                text.append(first).append('.').append(arc - 40 * first);
            } else {
                text.append('.').append(arc);
            }
        }
        return text.toString();
    }

    /** What is left as text in this character set; what does not decode is refused. */
    public String text(Charset charset) throws MalformedDerException {
        try {
            String text = charset.newDecoder()
                    .onMalformedInput(CodingErrorAction.REPORT)
                    .onUnmappableCharacter(CodingErrorAction.REPORT)
                    .decode(ByteBuffer.wrap(bytes, at, end - at))
                    .toString();
            at = end;
            return text;
        } catch (CharacterCodingException e) {
            throw new MalformedDerException("text that is not " + charset + " at octet " + at);
        }
    }

    /** The content of a UTCTime: exactly YYMMDDHHMMSSZ (RFC 5280, 4.1.2.5.1). */
    public Instant utcTimeContent() throws MalformedDerException {
        String text = text(StandardCharsets.US_ASCII);
        if (text.length() != 13) {
            throw new MalformedDerException("UTCTime '" + text + "' is not YYMMDDHHMMSSZ");
        }
        int year = number(text, 0, 2);
        return instant(text, year < 50 ? 2000 + year : 1900 + year, 2);
    }

    /** The content of a GeneralizedTime: exactly YYYYMMDDHHMMSSZ (RFC 5280, 4.1.2.5.2). */
    public Instant generalizedTimeContent() throws MalformedDerException {
        String text = text(StandardCharsets.US_ASCII);
        if (text.length() != 15) {
            throw new MalformedDerException("GeneralizedTime '" + text + "' is not YYYYMMDDHHMMSSZ");
        }
        return instant(text, number(text, 0, 4), 4);
    }

    private static Instant instant(String text, int year, int from) throws MalformedDerException {
        if (text.charAt(text.length() - 1) != 'Z') {
            throw new MalformedDerException("time '" + text + "' does not end in Z");
        }
        try {
            return LocalDateTime.of(
                            year,
                            number(text, from, 2),
                            number(text, from + 2, 2),
                            number(text, from + 4, 2),
                            number(text, from + 6, 2),
                            number(text, from + 8, 2))
                    .toInstant(ZoneOffset.UTC);
        } catch (DateTimeException e) {
            throw new MalformedDerException("time '" + text + "' does not exist");
        }
    }

    private static int number(String text, int from, int digits) throws MalformedDerException {
        int value = 0;
        for (int i = from; i < from + digits; i++) {
            char c = text.charAt(i);
            if (c < '0' || c > '9') {
                throw new MalformedDerException("time '" + text + "' holds something that is not a digit");
            }
            value = 10 * value + c - '0';
        }
        return value;
    }

    private static String tagName(int tag) {
        return switch (tag) {
            case 0x01 -> "BOOLEAN";
            case 0x02 -> "INTEGER";
            case 0x03 -> "BIT STRING";
            case 0x04 -> "OCTET STRING";
            case 0x05 -> "NULL";
            case 0x06 -> "OBJECT IDENTIFIER";
            case 0x0a -> "ENUMERATED";
            case 0x30 -> "SEQUENCE";
            case 0x31 -> "SET";
            default -> "tag " + Integer.toHexString(tag);
        };
    }
}
