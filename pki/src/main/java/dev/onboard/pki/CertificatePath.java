package dev.onboard.pki;

import dev.onboard.pki.internal.ParsedCertificate;
import java.util.List;

/**
 * A path that was found: certificates leaf first, the anchor at its place, above it what was uploaded with it.
 *
 * @param anchorIndex the place of the anchor in the list
 */
record CertificatePath(List<ParsedCertificate> certificates, int anchorIndex, PreparedAnchor anchor) {
    ParsedCertificate leaf() {
        return certificates.get(0);
    }

    int top() {
        return certificates.size() - 1;
    }

    /** The certificates from the leaf to the anchor. */
    List<ParsedCertificate> used() {
        return certificates.subList(0, anchorIndex + 1);
    }
}
