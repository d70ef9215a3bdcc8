package dev.onboard.account;

import dev.onboard.pki.TrustAnchor;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * A CA certificate, or a chain of them, that the account trusts to have issued device certificates.
 *
 * @param id 32 lower-case hexadecimal digits
 * @param name unique in the account, 1 to 100 characters
 * @param description up to 500 characters; may be empty
 * @param service at which server it counts
 * @param status whether it counts
 * @param enrollmentMode whether it admits only devices of the enrolment list
 * @param executionMode {@link ExecutionMode#DEVELOPER} for a developer certificate
 * @param chain the anchor first (the lowest CA that was uploaded), then those above it, nearest first
 * @param fingerprint SHA-256 of the anchor, 64 lower-case hexadecimal digits
 * @param subject the anchor's subject, RFC 4514 text, for people
 * @param issuer the anchor's issuer, RFC 4514 text, for people
 * @param fault why it could not serve as an anchor when it was uploaded (see {@link AnchorPolicy#TESTBED})
 * @param revision counts the changes, from 1
 */
public record TrustedCertificate(
        String id,
        String name,
        String description,
        Service service,
        Status status,
        EnrollmentMode enrollmentMode,
        ExecutionMode executionMode,
        List<X509Certificate> chain,
        String fingerprint,
        String subject,
        String issuer,
        Optional<String> fault,
        long revision,
        Instant createdAt,
        Instant updatedAt) {

    /** Whether a trusted certificate counts. */
    public enum Status {
        ACTIVE,
        INACTIVE;

        /** The status with this name; empty when there is none. */
        public static Optional<Status> of(String word) {
            for (Status status : values()) {
                if (status.name().equals(word)) {
                    return Optional.of(status);
                }
            }
            return Optional.empty();
        }
    }

    /** Which devices of a CA are admitted. */
    public enum EnrollmentMode {
        /** Every device. */
        EVERY_DEVICE,
        /** Only devices whose certificate is on the enrolment list. */
        ENROLLED_DEVICES
    }

    public TrustedCertificate {
        chain = List.copyOf(chain);
    }

    /** The certificate that is trusted. */
    public X509Certificate certificate() {
        return chain.get(0);
    }

    /** When the anchor's validity ends. */
    public Instant expiresAt() {
        return certificate().getNotAfter().toInstant();
    }

    /** Whether it can serve as an anchor at this time. */
    public boolean isValidAt(Instant time) {
        return fault.isEmpty()
                && !time.isBefore(certificate().getNotBefore().toInstant())
                && !time.isAfter(expiresAt());
    }

    /** The anchor for the trust evaluation. */
    public TrustAnchor anchor() {
        TrustAnchor.Kind kind =
                executionMode == ExecutionMode.DEVELOPER ? TrustAnchor.Kind.DEVELOPER : TrustAnchor.Kind.AUTHORITY;
        return new TrustAnchor(id, certificate(), chain.subList(1, chain.size()), kind);
    }
}
