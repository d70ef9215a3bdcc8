package dev.onboard.pki;

import dev.onboard.pki.internal.Certificates;
import java.net.InetAddress;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * What is trusted, for what, and how strictly: evaluates a chain as it was received. Immutable and thread-safe; nothing
 * is remembered from one evaluation to the next.
 */
public final class TrustPolicy {
    private final Builder settings;

    private TrustPolicy(Builder settings) {
        this.settings = settings;
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
        try {
            return judge(chainLeafFirst, at);
        } catch (RuntimeException e) {
            return new Verdict.Refused(
                    Reason.EVALUATION_FAILED,
                    CertificateReference.none(),
                    e.getClass().getName() + ": " + e.getMessage());
        }
    }

    private Verdict judge(List<byte[]> chain, Instant at) {
        if (chain.isEmpty()) {
            return new Verdict.Refused(
                    Reason.NO_CERTIFICATE, CertificateReference.none(), "the peer sent an empty certificate list");
        }
        List<X509Certificate> sent = new ArrayList<>();
        for (byte[] der : chain) {
            try {
                X509Certificate certificate = Certificates.certificate(der);
                if (der.length != certificate.getEncoded().length) {
                    throw new IllegalArgumentException("octets after its end");
                }
                sent.add(certificate);
            } catch (IllegalArgumentException | GeneralSecurityException e) {
                return new Verdict.Refused(
                        Reason.MALFORMED,
                        new CertificateReference(sent.size(), "", ""),
                        String.valueOf(e.getMessage()));
            }
        }
        X509Certificate leaf = sent.get(0);
        Optional<Verdict.Refused> best = Optional.empty();
        List<X509Certificate> pool = new ArrayList<>(sent.subList(1, sent.size()));
        pool.addAll(settings.intermediates);
        for (TrustAnchor anchor : settings.anchors) {
            if (anchor.certificate().equals(leaf) && anchor.kind() != TrustAnchor.Kind.AUTHORITY) {
                return finish(List.of(leaf), anchor, at, sent);
            }
        }
        for (List<X509Certificate> path : paths(leaf, pool, 0)) {
            X509Certificate top = path.get(path.size() - 1);
            for (TrustAnchor anchor : settings.anchors) {
                if (anchor.kind() == TrustAnchor.Kind.PINNED
                        || !anchor.certificate().getSubjectX500Principal().equals(top.getIssuerX500Principal())) {
                    continue;
                }
                List<X509Certificate> whole = new ArrayList<>(path);
                whole.add(anchor.certificate());
                Verdict verdict = finish(whole, anchor, at, sent);
                if (verdict instanceof Verdict.Refused refused) {
                    best = best.isPresent() ? best : Optional.of(refused);
                } else {
                    return verdict;
                }
            }
        }
        return best.<Verdict>map(refused -> refused)
                .orElseGet(() -> refuse(
                        Reason.UNKNOWN_CA, leaf, sent, "no trusted certificate of " + leaf.getIssuerX500Principal()));
    }

    private static List<List<X509Certificate>> paths(X509Certificate from, List<X509Certificate> pool, int depth) {
        List<List<X509Certificate>> all = new ArrayList<>();
        all.add(List.of(from));
        if (depth < 10) {
            for (X509Certificate issuer : pool) {
                if (!issuer.equals(from) && issuer.getSubjectX500Principal().equals(from.getIssuerX500Principal())) {
                    List<X509Certificate> rest = new ArrayList<>(pool);
                    rest.remove(issuer);
                    for (List<X509Certificate> above : paths(issuer, rest, depth + 1)) {
                        List<X509Certificate> path = new ArrayList<>(List.of(from));
                        path.addAll(above);
                        all.add(path);
                    }
                }
            }
        }
        return all;
    }

