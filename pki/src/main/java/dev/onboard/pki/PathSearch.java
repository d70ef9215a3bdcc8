package dev.onboard.pki;

import dev.onboard.pki.internal.ParsedCertificate;
import dev.onboard.pki.internal.ParsedCrl;
import dev.onboard.pki.internal.SubjectKey;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * Finds paths from a certificate to an anchor, over what was sent and what was uploaded: depth first, each edge a verified
 * signature, the likelier issuer first, every path judged until one passes. The work is bounded for the whole evaluation.
 * For one evaluation, on one thread.
 */
final class PathSearch {
    /** Signature checks of one evaluation; a usual one needs two or three. */
    private static final int MOST_SIGNATURES = 80;
    /** Paths judged in one evaluation. */
    private static final int MOST_PATHS = 64;

    /** What is left of the work of one evaluation. */
    private static final class Budget {
        int signatures = MOST_SIGNATURES;
        int paths = MOST_PATHS;
    }

    private record Edge(ParsedCertificate child, ParsedCertificate issuer) {}

    private final TrustStore store;
    private final List<ParsedCertificate> sent;
    private final ProfileRules rules;
    private final Map<Edge, Boolean> signatures = new HashMap<>();
    private final Budget budget;
    private Optional<Refusal> refusal = Optional.empty();
    private List<ParsedCertificate> refused = List.of();
    private List<ParsedCertificate> deadEnd = List.of();

    /**
     * A search.
     *
     * @param sent what the peer sent behind its own certificate
     */
    PathSearch(TrustStore store, List<ParsedCertificate> sent, ProfileRules rules) {
        this(store, sent, rules, new Budget());
    }

    private PathSearch(TrustStore store, List<ParsedCertificate> sent, ProfileRules rules, Budget budget) {
        this.budget = budget;
        this.store = store;
        this.sent = sent;
        this.rules = rules;
    }

    /** Another search among the same certificates, to other anchors, out of what is left of the work. */
    PathSearch again(TrustStore others) {
        return new PathSearch(others, sent, rules, budget);
    }

    /** The first path that the judge lets pass. */
    Optional<CertificatePath> find(ParsedCertificate start, Function<CertificatePath, Optional<Refusal>> judge) {
        List<ParsedCertificate> path = new ArrayList<>(4);
        path.add(start);
        for (PreparedAnchor anchor : store.anchors(start.subject())) {
            if (anchor.certificate().equals(start)) {
                Optional<CertificatePath> found = ownAnchor(start, anchor, judge);
                if (found.isPresent()) {
                    return found;
                }
            }
        }
        return extend(path, judge);
    }

    /** Why no path passed: of those that failed the one that came furthest; empty when there was none. */
    Optional<Refusal> refusal() {
        return refusal;
    }

    /** The path that {@link #refusal} is about, else the longest way that led to no anchor, leaf first. */
    List<ParsedCertificate> tried() {
        return refused.isEmpty() ? deadEnd : refused;
    }

    /** The longest way that led to no anchor, leaf first. */
    List<ParsedCertificate> deadEnd() {
        return deadEnd;
    }

    /** Whether the search was cut short. */
    boolean isExhausted() {
        return budget.signatures <= 0 || budget.paths <= 0;
    }

    private Optional<CertificatePath> ownAnchor(
            ParsedCertificate start, PreparedAnchor anchor, Function<CertificatePath, Optional<Refusal>> judge) {
        if (anchor.source().kind() == TrustAnchor.Kind.AUTHORITY && !start.isCa()) {
            note(Refusal.of(
                    Reason.ANCHOR_UNUSABLE,
                    start,
                    Refusal.PATH,
                    "'" + start + "' is trusted as an authority and is no CA; it is not trusted as a peer"));
            return Optional.empty();
        }
        return judged(List.of(start), anchor, judge);
    }

    private Optional<CertificatePath> extend(
            List<ParsedCertificate> path, Function<CertificatePath, Optional<Refusal>> judge) {
        ParsedCertificate current = path.get(path.size() - 1);
        if (path.size() >= rules.longestPath()) {
            note(Refusal.of(
                    Reason.CHAIN_TOO_LONG,
                    path.get(0),
                    Refusal.SIGNATURE,
                    "the path has more than " + rules.longestPath() + " certificates"));
            return Optional.empty();
        }
        boolean led = false;
        for (PreparedAnchor anchor : store.anchors(current.issuer())) {
            if (anchor.source().kind() != TrustAnchor.Kind.PINNED && isEdge(current, anchor.certificate())) {
                led = true;
                List<ParsedCertificate> whole = new ArrayList<>(path);
                whole.add(anchor.certificate());
                Optional<CertificatePath> found = judged(whole, anchor, judge);
                if (found.isPresent() || isExhausted()) {
                    return found;
                }
            }
        }
        for (ParsedCertificate issuer : candidates(current, path)) {
            if (isExhausted()) {
                return Optional.empty();
            }
            if (isEdge(current, issuer)) {
                led = true;
                path.add(issuer);
                Optional<CertificatePath> found = extend(path, judge);
                path.remove(path.size() - 1);
                if (found.isPresent()) {
                    return found;
                }
            }
        }
        if (!led && path.size() > deadEnd.size()) {
            deadEnd = List.copyOf(path);
        }
        return Optional.empty();
    }

