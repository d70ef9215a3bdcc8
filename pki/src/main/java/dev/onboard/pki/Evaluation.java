package dev.onboard.pki;

import dev.onboard.pki.internal.Certificates;
import dev.onboard.pki.internal.MalformedDerException;
import dev.onboard.pki.internal.ParsedCertificate;
import dev.onboard.pki.internal.ParsedCrl;
import java.security.MessageDigest;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * One evaluation of one chain: limits, parsing, Certificate Usage, the search for a path and the rules it is judged by, in
 * this order. Used once, on one thread.
 *
 * <p>Longer than a page because it is the place where the order of everything can be read.
 */
final class Evaluation {
    private static final int LARGEST_CHAIN = 131_072;

    private final TrustPolicy.Builder settings;
    private final ProfileRules rules;
    private final List<byte[]> chain;
    private final Instant at;
    private final StapledStatus stapledStatus;
    private final CertificateRules certificateRules;
    private final PurposeRules purposeRules;
    private final List<ParsedCertificate> parsed = new ArrayList<>();
    private final List<ParsedCertificate> others = new ArrayList<>();
    private final Set<ParsedCertificate> crlSignersInQuestion = new HashSet<>();
    private final List<Finding> findings = new ArrayList<>();
    private Optional<Verdict.Refused> unreadable = Optional.empty();
    private TrustStore store;
    private PathSearch search;

    Evaluation(
            TrustPolicy.Builder settings, TrustStore store, List<byte[]> chain, Optional<byte[]> stapled, Instant at) {
        this.settings = settings;
        this.rules = ProfileRules.of(settings.profile);
        this.store = store;
        this.chain = chain;
        // a certificate is valid through the last second it names, fractions included (RFC 5280, 4.1.2.5)
        this.at = at.truncatedTo(ChronoUnit.SECONDS);
        this.stapledStatus = new StapledStatus(stapled, settings.stapling, this.at);
        this.certificateRules = new CertificateRules(rules, this.at);
        this.purposeRules = new PurposeRules(settings.purpose, settings.profile);
        this.search = new PathSearch(store, List.of(), rules);
    }

    Verdict run() {
        Optional<Verdict.Refused> early = limits();
        if (early.isEmpty()) {
            early = parse();
        }
        if (early.isPresent()) {
            return early.get();
        }
        ParsedCertificate leaf = parsed.get(0);
        Optional<Refusal> misencoded = certificateRules.encoding(leaf, CertificateRules.Place.LEAF);
        if (misencoded.isPresent()) {
            return refused(misencoded.get());
        }
        if (settings.pinned.isPresent() && settings.usage == CertificateUsage.DOMAIN_ISSUED_CERTIFICATE) {
            return pinnedItself(leaf);
        }
        Optional<Refusal> misordered = misordered(leaf);
        if (misordered.isPresent()) {
            return refused(misordered.get());
        }
        Optional<Verdict.Refused> unconfigured = applyUsage();
        if (unconfigured.isPresent()) {
            return unconfigured.get();
        }
        search = new PathSearch(store, others, rules);
        Optional<CertificatePath> path = search.find(leaf, this::judge);
        if (path.isPresent()) {
            return trusted(path.get());
        }
        return noPath(leaf);
    }

    private Optional<Verdict.Refused> limits() {
        if (chain.isEmpty()) {
            return refuse(Reason.NO_CERTIFICATE, 0, "the peer sent an empty certificate list");
        }
        if (chain.size() > rules.mostSent()) {
            return refuse(
                    Reason.CHAIN_TOO_LONG,
                    0,
                    "the peer sent " + chain.size() + " certificates; at most " + rules.mostSent() + " are read");
        }
        int total = 0;
        for (int i = 0; i < chain.size(); i++) {
            int length = chain.get(i).length;
            total += length;
            if (length > rules.largestCertificate() || total > LARGEST_CHAIN) {
                return refuse(
                        Reason.TOO_LARGE,
                        i,
                        "the certificate has " + length + " octets, the chain " + total + "; at most "
                                + rules.largestCertificate() + " and " + LARGEST_CHAIN + " are read");
            }
        }
        return Optional.empty();
    }

    private Optional<Verdict.Refused> parse() {
        for (int i = 0; i < chain.size(); i++) {
            try {
                byte[] der = settings.profile == Profile.LENIENT ? LenientInput.trim(chain.get(i)) : chain.get(i);
                ParsedCertificate certificate =
                        i == 0 ? ParsedCertificate.of(der) : store.known().parsed(der);
                parsed.add(certificate);
                if (i > 0 && !certificate.equals(parsed.get(0)) && !others.contains(certificate)) {
                    others.add(certificate);
                }
            } catch (MalformedDerException e) {
                Optional<Verdict.Refused> refusal = refuse(
                        Reason.MALFORMED, i, "certificate " + i + " of the chain is not exact DER: " + e.getMessage());
                if (i == 0) {
                    return refusal;
                }
                unreadable = unreadable.isPresent() ? unreadable : refusal;
            }
        }
        return Optional.empty();
    }

