package dev.onboard.fuzz;

import dev.onboard.pki.internal.Der;
import dev.onboard.pki.internal.DerReader;
import dev.onboard.pki.internal.MalformedDerException;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.UnaryOperator;

/** Changes one element of a DER document somewhere in its depth, with the lengths around it made to fit. Stateless. */
final class DerTree {
    private static final int[] TAGS = {
        0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x0a, 0x0c, 0x17, 0x18, 0x30, 0x31, 0x80, 0xa0, 0xa1, 0xa3, 0xff
    };

    private DerTree() {}

    /** The document with one element changed; the octets themselves when they are no DER. */
    static byte[] changed(byte[] der, Random random, UnaryOperator<byte[]> octets) {
        List<byte[]> elements = elements(der);
        if (elements.isEmpty()) {
            return octets.apply(der);
        }
        int at = random.nextInt(elements.size());
        byte[] element = elements.get(at);
        switch (random.nextInt(10)) {
            case 0 -> elements.remove(at);
            case 1 -> elements.add(at, element);
            case 2 -> elements.add(random.nextInt(elements.size()), elements.remove(at));
            case 3 -> elements.set(at, Der.tlv(TAGS[random.nextInt(TAGS.length)], content(element)));
            default -> elements.set(at, inside(element, random, octets));
        }
        return joined(elements);
    }

    private static byte[] inside(byte[] element, Random random, UnaryOperator<byte[]> octets) {
        int tag = element[0] & 0xff;
        byte[] content = content(element);
        boolean bits = tag == 0x03 && content.length > 1 && content[0] == 0;
        if ((tag & 0x20) != 0 || tag == 0x04) {
            return Der.tlv(tag, changed(content, random, octets));
        }
        if (bits) {
            byte[] wrapped = java.util.Arrays.copyOfRange(content, 1, content.length);
            return Der.tlv(tag, new byte[1], changed(wrapped, random, octets));
        }
        return Der.tlv(tag, octets.apply(content));
    }

    private static byte[] content(byte[] element) {
        try {
            return DerReader.of(element).next().rest();
        } catch (MalformedDerException e) {
            throw new IllegalStateException("an element that was read once", e);
        }
    }

    /** The elements that these octets consist of; none when they do not. */
    private static List<byte[]> elements(byte[] der) {
        List<byte[]> elements = new ArrayList<>();
        DerReader reader = DerReader.of(der);
        try {
            while (reader.hasNext()) {
                elements.add(reader.element());
            }
        } catch (MalformedDerException e) {
            return new ArrayList<>();
        }
        return elements;
    }

    private static byte[] joined(List<byte[]> parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        parts.forEach(all::writeBytes);
        return all.toByteArray();
    }
}
