package dev.onboard.pki.internal;

import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import java.util.List;

/** Writes DER (X.690). Every method returns one complete TLV. */
public final class Der {
    private static final DateTimeFormatter UTC_TIME =
            DateTimeFormatter.ofPattern("yyMMddHHmmss'Z'").withZone(ZoneOffset.UTC);
    private static final DateTimeFormatter GENERALIZED_TIME =
            DateTimeFormatter.ofPattern("yyyyMMddHHmmss'Z'").withZone(ZoneOffset.UTC);
    private static final Instant FROM_2050 = Instant.parse("2050-01-01T00:00:00Z");

    private Der() {}

    /** One TLV with this tag octet. */
    public static byte[] tlv(int tag, byte[]... contents) {
        int length = 0;
        for (byte[] content : contents) {
            length += content.length;
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream(length + 6);
        out.write(tag);
        if (length < 0x80) {
            out.write(length);
        } else {
            byte[] octets = BigInteger.valueOf(length).toByteArray();
            int from = octets[0] == 0 ? 1 : 0;
            out.write(0x80 | (octets.length - from));
            out.write(octets, from, octets.length - from);
        }
        for (byte[] content : contents) {
            out.write(content, 0, content.length);
        }
        return out.toByteArray();
    }

    public static byte[] sequence(byte[]... elements) {
        return tlv(0x30, elements);
    }

    public static byte[] sequence(List<byte[]> elements) {
        return tlv(0x30, elements.toArray(new byte[0][]));
    }

    /** A SET OF, its elements in DER order. */
    public static byte[] set(byte[]... elements) {
        byte[][] sorted = elements.clone();
        Arrays.sort(sorted, Arrays::compareUnsigned);
        return tlv(0x31, sorted);
    }

    /** An explicitly tagged, constructed, context-specific element. */
    public static byte[] explicit(int number, byte[]... contents) {
        return tlv(0xa0 | number, contents);
    }

    /** An implicitly tagged, primitive, context-specific element. */
    public static byte[] implicit(int number, byte[] content) {
        return tlv(0x80 | number, content);
    }

    public static byte[] integer(BigInteger value) {
        return tlv(0x02, value.toByteArray());
    }

    public static byte[] integer(long value) {
        return integer(BigInteger.valueOf(value));
    }

    /** An ENUMERATED. */
    public static byte[] enumerated(long value) {
        return tlv(0x0a, BigInteger.valueOf(value).toByteArray());
    }

    public static byte[] bool(boolean value) {
        return tlv(0x01, new byte[] {(byte) (value ? 0xff : 0)});
    }

    public static byte[] octets(byte[] content) {
        return tlv(0x04, content);
    }

    public static byte[] nul() {
        return new byte[] {5, 0};
    }

    /** A BIT STRING of whole octets. */
    public static byte[] bits(byte[] content) {
        return tlv(0x03, new byte[1], content);
    }

    /** A named bit list: bit 0 of the mask is bit 0 of the list; trailing zero bits are left out (X.690, 11.2.2). */
    public static byte[] namedBits(int mask) {
        if (mask == 0) {
            return tlv(0x03, new byte[1]);
        }
        int highest = 31 - Integer.numberOfLeadingZeros(mask);
        byte[] content = new byte[highest / 8 + 2];
        content[0] = (byte) (7 - highest % 8);
        for (int bit = 0; bit <= highest; bit++) {
            if ((mask >> bit & 1) != 0) {
                content[1 + bit / 8] |= (byte) (0x80 >> bit % 8);
            }
        }
        return tlv(0x03, content);
    }

    /** An OBJECT IDENTIFIER in dotted decimal. */
    public static byte[] oid(String dotted) {
        String[] arcs = dotted.split("\\.", -1);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        BigInteger first =
                new BigInteger(arcs[0]).multiply(BigInteger.valueOf(40)).add(new BigInteger(arcs[1]));
        base128(out, first);
        for (int i = 2; i < arcs.length; i++) {
            base128(out, new BigInteger(arcs[i]));
        }
        return tlv(0x06, out.toByteArray());
    }

    private static void base128(ByteArrayOutputStream out, BigInteger value) {
        int groups = Math.max(1, (value.bitLength() + 6) / 7);
        for (int group = groups - 1; group >= 0; group--) {
            int septet = value.shiftRight(7 * group).intValue() & 0x7f;
            out.write(group == 0 ? septet : septet | 0x80);
        }
    }

    public static byte[] utf8(String text) {
        return tlv(0x0c, text.getBytes(StandardCharsets.UTF_8));
    }

    public static byte[] printable(String text) {
        return tlv(0x13, text.getBytes(StandardCharsets.US_ASCII));
    }

    public static byte[] ia5(String text) {
        return tlv(0x16, text.getBytes(StandardCharsets.US_ASCII));
    }

    /** UTCTime through 2049 and GeneralizedTime from 2050 on (RFC 5280, 4.1.2.5); fractions of a second are cut off. */
    public static byte[] time(Instant instant) {
        return instant.isBefore(FROM_2050) ? utcTime(instant) : generalizedTime(instant);
    }

    public static byte[] utcTime(Instant instant) {
        return tlv(0x17, UTC_TIME.format(instant).getBytes(StandardCharsets.US_ASCII));
    }

    public static byte[] generalizedTime(Instant instant) {
        return tlv(0x18, GENERALIZED_TIME.format(instant).getBytes(StandardCharsets.US_ASCII));
    }
}
