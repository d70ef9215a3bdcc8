package dev.onboard.pki;

import dev.onboard.pki.internal.Oids;
import dev.onboard.pki.internal.ParsedCertificate;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * What RFC 5280, section 6.1 asks of a path as a whole, from the top down: CA certificates, path lengths, key usage, name
 * constraints and policies. Signatures and validity are looked at elsewhere. For one path, used once.
 */
final class PathRules {
    private final CertificatePath path;
    private final ProfileRules rules;
    private final NameConstraintCheck names = new NameConstraintCheck();
    private final PolicyGraph policies = new PolicyGraph();
    private final Set<String> wantedPolicies;
    private int maxLength;
    private int explicitPolicy;
    private int policyMapping;
    private int anyPolicy;

    PathRules(CertificatePath path, ProfileRules rules, OptionalInt maxDepth, Set<String> wantedPolicies) {
        this.path = path;
        this.rules = rules;
        this.wantedPolicies = wantedPolicies;
        this.maxLength = maxDepth.orElse(Integer.MAX_VALUE);
        int length = path.top();
        this.explicitPolicy = wantedPolicies.isEmpty() ? length + 1 : 0;
        this.policyMapping = length + 1;
        this.anyPolicy = length + 1;
    }

    /** The first rule that fails. */
    Optional<Refusal> check() {
        try {
            for (int i = path.top(); i >= 0; i--) {
                ParsedCertificate certificate = path.certificates().get(i);
                boolean anchor = i >= path.anchorIndex() && i > 0;
                Optional<Refusal> refusal = Optional.empty();
                if (i < path.top()) {
                    refusal = enter(certificate, i);
                }
                if (refusal.isEmpty() && i > 0) {
                    refusal = descend(certificate, i, anchor);
                }
                if (refusal.isPresent()) {
                    return refusal;
                }
            }
            return wrapUp();
        } catch (NameConstraintCheck.TooManyException e) {
            return Optional.of(refuse(Reason.TOO_MUCH_WORK, path.leaf(), String.valueOf(e.getMessage())));
        }
    }

    /** The constraints that hold for the leaf, once {@link #check} has passed. */
    NameConstraintCheck nameConstraints() {
        return names;
    }

    /** 6.1.3 (b) to (f). */
    private Optional<Refusal> enter(ParsedCertificate certificate, int index)
            throws NameConstraintCheck.TooManyException {
        boolean selfIssued = certificate.isSelfIssued();
        if (!selfIssued || index == 0) {
            Optional<String> violation = names.violation(certificate);
            if (violation.isPresent()) {
                return Optional.of(refuse(Reason.NAME_CONSTRAINT, certificate, violation.get()));
            }
        }
        Optional<Set<String>> own = certificate.policies();
        if (own.isPresent()) {
            policies.descend(own.get(), anyPolicy > 0 || index > 0 && selfIssued);
        } else {
            policies.clear();
        }
        if (explicitPolicy <= 0 && policies.isEmpty()) {
            return Optional.of(policyMissing(certificate));
        }
        return Optional.empty();
    }

    /** 6.1.4: this certificate is the issuer of the next. */
    private Optional<Refusal> descend(ParsedCertificate issuer, int index, boolean anchor) {
        boolean trusted = anchor && !rules.checksAnchors();
        Optional<Refusal> unfit = trusted ? Optional.empty() : mayIssue(issuer, anchor);
        if (unfit.isPresent()) {
            return unfit;
        }
        boolean constrains = !anchor || rules.honoursAnchorConstraints();
        boolean selfIssued = issuer.isSelfIssued();
        if (index < path.top()) {
            if (!selfIssued) {
                if (maxLength <= 0) {
                    return Optional.of(refuse(
                            Reason.PATH_LENGTH_EXCEEDED,
                            issuer,
                            "'" + issuer + "' is one CA more than a CA above it allows"));
                }
                maxLength--;
            }
            Optional<Refusal> mapping = mapPolicies(issuer);
            if (mapping.isPresent()) {
                return mapping;
            }
            if (!selfIssued) {
                explicitPolicy = Math.max(0, explicitPolicy - 1);
                policyMapping = Math.max(0, policyMapping - 1);
                anyPolicy = Math.max(0, anyPolicy - 1);
            }
        }
        if (constrains) {
            issuer.nameConstraints().ifPresent(names::add);
            issuer.policyConstraints().ifPresent(constraints -> {
                explicitPolicy =
                        Math.min(explicitPolicy, constraints.requireExplicit().orElse(explicitPolicy));
                policyMapping =
                        Math.min(policyMapping, constraints.inhibitMapping().orElse(policyMapping));
            });
            anyPolicy = Math.min(anyPolicy, issuer.inhibitAnyPolicy().orElse(anyPolicy));
            maxLength = Math.min(
                    maxLength,
                    issuer.basicConstraints()
                            .map(constraints -> constraints.pathLength().orElse(Integer.MAX_VALUE))
                            .orElse(Integer.MAX_VALUE));
        }
        return Optional.empty();
    }

