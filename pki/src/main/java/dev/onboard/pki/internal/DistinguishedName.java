package dev.onboard.pki.internal;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A distinguished name (RFC 5280, 4.1.2.4) with the comparison of section 7.1: case and runs of white space do not count
 * in directory strings, nor does the string type. Immutable; equal when RFC 5280 says so.
 */
public final class DistinguishedName {
    private static final int MOST_ATTRIBUTES = 64;

    /** One attribute: {@code text} is empty when the value is no string that decodes. */
    public record Attribute(String oid, int tag, String text, boolean decoded, byte[] raw) {}

    private final byte[] encoded;
    private final List<List<Attribute>> rdns;
    private final List<String> canonical;

    private DistinguishedName(byte[] encoded, List<List<Attribute>> rdns, List<String> canonical) {
        this.encoded = encoded;
        this.rdns = rdns;
        this.canonical = canonical;
    }

    /** Parses a DER Name. */
    public static DistinguishedName of(byte[] der) throws MalformedDerException {
        DerReader reader = DerReader.of(der);
        DerReader sequence = reader.sequence();
        reader.end("the name");
        return read(der, sequence);
    }

    /** Parses the RDNs of a Name whose encoding is given. */
    private static DistinguishedName read(byte[] der, DerReader sequence) throws MalformedDerException {
        List<List<Attribute>> rdns = new ArrayList<>();
        List<String> canonical = new ArrayList<>();
        int attributes = 0;
        while (sequence.hasNext()) {
            DerReader set = sequence.set();
            List<Attribute> rdn = new ArrayList<>();
            if (!set.hasNext()) {
                throw new MalformedDerException("an empty set in a name");
            }
            while (set.hasNext()) {
                if (++attributes > MOST_ATTRIBUTES) {
                    throw new MalformedDerException("a name of more than " + MOST_ATTRIBUTES + " attributes");
                }
                DerReader pair = set.sequence();
                String oid = pair.oid();
                int tag = pair.nextTag();
                byte[] raw = pair.element();
                pair.end("an attribute of a name");
                rdn.add(attribute(oid, tag, raw));
            }
            rdns.add(List.copyOf(rdn));
            canonical.add(canonical(rdn));
        }
        return new DistinguishedName(der, List.copyOf(rdns), List.copyOf(canonical));
    }

    private static Attribute attribute(String oid, int tag, byte[] raw) throws MalformedDerException {
        Charset charset = switch (tag) {
            case 0x0c -> StandardCharsets.UTF_8;
            case 0x13, 0x16, 0x12, 0x1a -> StandardCharsets.US_ASCII;
            case 0x14 -> StandardCharsets.ISO_8859_1;
            case 0x1e -> StandardCharsets.UTF_16BE;
            case 0x1c -> Charset.forName("UTF-32BE");
            default -> null;
        };
        if (charset == null) {
            return new Attribute(oid, tag, "", false, raw);
        }
        return new Attribute(oid, tag, DerReader.of(raw).next().text(charset), true, raw);
    }

    private static String canonical(List<Attribute> rdn) {
        if (rdn.size() == 1) {
            return canonical(rdn.get(0));
        }
        String[] parts = new String[rdn.size()];
        for (int i = 0; i < parts.length; i++) {
            parts[i] = canonical(rdn.get(i));
        }
        Arrays.sort(parts);
        return String.join("\u0000+", parts);
    }

    private static String canonical(Attribute attribute) {
        if (!attribute.decoded()) {
            return attribute.oid() + "\u0000#" + HexFormat.of().formatHex(attribute.raw());
        }
        return attribute.oid() + "\u0000=" + fold(attribute.text());
    }

    private static String fold(String text) {
        boolean ascii = true;
        boolean plain = true;
        char previous = ' ';
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            ascii &= c < 0x80;
            plain &= !(c >= 'A' && c <= 'Z') && !(c == ' ' && previous == ' ') && c > 0x1f;
            previous = c;
        }
        if (ascii && plain && (text.isEmpty() || previous != ' ')) {
            return text;
        }
        String normal = ascii ? text : Normalizer.normalize(text, Normalizer.Form.NFKC);
        return normal.toLowerCase(Locale.ROOT).strip().replaceAll("\\s+", " ");
    }

    /** The DER it was read from. */
    public byte[] encoded() {
        return encoded;
    }

    public boolean isEmpty() {
        return rdns.isEmpty();
    }

    /** The attributes, set by set, in the order of the encoding. */
    public List<List<Attribute>> rdns() {
        return rdns;
    }

    /** The values of this attribute type, in the order of the encoding. */
    public List<String> values(String oid) {
        List<String> values = new ArrayList<>(1);
        for (List<Attribute> rdn : rdns) {
            for (Attribute attribute : rdn) {
                if (attribute.decoded() && attribute.oid().equals(oid)) {
                    values.add(attribute.text());
                }
            }
        }
        return values;
    }

    /** Whether this name is in the subtree below the other: begins with all of its sets (RFC 5280, 7.1). */
    public boolean isWithin(DistinguishedName subtree) {
        return canonical.size() >= subtree.canonical.size()
                && canonical.subList(0, subtree.canonical.size()).equals(subtree.canonical);
    }

    /** This name with one more set at its end: how an nameRelativeToCRLIssuer is completed. */
    public DistinguishedName with(byte[] setContent) throws MalformedDerException {
        byte[] body = DerReader.of(encoded).sequence().rest();
        return of(Der.sequence(body, Der.tlv(0x31, setContent)));
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof DistinguishedName name
                && (Arrays.equals(encoded, name.encoded) || canonical.equals(name.canonical));
    }

    @Override
    public int hashCode() {
        return canonical.hashCode();
    }

    /** RFC 4514 text, the last set first. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        for (int i = rdns.size() - 1; i >= 0; i--) {
            if (!text.isEmpty()) {
                text.append(',');
            }
            String plus = "";
            for (Attribute attribute : rdns.get(i)) {
                text.append(plus).append(Oids.nameOr(attribute.oid())).append('=');
                plus = "+";
                if (attribute.decoded()) {
                    escape(text, attribute.text());
                } else {
                    text.append('#').append(HexFormat.of().formatHex(attribute.raw()));
                }
            }
        }
        return text.toString();
    }

    private static void escape(StringBuilder out, String value) {
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            boolean edge = i == 0 && (c == ' ' || c == '#') || i == value.length() - 1 && c == ' ';
            if (edge || ",+\"\\<>;".indexOf(c) >= 0) {
                out.append('\\').append(c);
            } else if (c < 0x20 || c == 0x7f || Character.getType(c) == Character.FORMAT) {
                for (byte b : String.valueOf(c).getBytes(StandardCharsets.UTF_8)) {
                    out.append('\\').append(HexFormat.of().toHexDigits(b));
                }
            } else {
                out.append(c);
            }
        }
    }
}
