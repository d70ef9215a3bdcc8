package dev.onboard.pki;

import dev.onboard.pki.internal.DerReader;
import dev.onboard.pki.internal.Extension;
import dev.onboard.pki.internal.MalformedDerException;
import dev.onboard.pki.internal.OcspResponse;
import dev.onboard.pki.internal.Oids;
import dev.onboard.pki.internal.ParsedCertificate;
import java.time.Instant;
import java.util.Optional;

/** Judges the OCSP response that a server stapled to its certificate (RFC 6960, 3.2; RFC 6066, 8; RFC 7633). */
final class StapledStatus {
    private static final int STATUS_REQUEST = 5;

    private final Optional<byte[]> stapled;
    private final Stapling stapling;
    private final Instant at;

    StapledStatus(Optional<byte[]> stapled, Stapling stapling, Instant at) {
        this.stapled = stapled;
        this.stapling = stapling;
        this.at = at;
    }

    Optional<Refusal> check(CertificatePath path) {
        ParsedCertificate leaf = path.leaf();
        if (stapled.isEmpty()) {
            boolean demanded =
                    stapling == Stapling.ALWAYS || stapling == Stapling.AS_CERTIFICATE_DEMANDS && demandsStaple(leaf);
            return demanded ? refuse(leaf, "an OCSP response is demanded and none was stapled") : Optional.empty();
        }
        if (path.top() == 0) {
            return Optional.empty(); // the certificate is trusted itself: it has no issuer here
        }
        ParsedCertificate issuer = path.certificates().get(1);
        try {
            OcspResponse response = OcspResponse.of(stapled.get());
            if (!isAuthentic(response, issuer)) {
                return refuse(leaf, "the OCSP response is not signed by '" + issuer + "' or a responder it appointed");
            }
            for (OcspResponse.Single single : response.responses()) {
                if (single.isAbout(leaf, issuer)) {
                    return judge(single, leaf);
                }
            }
            return refuse(leaf, "the OCSP response is about another certificate");
        } catch (MalformedDerException e) {
            return refuse(leaf, "the OCSP response cannot be read: " + e.getMessage());
        }
    }

    private Optional<Refusal> judge(OcspResponse.Single single, ParsedCertificate leaf) {
        if (single.thisUpdate().isAfter(at)
                || single.nextUpdate().map(next -> next.isBefore(at)).orElse(true)) {
            return refuse(
                    leaf,
                    "the OCSP response counts from " + single.thisUpdate() + " to "
                            + single.nextUpdate().map(Instant::toString).orElse("no stated time") + "; it is " + at);
        }
        return switch (single.state()) {
            case GOOD -> Optional.empty();
            case REVOKED ->
                Optional.of(Refusal.of(
                        Reason.REVOKED,
                        leaf,
                        Refusal.REVOCATION,
                        "revoked " + single.date().map(Instant::toString).orElse("") + ", says the OCSP response"));
            case UNKNOWN -> refuse(leaf, "the responder does not know the certificate");
        };
    }

    private boolean isAuthentic(OcspResponse response, ParsedCertificate issuer) {
        if (response.isSignedWith(issuer.key())) {
            return true;
        }
        for (ParsedCertificate responder : response.certificates()) {
            boolean appointed = responder.faults().isEmpty()
                    && responder.issuer().equals(issuer.subject())
                    && responder
                            .extendedKeyUsage()
                            .map(usages -> usages.contains(Oids.OCSP_SIGNING))
                            .orElse(false)
                    && !at.isBefore(responder.notBefore())
                    && !at.isAfter(responder.notAfter())
                    && responder.isSignedWith(issuer.key());
            if (appointed && response.isSignedWith(responder.key())) {
                return true;
            }
        }
        return false;
    }

    private static boolean demandsStaple(ParsedCertificate leaf) {
        Optional<Extension> feature = leaf.extensions().find(Oids.TLS_FEATURE);
        if (feature.isEmpty()) {
            return false;
        }
        try {
            DerReader list = DerReader.of(feature.get().value()).sequence();
            while (list.hasNext()) {
                if (list.smallInteger() == STATUS_REQUEST) {
                    return true;
                }
            }
            return false;
        } catch (MalformedDerException e) {
            return true; // unreadable: the careful answer
        }
    }

    private static Optional<Refusal> refuse(ParsedCertificate leaf, String detail) {
        return Optional.of(Refusal.of(Reason.BAD_STATUS_RESPONSE, leaf, Refusal.REVOCATION, detail));
    }
}
