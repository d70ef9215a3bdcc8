package dev.onboard.pki.internal;

import java.util.ArrayList;
import java.util.List;

/** The nameConstraints extension (RFC 5280, 4.2.1.10). */
public record NameConstraints(List<GeneralName> permitted, List<GeneralName> excluded) {
    static NameConstraints of(byte[] value) throws MalformedDerException {
        DerReader reader = DerReader.of(value);
        DerReader content = reader.sequence();
        reader.end("nameConstraints");
        boolean hasPermitted = content.isNext(0xa0);
        List<GeneralName> permitted = hasPermitted ? subtrees(content.enter(0xa0)) : List.of();
        boolean hasExcluded = content.isNext(0xa1);
        List<GeneralName> excluded = hasExcluded ? subtrees(content.enter(0xa1)) : List.of();
        content.end("nameConstraints");
        if (!hasPermitted && !hasExcluded) {
            throw new MalformedDerException("nameConstraints that neither permit nor exclude anything");
        }
        return new NameConstraints(permitted, excluded);
    }

    private static List<GeneralName> subtrees(DerReader content) throws MalformedDerException {
        List<GeneralName> bases = new ArrayList<>();
        if (!content.hasNext()) {
            throw new MalformedDerException("nameConstraints with an empty list of subtrees");
        }
        while (content.hasNext()) {
            DerReader subtree = content.sequence();
            GeneralName base = GeneralName.read(subtree, true);
            if (subtree.hasNext()) {
                // minimum 0 is the default and may not be spelled out in DER; nothing else is allowed (4.2.1.10)
                throw new MalformedDerException("nameConstraints with a minimum or maximum");
            }
            check(base);
            bases.add(base);
        }
        return List.copyOf(bases);
    }

    private static void check(GeneralName base) throws MalformedDerException {
        if (base.type() == GeneralName.ADDRESS) {
            byte[] octets = base.octets();
            if (octets.length != 8 && octets.length != 32) {
                throw new MalformedDerException("an iPAddress constraint of " + octets.length + " octets");
            }
            boolean ended = false;
            for (int bit = octets.length * 4; bit < octets.length * 8; bit++) {
                boolean set = (octets[bit / 8] >> 7 - bit % 8 & 1) != 0;
                if (set && ended) {
                    throw new MalformedDerException("an iPAddress constraint whose mask has gaps");
                }
                ended |= !set;
            }
        }
        if (base.type() == GeneralName.DNS && !base.text().isEmpty() && !DnsName.isHost(base.text())) {
            throw new MalformedDerException("the dNSName constraint '" + base.text() + "', which is no host name");
        }
    }
}