    /** Certificate Usage 3: the certificate itself or nothing; no path, no name, no validity (OMA Transport 5.2.8.7). */
    private Verdict pinnedItself(ParsedCertificate leaf) {
        if (!isPinned(leaf)) {
            return refused(Refusal.of(
                    Reason.PIN_MISMATCH,
                    leaf,
                    Refusal.PURPOSE,
                    "the server's certificate has the SHA-256 digest " + Fingerprint.sha256(leaf.encoded())
                            + " and is not the one delivered"));
        }
        X509Certificate certificate = Certificates.certificate(leaf.encoded());
        TrustAnchor anchor = new TrustAnchor("pinned", certificate, List.of(), TrustAnchor.Kind.PINNED);
        return new Verdict.Trusted(List.of(certificate), anchor, findings, Instant.MAX);
    }

    private boolean isPinned(ParsedCertificate certificate) {
        byte[] expected = settings.pinned.orElseThrow();
        return MessageDigest.isEqual(settings.matching.of(certificate.encoded()), expected);
    }

    /** Certificate Usage 0 to 2: what the delivered certificate does to the anchors. */
    private Optional<Verdict.Refused> applyUsage() {
        if (settings.pinned.isEmpty()) {
            return Optional.empty();
        }
        if (settings.pinned.get().length == 0) {
            return refuse(Reason.TRUST_NOT_CONFIGURED, -1, "the device was given an empty Server Public Key");
        }
        if (settings.usage != CertificateUsage.TRUST_ANCHOR_ASSERTION) {
            return store.anchorCount() > 0
                    ? Optional.empty()
                    : refuse(
                            Reason.TRUST_NOT_CONFIGURED,
                            -1,
                            "Certificate Usage " + settings.usage.number() + " needs a trust store and there is none");
        }
        Optional<byte[]> anchor = Optional.empty();
        if (settings.matching == MatchingType.EXACT) {
            anchor = settings.pinned;
        } else {
            for (ParsedCertificate certificate : parsed) {
                if (isPinned(certificate)) {
                    anchor = Optional.of(certificate.encoded());
                }
            }
        }
        if (anchor.isEmpty()) {
            return refuse(
                    Reason.UNKNOWN_CA,
                    -1,
                    "no certificate sent has the digest that was delivered (a digest finds only a CA that is sent)");
        }
        try {
            X509Certificate certificate = Certificates.certificate(anchor.get());
            Optional<PreparedAnchor> prepared = PreparedAnchor.of(TrustAnchor.authority("pinned", certificate));
            if (prepared.isPresent()) {
                store = store.withOnly(prepared.get());
                return Optional.empty();
            }
        } catch (IllegalArgumentException e) {
            return refuse(
                    Reason.TRUST_NOT_CONFIGURED,
                    -1,
                    "the delivered Server Public Key is no certificate: " + e.getMessage());
        }
        return refuse(Reason.TRUST_NOT_CONFIGURED, -1, "the delivered Server Public Key is no exact DER certificate");
    }

    private Optional<Refusal> judge(CertificatePath path) {
        Optional<Refusal> refusal = structure(path, false);
        if (refusal.isEmpty()) {
            refusal = purposeRules.usage(path);
        }
        if (refusal.isEmpty()) {
            refusal = purposeRules.account(path.leaf(), settings.account);
        }
        if (refusal.isEmpty()) {
            refusal = constraint(path);
        }
        if (refusal.isEmpty()) {
            refusal = stapledStatus.check(path);
        }
        if (refusal.isEmpty() && settings.revocation != Revocation.OFF) {
            refusal = revocation(path);
        }
        if (refusal.isEmpty() && rules.strict()) {
            refusal = remarks(path);
        }
        return refusal;
    }

    /** Every certificate by itself and the path as RFC 5280 asks, with the server's name. */
    private Optional<Refusal> structure(CertificatePath path, boolean ofCrlSigner) {
        for (int i = 0; i < path.certificates().size(); i++) {
            CertificateRules.Place place = i == 0
                    ? ofCrlSigner ? CertificateRules.Place.INTERMEDIATE : CertificateRules.Place.LEAF
                    : i < path.anchorIndex() ? CertificateRules.Place.INTERMEDIATE : CertificateRules.Place.ANCHOR;
            Optional<Refusal> refusal =
                    certificateRules.check(path.certificates().get(i), place);
            if (refusal.isPresent()) {
                return refusal;
            }
        }
        PathRules pathRules = new PathRules(path, rules, settings.maxDepth, ofCrlSigner ? Set.of() : settings.policies);
        Optional<Refusal> refusal = pathRules.check();
        if (refusal.isEmpty() && !ofCrlSigner && settings.expectedName.isPresent() && settings.purpose.isServer()) {
            try {
                return purposeRules.serverName(path.leaf(), settings.expectedName.get(), pathRules.nameConstraints());
            } catch (NameConstraintCheck.TooManyException e) {
                return Optional.of(
                        Refusal.of(Reason.TOO_MUCH_WORK, path.leaf(), Refusal.PATH, String.valueOf(e.getMessage())));
            }
        }
        return refusal;
    }