    private Verdict finish(List<X509Certificate> path, TrustAnchor anchor, Instant at, List<X509Certificate> sent) {
        Instant until = Instant.MAX;
        for (int i = 0; i < path.size(); i++) {
            X509Certificate certificate = path.get(i);
            boolean top = i == path.size() - 1;
            Instant notAfter = certificate.getNotAfter().toInstant();
            if (notAfter.isBefore(at)) {
                return refuse(
                        top && i > 0 ? Reason.ANCHOR_EXPIRED : Reason.EXPIRED, certificate, sent, "ended " + notAfter);
            }
            if (certificate.getNotBefore().toInstant().isAfter(at)) {
                return refuse(
                        top && i > 0 ? Reason.ANCHOR_NOT_YET_VALID : Reason.NOT_YET_VALID,
                        certificate,
                        sent,
                        "begins " + certificate.getNotBefore().toInstant());
            }
            until = notAfter.isBefore(until) ? notAfter : until;
            if (i > 0) {
                boolean[] usage = certificate.getKeyUsage();
                if (certificate.getBasicConstraints() < 0) {
                    return refuse(top ? Reason.ANCHOR_UNUSABLE : Reason.NOT_A_CA, certificate, sent, "cA is not TRUE");
                }
                if (certificate.getBasicConstraints() < i - 1) {
                    return refuse(
                            Reason.PATH_LENGTH_EXCEEDED,
                            certificate,
                            sent,
                            "allows " + certificate.getBasicConstraints());
                }
                if (usage != null && !usage[5]) {
                    return refuse(Reason.ISSUER_MAY_NOT_SIGN, certificate, sent, "lacks keyCertSign");
                }
                try {
                    path.get(i - 1).verify(certificate.getPublicKey());
                } catch (GeneralSecurityException e) {
                    return refuse(Reason.BAD_SIGNATURE, path.get(i - 1), sent, String.valueOf(e.getMessage()));
                }
            }
        }
        return leafRules(path, anchor, sent, until);
    }

    private Verdict leafRules(
            List<X509Certificate> path, TrustAnchor anchor, List<X509Certificate> sent, Instant until) {
        X509Certificate leaf = path.get(0);
        try {
            List<String> usages = leaf.getExtendedKeyUsage();
            String wanted = settings.purpose.isDevice()
                    ? "1.3.6.1.5.5.7.3.2"
                    : settings.purpose.isServer() ? "1.3.6.1.5.5.7.3.1" : "1.3.6.1.5.5.7.3.3";
            if (usages != null && !usages.contains(wanted)) {
                return refuse(Reason.WRONG_EXTENDED_KEY_USAGE, leaf, sent, "has " + usages + " and needs " + wanted);
            }
            boolean[] usage = leaf.getKeyUsage();
            if (usage != null && !usage[0]) {
                return refuse(Reason.WRONG_KEY_USAGE, leaf, sent, "lacks digitalSignature");
            }
            if (settings.expectedName.isPresent() && !names(leaf, settings.expectedName.get())) {
                return refuse(Reason.NAME_MISMATCH, leaf, sent, "expected " + settings.expectedName.get());
            }
        } catch (CertificateParsingException e) {
            return refuse(Reason.MALFORMED, leaf, sent, String.valueOf(e.getMessage()));
        }
        return new Verdict.Trusted(path, anchor, List.of(), until);
    }

    private static boolean names(X509Certificate leaf, String expected) throws CertificateParsingException {
        Optional<InetAddress> address = Addresses.parse(expected);
        Collection<List<?>> names = leaf.getSubjectAlternativeNames();
        if (names == null) {
            return address.isEmpty() && SubjectName.commonNames(leaf).contains(expected);
        }
        for (List<?> name : names) {
            if (address.isEmpty()
                    && Integer.valueOf(2).equals(name.get(0))
                    && expected.equalsIgnoreCase((String) name.get(1))) {
                return true;
            }
            if (address.isPresent()
                    && Integer.valueOf(7).equals(name.get(0))
                    && address.equals(Addresses.parse((String) name.get(1)))) {
                return true;
            }
        }
        return false;
    }

    private static Verdict.Refused refuse(
            Reason reason, X509Certificate certificate, List<X509Certificate> sent, String detail) {
        return new Verdict.Refused(
                reason,
                new CertificateReference(
                        sent.indexOf(certificate),
                        SubjectName.text(certificate),
                        certificate.getSerialNumber().toString(16)),
                detail);
    }

    /** Collects what a policy is made of. Not thread-safe; the policy it builds does not change with it. */
    public static final class Builder {
        private final Purpose purpose;
        private List<TrustAnchor> anchors = List.of();
        private List<X509Certificate> intermediates = List.of();
        private Profile profile = Profile.DEVICE;
        private Optional<String> expectedName = Optional.empty();
        private CertificateUsage usage = CertificateUsage.TRUST_ANCHOR_ASSERTION;
        private Optional<byte[]> pinned = Optional.empty();
        private MatchingType matching = MatchingType.EXACT;
        private List<byte[]> crls = List.of();
        private Revocation revocation = Revocation.OFF;

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

        /** The policy. */
        public TrustPolicy build() {
            return new TrustPolicy(new Builder(this));
        }
    }
}