    /** Certificates with the issuer's name, those with the right key identifier first. */
    private List<ParsedCertificate> candidates(ParsedCertificate current, List<ParsedCertificate> path) {
        List<ParsedCertificate> found = new ArrayList<>(2);
        for (ParsedCertificate certificate : sent) {
            if (certificate.subject().equals(current.issuer())) {
                addCandidate(found, certificate, path);
            }
        }
        for (ParsedCertificate certificate : store.intermediates(current.issuer())) {
            addCandidate(found, certificate, path);
        }
        if (found.size() > 1) {
            found.sort((a, b) -> Boolean.compare(current.contradictsKeyOf(a), current.contradictsKeyOf(b)));
        }
        return found;
    }

    private void addCandidate(
            List<ParsedCertificate> found, ParsedCertificate certificate, List<ParsedCertificate> path) {
        for (ParsedCertificate there : path) {
            boolean sameEntity = there.subject().equals(certificate.subject())
                    && java.util.Arrays.equals(
                            there.key().encoded(), certificate.key().encoded());
            if (sameEntity) {
                return; // going round in circles
            }
        }
        for (PreparedAnchor anchor : store.anchors(certificate.subject())) {
            if (anchor.certificate().equals(certificate)) {
                return; // an anchor ends the path; it has been tried as such
            }
        }
        if (!found.contains(certificate)) {
            found.add(certificate);
        }
    }

    /** Whether the issuer's key signed the child; notes it when it should have and did not. */
    private boolean isEdge(ParsedCertificate child, ParsedCertificate issuer) {
        boolean contradicts = child.contradictsKeyOf(issuer);
        if (!isSignedBy(child, issuer)) {
            if (child.isSelfIssued()) {
                return false; // another root of the same name, not a signature gone bad
            }
            if (!contradicts && !issuer.key().fault().isPresent()) {
                note(Refusal.of(
                        Reason.BAD_SIGNATURE,
                        child,
                        Refusal.SIGNATURE,
                        "the signature on '" + child + "' does not verify under the key of '" + issuer + "'"));
            } else if (!contradicts) {
                note(Refusal.of(
                        Reason.INVALID_KEY,
                        issuer,
                        Refusal.SIGNATURE,
                        issuer.key().describe() + " key: "
                                + issuer.key().fault().get()));
            }
            return false;
        }
        if (contradicts && rules.device()) {
            note(Refusal.of(
                    Reason.INVALID_EXTENSION,
                    child,
                    Refusal.CERTIFICATE,
                    "the authorityKeyIdentifier names another key than that of '" + issuer + "', which signed it"));
            return false;
        }
        return true;
    }

    private boolean isSignedBy(ParsedCertificate child, ParsedCertificate issuer) {
        Edge edge = new Edge(child, issuer);
        Boolean known = signatures.get(edge);
        if (known == null) {
            if (budget.signatures <= 0) {
                return false;
            }
            budget.signatures--;
            SubjectKey key = keyOf(issuer);
            known = issuer.key().fault().isEmpty()
                    && (store.known().isSigned(child, key.encoded()) || child.isSignedWith(key));
            if (known) {
                store.known().signed(child, key.encoded());
            }
            signatures.put(edge, known);
        }
        return known;
    }

    /** The key of an issuer; one without parameters has those of a certificate above it (RFC 5280, 6.1.4 (f)). */
    private SubjectKey keyOf(ParsedCertificate issuer) {
        if (issuer.key().lacksParameters()) {
            for (PreparedAnchor above : store.anchors(issuer.issuer())) {
                Optional<SubjectKey> whole =
                        issuer.key().withParametersOf(above.certificate().key());
                if (whole.isPresent()) {
                    return whole.get();
                }
            }
            for (ParsedCertificate above : candidates(issuer, List.of(issuer))) {
                Optional<SubjectKey> whole = issuer.key().withParametersOf(above.key());
                if (whole.isPresent()) {
                    return whole.get();
                }
            }
        }
        return issuer.key();
    }

    /** Whether the issuer's key signed the list; counts as work. */
    boolean isSignedBy(ParsedCrl list, ParsedCertificate issuer) {
        if (budget.signatures <= 0) {
            return false;
        }
        budget.signatures--;
        return list.isSignedWith(keyOf(issuer));
    }

    private Optional<CertificatePath> judged(
            List<ParsedCertificate> path, PreparedAnchor anchor, Function<CertificatePath, Optional<Refusal>> judge) {
        if (budget.paths <= 0) {
            return Optional.empty();
        }
        budget.paths--;
        List<ParsedCertificate> whole = new ArrayList<>(path);
        whole.addAll(anchor.above());
        CertificatePath candidate = new CertificatePath(List.copyOf(whole), path.size() - 1, anchor);
        Optional<Refusal> failed = judge.apply(candidate);
        if (failed.isEmpty()) {
            return Optional.of(candidate);
        }
        if (note(failed.get())) {
            refused = List.copyOf(candidate.used());
        }
        return Optional.empty();
    }

    /** Keeps the refusal of what came further than anything before. */
    private boolean note(Refusal another) {
        boolean further = refusal.isEmpty() || another.stage() > refusal.get().stage();
        if (further) {
            refusal = Optional.of(another);
            refused = List.of();
        }
        return further;
    }
}
