package dev.onboard.pki;

import dev.onboard.pki.internal.Der;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;

/** Every element of a DER document changed in every way that a parser might stumble over, the elements around it made to fit. */
final class Mutations {
    private static final int[] TAGS = {
        0x00, 0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x0c, 0x17, 0x18, 0x1f, 0x30, 0x31, 0x80, 0xa0, 0xa3, 0xff
    };

    private record Element(int tag, byte[] content, List<Element> children, int prefix) {}

    private Mutations() {}

    /** Calls for each changed document. */
    static void each(byte[] der, Consumer<byte[]> use) {
        Element root = parse(der);
        visit(root, root, new ArrayList<>(), changed -> {
            if (!Arrays.equals(changed, der)) {
                use.accept(changed);
            }
        });
    }

    private static void visit(Element root, Element element, List<Integer> path, Consumer<byte[]> use) {
        byte[] content = element.content();
        for (int tag : TAGS) {
            use.accept(rebuild(root, path, 0, Der.tlv(tag, content)));
        }
        byte[] whole = Der.tlv(element.tag(), content);
        use.accept(rebuild(root, path, 0, new byte[0]));
        use.accept(rebuild(root, path, 0, join(whole, whole)));
        use.accept(rebuild(root, path, 0, Der.tlv(element.tag())));
        use.accept(rebuild(root, path, 0, Der.tlv(element.tag(), content, new byte[1])));
        use.accept(rebuild(root, path, 0, Der.tlv(element.tag(), new byte[1], content)));
        use.accept(rebuild(root, path, 0, Der.tlv(element.tag(), whole)));
        if (content.length > 0) {
            use.accept(rebuild(root, path, 0, Der.tlv(element.tag(), Arrays.copyOf(content, content.length - 1))));
            use.accept(rebuild(root, path, 0, Der.tlv(element.tag(), Arrays.copyOfRange(content, 1, content.length))));
            use.accept(rebuild(root, path, 0, Der.tlv(element.tag(), new byte[content.length])));
            byte[] ones = new byte[content.length];
            Arrays.fill(ones, (byte) 0xff);
            use.accept(rebuild(root, path, 0, Der.tlv(element.tag(), ones)));
            use.accept(rebuild(root, path, 0, Der.tlv(element.tag(), new byte[4096])));
            for (int i = 0; i < Math.min(content.length, 8); i++) {
                byte[] changed = content.clone();
                changed[i] ^= (byte) (1 << i % 8);
                use.accept(rebuild(root, path, 0, Der.tlv(element.tag(), changed)));
            }
        }
        byte[] tagged = {(byte) element.tag()};
        use.accept(rebuild(root, path, 0, join(tagged, new byte[] {(byte) 0x80}, content, new byte[2])));
        use.accept(rebuild(
                root, path, 0, join(tagged, new byte[] {(byte) 0x84, 0, 0, 0, (byte) content.length}, content)));
        use.accept(rebuild(root, path, 0, join(tagged, new byte[] {(byte) 0x84, 0x7f, -1, -1, -1}, content)));
        use.accept(rebuild(
                root, path, 0, join(tagged, new byte[] {(byte) 0x88, -1, -1, -1, -1, -1, -1, -1, -1}, content)));
        for (int i = 0; i < element.children().size(); i++) {
            List<Integer> deeper = new ArrayList<>(path);
            deeper.add(i);
            visit(root, element.children().get(i), deeper, use);
        }
    }

    private static byte[] rebuild(Element element, List<Integer> path, int depth, byte[] replacement) {
        if (depth == path.size()) {
            return replacement;
        }
        byte[][] parts = new byte[element.children().size() + 1][];
        parts[0] = Arrays.copyOf(element.content(), element.prefix());
        for (int i = 0; i < element.children().size(); i++) {
            Element child = element.children().get(i);
            parts[i + 1] = i == path.get(depth)
                    ? rebuild(child, path, depth + 1, replacement)
                    : Der.tlv(child.tag(), child.content());
        }
        return Der.tlv(element.tag(), parts);
    }

    private static Element parse(byte[] der) {
        List<Element> elements = elements(der, 0);
        if (elements.size() != 1) {
            throw new IllegalArgumentException("not one DER element");
        }
        return elements.get(0);
    }

    /** The elements that these octets consist of; none when they do not. */
    private static List<Element> elements(byte[] bytes, int from) {
        List<Element> elements = new ArrayList<>();
        int at = from;
        while (at < bytes.length) {
            if (at + 2 > bytes.length) {
                return List.of();
            }
            int tag = bytes[at++] & 0xff;
            int length = bytes[at++] & 0xff;
            if (length > 0x80) {
                int octets = length & 0x7f;
                length = 0;
                if (octets > 2 || at + octets > bytes.length) {
                    return List.of();
                }
                for (int i = 0; i < octets; i++) {
                    length = length << 8 | bytes[at++] & 0xff;
                }
            }
            if (length == 0x80 || at + length > bytes.length) {
                return List.of();
            }
            byte[] content = Arrays.copyOfRange(bytes, at, at + length);
            at += length;
            boolean wraps = tag == 0x04 || tag == 0x03 && length > 1 && content[0] == 0;
            int prefix = tag == 0x03 ? 1 : 0;
            List<Element> children = (tag & 0x20) != 0 || wraps ? elements(content, prefix) : List.of();
            elements.add(new Element(tag, content, children, children.isEmpty() ? 0 : prefix));
        }
        return elements;
    }

    private static byte[] join(byte[]... parts) {
        int length = 0;
        for (byte[] part : parts) {
            length += part.length;
        }
        byte[] all = new byte[length];
        int at = 0;
        for (byte[] part : parts) {
            System.arraycopy(part, 0, all, at, part.length);
            at += part.length;
        }
        return all;
    }
}
