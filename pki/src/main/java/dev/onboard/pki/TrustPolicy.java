package dev.onboard.pki;

import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is trusted, for what, and how strictly: evaluates a chain as it was received. Immutable and thread-safe; of
 * one evaluation nothing is remembered for the next but CA certificates, taken apart, and which of them signed which.
 */
public final class TrustPolicy {
    private static final Logger LOG = LoggerFactory.getLogger(TrustPolicy.class);

    private final Builder settings;
    private final TrustStore store;

    private TrustPolicy(Builder settings) {
        this.settings = settings;
        this.store = new TrustStore(settings.anchors, settings.intermediates, settings.crls);
    }

    /** Starts a policy. Without anchors it refuses everyone ({@link Reason#UNKNOWN_CA}). */
    public static Builder forPurpose(Purpose purpose) {
        return new Builder(purpose);
    }

    /**
     * Whether this chain is trusted.
     *
     * @param chainLeafFirst the certificates as received, each as bytes; never trusted to be anything
     * @param at the time to judge at
     * @return a verdict for every input; nothing is thrown
     */
    public Verdict evaluate(List<byte[]> chainLeafFirst, Instant at) {
        return evaluate(chainLeafFirst, Optional.empty(), at);
    }

    /** The same for a server that stapled an OCSP response (RFC 6066, 8) to its certificate. */
    public Verdict evaluate(List<byte[]> chainLeafFirst, byte[] stapledOcspResponse, Instant at) {
        return evaluate(chainLeafFirst, Optional.of(stapledOcspResponse), at);
    }

    private Verdict evaluate(List<byte[]> chainLeafFirst, Optional<byte[]> stapled, Instant at) {
        try {
            return new Evaluation(settings, store, chainLeafFirst, stapled, at).run();
        } catch (RuntimeException e) {
            LOG.error("evaluating a chain of {} certificates failed", chainLeafFirst.size(), e);
            return new Verdict.Refused(
                    Reason.EVALUATION_FAILED,
                    CertificateReference.none(),
                    e.getClass().getName() + ": " + e.getMessage());
        }
    }

    /** Collects what a policy is made of. Not thread-safe; the policy it builds does not change with it. */
    public static final class Builder {
        final Purpose purpose;
        List<TrustAnchor> anchors = List.of();
        List<X509Certificate> intermediates = List.of();
        Profile profile = Profile.DEVICE;
        Optional<String> expectedName = Optional.empty();
        CertificateUsage usage = CertificateUsage.TRUST_ANCHOR_ASSERTION;
        Optional<byte[]> pinned = Optional.empty();
        MatchingType matching = MatchingType.EXACT;
        List<byte[]> crls = List.of();
        Revocation revocation = Revocation.OFF;
        Stapling stapling = Stapling.OPTIONAL;
        Optional<String> account = Optional.empty();
        OptionalInt maxDepth = OptionalInt.empty();
        Set<String> policies = Set.of();

        private Builder(Purpose purpose) {
            this.purpose = purpose;
        }

        private Builder(Builder other) {
            this.purpose = other.purpose;
            this.anchors = other.anchors;
            this.intermediates = other.intermediates;
            this.profile = other.profile;
            this.expectedName = other.expectedName;
            this.usage = other.usage;
            this.pinned = other.pinned;
            this.matching = other.matching;
            this.crls = other.crls;
            this.revocation = other.revocation;
            this.account = other.account;
            this.stapling = other.stapling;
            this.maxDepth = other.maxDepth;
            this.policies = other.policies;
        }

        /** What the certificates are shown for. */
        public Purpose purpose() {
            return purpose;
        }

        /** The trusted certificates so far. */
        public List<TrustAnchor> anchors() {
            return anchors;
        }

        /** The trusted certificates. */
        public Builder anchors(List<TrustAnchor> trusted) {
            this.anchors = List.copyOf(trusted);
            return this;
        }

        /** Certificates that may lie between the chain and an anchor. They are not trusted themselves. */
        public Builder intermediates(List<X509Certificate> certificates) {
            this.intermediates = List.copyOf(certificates);
            return this;
        }

        /** The rules beyond path validation; {@link Profile#DEVICE} unless told otherwise. */
        public Builder profile(Profile rules) {
            this.profile = rules;
            return this;
        }

        /** The host name or address (as text, IPv6 with or without brackets) that a server's certificate must carry. */
        public Builder expectedName(String hostOrAddress) {
            this.expectedName = Optional.of(hostOrAddress);
            return this;
        }

        /** How the {@link #pinned} certificate is used. Without a pinned certificate the usage has no effect. */
        public Builder usage(CertificateUsage certificateUsage) {
            this.usage = certificateUsage;
            return this;
        }

        /** The content of the Server Public Key resource: a DER certificate, or its digest. */
        public Builder pinned(byte[] serverPublicKeyResource) {
            this.pinned = Optional.of(serverPublicKeyResource.clone());
            return this;
        }

        /** What the pinned content is; the certificate itself unless told otherwise. */
        public Builder matching(MatchingType matchingType) {
            this.matching = matchingType;
            return this;
        }

        /** Revocation lists in DER, complete, delta or indirect. */
        public Builder crls(List<byte[]> lists) {
            this.crls = List.copyOf(lists);
            return this;
        }

        /** What becomes of a certificate without a usable revocation list; {@link Revocation#OFF} unless told otherwise. */
        public Builder revocation(Revocation mode) {
            this.revocation = mode;
            return this;
        }

        /** When a server must staple an OCSP response; {@link Stapling#OPTIONAL} unless told otherwise. */
        public Builder stapling(Stapling demand) {
            this.stapling = demand;
            return this;
        }

        /** The account id that must stand in OU ({@link Profile#IZUMA}, devices in LwM2M mode). */
        public Builder account(String accountId) {
            this.account = Optional.of(accountId);
            return this;
        }

        /** How many CA certificates may lie between the peer's and the anchor, self-issued ones not counted. */
        public Builder maxDepth(int intermediateCas) {
            this.maxDepth = OptionalInt.of(intermediateCas);
            return this;
        }

        /** Certificate policies in dotted decimal of which one must hold along the path (RFC 5280, 6.1.1 (c) and (f)). */
        public Builder policies(Set<String> required) {
            this.policies = Set.copyOf(required);
            return this;
        }

        /** The policy. */
        public TrustPolicy build() {
            return new TrustPolicy(new Builder(this));
        }
    }
}
