package dev.onboard.pki;

import dev.onboard.pki.internal.DistinguishedName;
import dev.onboard.pki.internal.MalformedDerException;
import dev.onboard.pki.internal.ParsedCertificate;
import dev.onboard.pki.internal.ParsedCrl;
import java.math.BigInteger;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The certificates and revocation lists of a policy, taken apart once. What cannot be read admits nobody. Thread-safe; what it holds never changes, but for what it has worked out. */
final class TrustStore {
    private final Map<DistinguishedName, List<PreparedAnchor>> anchors = new HashMap<>();
    private final Map<DistinguishedName, List<ParsedCertificate>> intermediates = new HashMap<>();
    private final List<ParsedCrl> crls = new ArrayList<>();
    private final int anchorCount;
    private final KnownAuthorities known;

    TrustStore(List<TrustAnchor> anchors, List<X509Certificate> intermediates, List<byte[]> crls) {
        this.known = new KnownAuthorities();
        int count = 0;
        for (TrustAnchor anchor : anchors) {
            var prepared = PreparedAnchor.of(anchor);
            if (prepared.isPresent()) {
                this.anchors
                        .computeIfAbsent(prepared.get().certificate().subject(), name -> new ArrayList<>(1))
                        .add(prepared.get());
                count++;
            }
        }
        this.anchorCount = count;
        for (X509Certificate intermediate : intermediates) {
            try {
                ParsedCertificate parsed = PreparedAnchor.parse(intermediate);
                this.intermediates
                        .computeIfAbsent(parsed.subject(), name -> new ArrayList<>(1))
                        .add(parsed);
            } catch (MalformedDerException e) {
                continue; // not exact DER: it takes part in no path
            }
        }
        for (byte[] crl : crls) {
            try {
                this.crls.add(ParsedCrl.of(crl));
            } catch (MalformedDerException e) {
                continue; // says nothing about any certificate: hard-fail refuses, soft-fail remarks
            }
        }
        // of several lists of one issuer the newest state counts, whatever the order in which they were given
        this.crls.sort(Comparator.comparing(ParsedCrl::thisUpdate)
                .thenComparing(list -> list.number().orElse(BigInteger.ZERO))
                .reversed());
    }

    /** How many anchors can be used. */
    int anchorCount() {
        return anchorCount;
    }

    List<PreparedAnchor> anchors(DistinguishedName subject) {
        return anchors.getOrDefault(subject, List.of());
    }

    List<ParsedCertificate> intermediates(DistinguishedName subject) {
        return intermediates.getOrDefault(subject, List.of());
    }

    /** What the policy has worked out of CA certificates so far. */
    KnownAuthorities known() {
        return known;
    }

    List<ParsedCrl> crls() {
        return crls;
    }

    /** The same with one other anchor instead of all: Certificate Usage 2. */
    TrustStore withOnly(PreparedAnchor anchor) {
        return new TrustStore(this, anchor);
    }

    private TrustStore(TrustStore other, PreparedAnchor anchor) {
        this.known = other.known;
        this.anchors.put(anchor.certificate().subject(), List.of(anchor));
        this.intermediates.putAll(other.intermediates);
        this.crls.addAll(other.crls);
        this.anchorCount = 1;
    }
}
