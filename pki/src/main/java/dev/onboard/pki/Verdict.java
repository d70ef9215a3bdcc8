package dev.onboard.pki;

import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** What the evaluation of a chain ends in: trusted with the path used, or refused with one reason. */
public sealed interface Verdict permits Verdict.Trusted, Verdict.Refused {
    /** Remarks that do not refuse. */
    List<Finding> findings();

    /**
     * The chain is trusted.
     *
     * @param path the certificates used, leaf first, trust anchor last
     * @param anchor the trusted certificate the path ends in
     * @param findings remarks that do not refuse
     * @param validUntil the earliest notAfter of the path: trust ends then
     */
    record Trusted(List<X509Certificate> path, TrustAnchor anchor, List<Finding> findings, Instant validUntil)
            implements Verdict {
        public Trusted {
            path = List.copyOf(path);
            findings = List.copyOf(findings);
        }

        /** The certificate of the peer itself. */
        public X509Certificate leaf() {
            return path.get(0);
        }

        /**
         * The same verdict for whoever keeps it for long: what the peer sent is held as its DER ({@link CompactCertificate}),
         * what the policy had anyway as it is.
         */
        public Trusted compact() {
            List<X509Certificate> kept = new ArrayList<>(path);
            for (int i = 0; i < kept.size() - 1; i++) {
                kept.set(i, CompactCertificate.of(kept.get(i)));
            }
            return new Trusted(kept, anchor, findings, validUntil);
        }
    }

    /**
     * The chain is refused.
     *
     * @param reason the first rule that failed, on the path that came furthest
     * @param certificate the certificate concerned
     * @param detail the values found and expected, one sentence
     * @param fix what to do about it, one sentence with the names filled in
     * @param tried the path that came furthest, as far as there was one, the peer's certificate first
     * @param findings remarks that do not refuse
     */
    record Refused(
            Reason reason,
            CertificateReference certificate,
            String detail,
            String fix,
            List<CertificateReference> tried,
            List<Finding> findings)
            implements Verdict {
        public Refused {
            tried = List.copyOf(tried);
            findings = List.copyOf(findings);
        }

        /** A refusal with the reason's general fix and no findings. */
        public Refused(Reason reason, CertificateReference certificate, String detail) {
            this(reason, certificate, detail, reason.fix(), List.of(), List.of());
        }

        /** A chain that is trusted, of a device that asked under another name than its certificate's. */
        public static Refused of(Trusted trusted, EndpointMatch.Refused mismatch) {
            X509Certificate leaf = trusted.leaf();
            return new Refused(
                    mismatch.reason(),
                    new CertificateReference(
                            0, SubjectName.text(leaf), leaf.getSerialNumber().toString(16)),
                    mismatch.detail(),
                    mismatch.fix(),
                    List.of(),
                    trusted.findings());
        }

        /** The alert to send. */
        public Alert alert() {
            return reason.alert();
        }
    }
}