    /** Certificate Usage 0 and 1: what the delivered certificate must be in a path that is valid. */
    private Optional<Refusal> constraint(CertificatePath path) {
        if (settings.pinned.isEmpty()) {
            return Optional.empty();
        }
        if (settings.usage == CertificateUsage.SERVICE_CERTIFICATE_CONSTRAINT && !isPinned(path.leaf())) {
            return Optional.of(Refusal.of(
                    Reason.PIN_MISMATCH,
                    path.leaf(),
                    Refusal.PURPOSE,
                    "the path is valid, but '" + path.leaf()
                            + "' is not the certificate delivered (Certificate Usage 1)"));
        }
        if (settings.usage == CertificateUsage.CA_CONSTRAINT) {
            for (int i = 1; i < path.certificates().size(); i++) {
                if (isPinned(path.certificates().get(i))) {
                    return Optional.empty();
                }
            }
            return Optional.of(Refusal.of(
                    Reason.CA_NOT_IN_PATH,
                    path.leaf(),
                    Refusal.PURPOSE,
                    "the path is valid, but the delivered certificate is none of its CAs (Certificate Usage 0)"));
        }
        return Optional.empty();
    }

    private Optional<Refusal> revocation(CertificatePath path) {
        RevocationCheck check = new RevocationCheck(store.crls(), at, this::isAuthentic);
        for (int i = path.anchorIndex() - 1; i >= 0; i--) {
            ParsedCertificate certificate = path.certificates().get(i);
            RevocationCheck.Status status = check.status(certificate, path);
            if (status instanceof RevocationCheck.Status.Revoked revoked) {
                return Optional.of(Refusal.of(
                        Reason.REVOKED,
                        certificate,
                        Refusal.REVOCATION,
                        "revoked " + revoked.date() + ", " + RevocationCheck.reasonName(revoked.reason())));
            }
            if (status instanceof RevocationCheck.Status.Unknown unknown) {
                if (settings.revocation == Revocation.HARD_FAIL) {
                    return Optional.of(
                            Refusal.of(Reason.REVOCATION_UNKNOWN, certificate, Refusal.REVOCATION, unknown.why()));
                }
                Finding finding = new Finding("revocation-unknown", indexOf(certificate), unknown.why());
                if (!findings.contains(finding)) {
                    findings.add(finding);
                }
            }
        }
        return Optional.empty();
    }

    /** Whether a list is signed by a certificate that may, and that itself leads to the anchor of the path (6.3.3 (f), (g)). */
    private boolean isAuthentic(ParsedCrl list, CertificatePath path) {
        for (ParsedCertificate signer : crlSigners(list, path)) {
            // without a key usage only a CA may: an end entity of the same name is no authority
            boolean may = signer.keyUsage().isPresent()
                    ? (signer.keyUsage().getAsInt() & KeyUsage.CRL_SIGN) != 0
                    : signer.isCa() || signer.version() == 1;
            byte[] named = list.authorityKeyIdentifier();
            byte[] own = signer.subjectKeyIdentifier();
            boolean other = named != null && own != null && !Arrays.equals(named, own);
            if (!may || other || !search.isSignedBy(list, signer)) {
                continue;
            }
            int place = path.certificates().indexOf(signer);
            if (place > 0 || signer.equals(path.anchor().certificate())) {
                return true;
            }
            if (!crlSignersInQuestion.add(signer)) {
                return true; // its own list is being used to tell whether it is revoked
            }
            try {
                PathSearch ofSigner = search.again(store.withOnly(path.anchor()));
                if (ofSigner.find(signer, this::judgeCrlSigner).isPresent()) {
                    return true;
                }
            } finally {
                crlSignersInQuestion.remove(signer);
            }
        }
        return false;
    }

    private Optional<Refusal> judgeCrlSigner(CertificatePath path) {
        Optional<Refusal> refusal = structure(path, true);
        return refusal.isPresent() ? refusal : revocation(path);
    }