    private Optional<Refusal> mayIssue(ParsedCertificate issuer, boolean anchor) {
        // a version 1 root has no extension to say that it is a CA: its upload says it
        boolean oldRoot = anchor && !rules.device() && issuer.version() == 1;
        if (!issuer.isCa() && !oldRoot) {
            String detail = "'" + issuer + "' "
                    + (issuer.basicConstraints().isPresent()
                            ? "says in basicConstraints that it is no CA"
                            : "has no basicConstraints");
            return Optional.of(refuse(anchor ? Reason.ANCHOR_UNUSABLE : Reason.NOT_A_CA, issuer, detail));
        }
        OptionalInt usage = issuer.keyUsage();
        if (usage.isPresent() && (usage.getAsInt() & KeyUsage.KEY_CERT_SIGN) == 0) {
            return Optional.of(refuse(
                    anchor ? Reason.ANCHOR_UNUSABLE : Reason.ISSUER_MAY_NOT_SIGN,
                    issuer,
                    "'" + issuer + "' has the key usage " + KeyUsage.names(usage.getAsInt()) + ", not keyCertSign"));
        }
        return Optional.empty();
    }

    private Optional<Refusal> mapPolicies(ParsedCertificate issuer) {
        if (issuer.policyMappings().isEmpty()) {
            return Optional.empty();
        }
        for (var mapping : issuer.policyMappings().entrySet()) {
            if (mapping.getKey().equals(Oids.ANY_POLICY) || mapping.getValue().contains(Oids.ANY_POLICY)) {
                return Optional.of(refuse(
                        Reason.INVALID_EXTENSION, issuer, "'" + issuer + "' maps anyPolicy (RFC 5280, 6.1.4 (a))"));
            }
        }
        if (policyMapping > 0) {
            policies.map(issuer.policyMappings());
        } else {
            policies.forbidMapping(issuer.policyMappings().keySet());
        }
        return Optional.empty();
    }

    /** 6.1.5. */
    private Optional<Refusal> wrapUp() {
        if (path.top() == 0) {
            return Optional.empty(); // a pinned certificate: there is no path
        }
        ParsedCertificate leaf = path.leaf();
        int required = Math.max(0, explicitPolicy - 1);
        if (leaf.policyConstraints().isPresent()
                && leaf.policyConstraints().get().requireExplicit().orElse(1) == 0) {
            required = 0;
        }
        Set<String> wanted = wantedPolicies.isEmpty() ? Set.of(Oids.ANY_POLICY) : wantedPolicies;
        if (required == 0 && !policies.holdsOneOf(wanted)) {
            return Optional.of(policyMissing(leaf));
        }
        return Optional.empty();
    }

    private Refusal policyMissing(ParsedCertificate certificate) {
        List<String> has = certificate.policies().map(List::copyOf).orElse(List.of());
        String asked =
                wantedPolicies.isEmpty() ? "a CA above requires one" : "one of " + wantedPolicies + " is required";
        return refuse(
                Reason.POLICY_MISSING,
                certificate,
                "'" + certificate + "' has the policies " + has + ", none holds along the path, and " + asked);
    }

    private static Refusal refuse(Reason reason, ParsedCertificate certificate, String detail) {
        return Refusal.of(reason, certificate, Refusal.PATH, detail);
    }
}
