package dev.onboard.pki;

import java.security.cert.X509Certificate;
import java.util.List;

/**
 * A certificate trusted as a starting point.
 *
 * @param id the account's name for it, given back in the verdict
 * @param certificate the lowest uploaded CA, self-signed or not; for {@link Kind#PINNED} and {@link Kind#DEVELOPER} the
 *     certificate itself
 * @param above the certificates above it that were uploaded with it, nearest first: they validate the anchor and
 *     admit nobody else
 * @param kind what the certificate may be
 */
public record TrustAnchor(String id, X509Certificate certificate, List<X509Certificate> above, Kind kind) {
    /** What a trusted certificate may be. */
    public enum Kind {
        /** A certificate authority: what it issued is trusted. */
        AUTHORITY,
        /** A developer certificate: itself trusted as a device's although it is a CA certificate, and what it issued. */
        DEVELOPER,
        /** One end-entity certificate, trusted itself and issuing nothing. */
        PINNED
    }

    public TrustAnchor {
        above = List.copyOf(above);
    }

    /** A CA certificate with nothing above it. */
    public static TrustAnchor authority(String id, X509Certificate certificate) {
        return new TrustAnchor(id, certificate, List.of(), Kind.AUTHORITY);
    }
}