    private List<ParsedCertificate> crlSigners(ParsedCrl list, CertificatePath path) {
        List<ParsedCertificate> signers = new ArrayList<>();
        for (int i = 1; i < path.certificates().size(); i++) {
            signers.add(path.certificates().get(i));
        }
        signers.addAll(others);
        signers.addAll(store.intermediates(list.issuer()));
        List<ParsedCertificate> fitting = new ArrayList<>();
        for (ParsedCertificate signer : signers) {
            if (signer.subject().equals(list.issuer()) && !fitting.contains(signer)) {
                fitting.add(signer);
            }
        }
        return fitting;
    }

    /** The strict profile refuses what others only remark on. */
    private Optional<Refusal> remarks(CertificatePath path) {
        for (Lint.Remark remark : Lint.of(settings.purpose, path)) {
            if (remark.isAdvice()) {
                continue;
            }
            Reason reason = remark.id().startsWith("serial-") ? Reason.BAD_SERIAL : Reason.NOT_CONFORMING;
            return Optional.of(
                    Refusal.of(reason, remark.certificate(), Refusal.FINDINGS, remark.id() + ": " + remark.detail()));
        }
        return Optional.empty();
    }

    private Verdict trusted(CertificatePath path) {
        Instant until = Instant.MAX;
        List<X509Certificate> used = new ArrayList<>();
        for (ParsedCertificate certificate : path.certificates()) {
            until = certificate.notAfter().isBefore(until) ? certificate.notAfter() : until;
        }
        for (int i = 0; i < path.anchorIndex(); i++) {
            try {
                used.add(Certificates.certificate(path.certificates().get(i).encoded()));
            } catch (IllegalArgumentException e) {
                return refused(Refusal.of(
                        Reason.MALFORMED,
                        path.certificates().get(i),
                        Refusal.CERTIFICATE,
                        "it cannot be used here: " + e.getMessage()));
            }
        }
        used.add(path.anchor().source().certificate());
        for (Lint.Remark remark : Lint.of(settings.purpose, path)) {
            findings.add(new Finding(remark.id(), indexOf(remark.certificate()), remark.detail()));
        }
        return new Verdict.Trusted(used, path.anchor().source(), findings, until);
    }

    private Verdict noPath(ParsedCertificate leaf) {
        if (search.isExhausted()) {
            return refused(Refusal.of(
                    Reason.TOO_MUCH_WORK, leaf, Refusal.SIGNATURE, "the certificates sent lead round too many paths"));
        }
        if (search.refusal().isPresent()) {
            return refused(search.refusal().get());
        }
        if (unreadable.isPresent()) {
            return unreadable.get();
        }
        ParsedCertificate last = search.deadEnd().isEmpty()
                ? leaf
                : search.deadEnd().get(search.deadEnd().size() - 1);
        String detail = store.anchorCount() == 0
                ? "no certificate is trusted here"
                : last.isSelfIssued()
                        ? "'" + last + "' is self-signed and not trusted"
                        : "no certificate of '" + last.issuer() + "', which issued '" + last
                                + "', is trusted or leads to one that is";
        return refused(Refusal.of(Reason.UNKNOWN_CA, last, Refusal.SIGNATURE, detail));
    }

    /** The first certificate is a CA's, and another one in the chain names it as its issuer (RFC 5246, 7.4.2). */
    private Optional<Refusal> misordered(ParsedCertificate first) {
        if (!rules.device() || !first.isCa()) {
            return Optional.empty();
        }
        for (ParsedCertificate other : others) {
            if (other.issuer().equals(first.subject()) && !other.isSelfIssued()) {
                return Optional.of(Refusal.of(
                        Reason.CHAIN_MISORDERED,
                        first,
                        Refusal.CERTIFICATE,
                        "the first certificate is the CA '" + first + "', the issuer of '" + other + "' behind it"));
            }
        }
        return Optional.empty();
    }

    private int indexOf(ParsedCertificate certificate) {
        for (int i = 0; i < chain.size(); i++) {
            if (Arrays.equals(chain.get(i), certificate.encoded())) {
                return i;
            }
        }
        return -1;
    }

    private Optional<Verdict.Refused> refuse(Reason reason, int index, String detail) {
        return Optional.of(new Verdict.Refused(reason, new CertificateReference(index, "", ""), detail));
    }

    private Verdict.Refused refused(Refusal refusal) {
        CertificateReference reference =
                refusal.certificate().map(this::reference).orElse(CertificateReference.none());
        String fix = Fix.sentence(refusal, settings);
        List<CertificateReference> tried =
                search.tried().stream().map(this::reference).toList();
        return new Verdict.Refused(refusal.reason(), reference, refusal.detail(), fix, tried, findings);
    }

    private CertificateReference reference(ParsedCertificate certificate) {
        return new CertificateReference(
                indexOf(certificate),
                certificate.subject().toString(),
                certificate.serial().toString(16));
    }
}
