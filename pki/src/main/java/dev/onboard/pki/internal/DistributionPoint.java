package dev.onboard.pki.internal;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One point of the cRLDistributionPoints or freshestCRL extension (RFC 5280, 4.2.1.13).
 *
 * @param names the fullName; empty when it is left out or relative
 * @param relative the content of nameRelativeToCRLIssuer
 * @param reasons the reason flags as a mask, bit 1 keyCompromise and on; 0 when left out, which means all
 * @param crlIssuers who issues the list when it is not the certificate's issuer
 */
public record DistributionPoint(
        List<GeneralName> names, byte @Nullable [] relative, int reasons, List<GeneralName> crlIssuers) {
    static List<DistributionPoint> readAll(byte[] value) throws MalformedDerException {
        DerReader reader = DerReader.of(value);
        DerReader points = reader.sequence();
        reader.end("the distribution points");
        List<DistributionPoint> all = new ArrayList<>(1);
        if (!points.hasNext()) {
            throw new MalformedDerException("a list of no distribution points");
        }
        while (points.hasNext()) {
            DerReader point = points.sequence();
            Name name = point.isNext(0xa0) ? name(point.enter(0xa0)) : new Name(List.of(), null);
            int reasons = point.isNext(0x81) ? point.enter(0x81).namedBitsContent() : 0;
            List<GeneralName> issuers =
                    point.isNext(0xa2) ? GeneralName.readAll(point.enter(0xa2), "cRLIssuer") : List.of();
            point.end("a distribution point");
            all.add(new DistributionPoint(name.names(), name.relative(), reasons, issuers));
        }
        return List.copyOf(all);
    }

    record Name(List<GeneralName> names, byte @Nullable [] relative) {}

    /** A DistributionPointName. */
    static Name name(DerReader choice) throws MalformedDerException {
        Name name;
        if (choice.isNext(0xa0)) {
            name = new Name(GeneralName.readAll(choice.enter(0xa0), "fullName"), null);
        } else {
            name = new Name(List.of(), choice.enter(0xa1).rest());
        }
        choice.end("the name of a distribution point");
        return name;
    }
}
