package dev.onboard.pki.internal;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * One extension as it stands in a certificate or a revocation list.
 *
 * @param oid its type in dotted decimal
 * @param value its value, the content of the OCTET STRING
 */
public record Extension(String oid, boolean critical, byte[] value) {
    private static final int MOST = 128;

    /** Extensions in order, and the first type that occurs twice. */
    public record All(List<Extension> list, Optional<String> duplicate) {
        static final All NONE = new All(List.of(), Optional.empty());

        /** The extension of this type. */
        public Optional<Extension> find(String oid) {
            for (Extension extension : list) {
                if (extension.oid().equals(oid)) {
                    return Optional.of(extension);
                }
            }
            return Optional.empty();
        }
    }

    /** Reads a SEQUENCE OF Extension. */
    static All readAll(DerReader sequence) throws MalformedDerException {
        List<Extension> list = new ArrayList<>(8);
        Set<String> seen = new HashSet<>();
        Optional<String> duplicate = Optional.empty();
        if (!sequence.hasNext()) {
            throw new MalformedDerException("an empty list of extensions");
        }
        while (sequence.hasNext()) {
            if (list.size() == MOST) {
                throw new MalformedDerException("more than " + MOST + " extensions");
            }
            DerReader entry = sequence.sequence();
            String oid = entry.oid();
            boolean critical = false;
            if (entry.isNext(0x01)) {
                critical = entry.bool();
                if (!critical) {
                    throw new MalformedDerException("an extension that spells out critical FALSE (BER)");
                }
            }
            byte[] value = entry.octets();
            entry.end("an extension");
            if (!seen.add(oid) && duplicate.isEmpty()) {
                duplicate = Optional.of(oid);
            }
            list.add(new Extension(oid, critical, value));
        }
        return new All(List.copyOf(list), duplicate);
    }
}
