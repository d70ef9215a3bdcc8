package dev.onboard.manifest;

import dev.onboard.pki.CertificateReference;
import dev.onboard.pki.Finding;
import dev.onboard.pki.Purpose;
import dev.onboard.pki.Reason;
import dev.onboard.pki.Revocation;
import dev.onboard.pki.TrustAnchor;
import dev.onboard.pki.TrustPolicy;
import dev.onboard.pki.Verdict;
import dev.onboard.pki.internal.Certificates;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * Whose signature counts on a device's firmware: that of its update authenticity certificates. One that is no CA stands for
 * itself alone; one that is a CA stands for the signers that it issued, with codeSigning. Several count side by side, as while
 * one takes over from another. Immutable and thread-safe.
 */
public final class UpdateTrust {
    private final List<X509Certificate> authenticity;
    private final Expiry expiry;
    private final TrustPolicy policy;
    /** Of the authenticity certificates that are CAs alone: what they revoked is revoked, also where it is an authenticity certificate itself. */
    private final TrustPolicy authorities;

    /** What becomes of a signer whose certificate has ended or not begun. */
    public enum Expiry {
        /** Accepted with a finding: the platform's devices take the certificate for its key alone. */
        IGNORED,
        /** Refused. */
        REFUSED
    }

    private UpdateTrust(List<X509Certificate> authenticity, Expiry expiry, List<byte[]> crls) {
        this.authenticity = List.copyOf(authenticity);
        this.expiry = expiry;
        List<TrustAnchor> anchors = new ArrayList<>();
        for (X509Certificate certificate : authenticity) {
            TrustAnchor.Kind kind =
                    certificate.getBasicConstraints() >= 0 ? TrustAnchor.Kind.AUTHORITY : TrustAnchor.Kind.PINNED;
            anchors.add(new TrustAnchor("update-authenticity", certificate, List.of(), kind));
        }
        this.policy = policy(anchors, crls);
        this.authorities = policy(
                anchors.stream()
                        .filter(anchor -> anchor.kind() == TrustAnchor.Kind.AUTHORITY)
                        .toList(),
                crls);
    }

    private static TrustPolicy policy(List<TrustAnchor> anchors, List<byte[]> crls) {
        return TrustPolicy.forPurpose(Purpose.FIRMWARE_SIGNER)
                .anchors(anchors)
                .crls(crls)
                .revocation(crls.isEmpty() ? Revocation.OFF : Revocation.SOFT_FAIL)
                .build();
    }

    /** Trust in these certificates. */
    public static UpdateTrust of(List<X509Certificate> authenticity, Expiry expiry) {
        return new UpdateTrust(authenticity, expiry, List.of());
    }

    /** Trust in these certificates, but for signers on one of these revocation lists in DER. */
    public static UpdateTrust of(List<X509Certificate> authenticity, Expiry expiry, List<byte[]> crls) {
        return new UpdateTrust(authenticity, expiry, crls);
    }

    /** The certificates themselves. */
    List<X509Certificate> authenticity() {
        return authenticity;
    }

    /** Whether this signer's chain, leaf first and as received, is trusted. */
    Verdict judge(List<byte[]> chain, Instant at) {
        if (authorities.evaluate(chain, at) instanceof Verdict.Refused refused && refused.reason() == Reason.REVOKED) {
            return refused;
        }
        Verdict verdict = policy.evaluate(chain, at);
        if (expiry == Expiry.REFUSED || !isOfTime(verdict)) {
            return verdict;
        }
        X509Certificate leaf = Certificates.certificate(chain.get(0));
        Instant begin = leaf.getNotBefore().toInstant();
        Instant end = leaf.getNotAfter().toInstant();
        Verdict within = policy.evaluate(chain, at.isBefore(begin) ? begin : at.isAfter(end) ? end : at);
        if (within instanceof Verdict.Trusted trusted) {
            List<Finding> findings = new ArrayList<>(trusted.findings());
            findings.add(new Finding(
                    "validity-ignored", 0, "the signer's certificate is valid from " + begin + " to " + end));
            return new Verdict.Trusted(trusted.path(), trusted.anchor(), findings, trusted.validUntil());
        }
        return within;
    }

    private static boolean isOfTime(Verdict verdict) {
        return verdict instanceof Verdict.Refused refused
                && (refused.reason() == Reason.EXPIRED
                        || refused.reason() == Reason.NOT_YET_VALID
                        || refused.reason() == Reason.ANCHOR_EXPIRED
                        || refused.reason() == Reason.ANCHOR_NOT_YET_VALID);
    }

    static Verdict.Refused unknown(String detail) {
        return new Verdict.Refused(Reason.UNKNOWN_CA, CertificateReference.none(), detail);
    }

    static Verdict.Refused unreadable(String detail) {
        return new Verdict.Refused(Reason.MALFORMED, CertificateReference.none(), detail);
    }

    static byte[] encoded(X509Certificate certificate) {
        try {
            return certificate.getEncoded();
        } catch (CertificateEncodingException e) {
            throw new IllegalArgumentException("a certificate that was read cannot be encoded", e);
        }
    }
}
