package dev.onboard.pki;

import dev.onboard.pki.internal.Extension;
import dev.onboard.pki.internal.Oids;
import dev.onboard.pki.internal.ParsedCertificate;
import dev.onboard.pki.internal.SubjectKey;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;

/** What each certificate of a path must fulfil by itself: encoding, version, validity, extensions, key, signature algorithm, names. */
final class CertificateRules {
    /** Where a certificate stands in its path. */
    enum Place {
        LEAF,
        INTERMEDIATE,
        ANCHOR
    }

    private static final Set<String> UNDERSTOOD = Set.of(
            Oids.BASIC_CONSTRAINTS,
            Oids.KEY_USAGE,
            Oids.EXTENDED_KEY_USAGE,
            Oids.SUBJECT_ALT_NAME,
            Oids.ISSUER_ALT_NAME,
            Oids.NAME_CONSTRAINTS,
            Oids.CERTIFICATE_POLICIES,
            Oids.POLICY_MAPPINGS,
            Oids.POLICY_CONSTRAINTS,
            Oids.INHIBIT_ANY_POLICY,
            Oids.CRL_DISTRIBUTION_POINTS,
            Oids.AUTHORITY_KEY_IDENTIFIER,
            Oids.SUBJECT_KEY_IDENTIFIER);
    private static final Set<String> NEVER_CRITICAL =
            Set.of(Oids.AUTHORITY_INFO_ACCESS, Oids.SUBJECT_INFO_ACCESS, Oids.FRESHEST_CRL);
    private static final Set<String> STRONG_DIGESTS = Set.of("SHA-256", "SHA-384", "SHA-512");
    private static final Set<String> DEVICE_CURVES = Set.of(Oids.P256, Oids.P384, Oids.P521);

    private final ProfileRules rules;
    private final Instant at;

    CertificateRules(ProfileRules rules, Instant at) {
        this.rules = rules;
        this.at = at;
    }

    /** The first rule that fails. */
    Optional<Refusal> check(ParsedCertificate certificate, Place place) {
        if (place == Place.ANCHOR && !rules.checksAnchors()) {
            return Optional.empty();
        }
        Optional<Refusal> refusal = encoding(certificate, place);
        if (refusal.isEmpty()) {
            refusal = validity(certificate, place);
        }
        if (refusal.isEmpty()) {
            refusal = extensions(certificate, place);
        }
        if (refusal.isEmpty()) {
            refusal = key(certificate);
        }
        if (refusal.isEmpty() && place != Place.ANCHOR) {
            refusal = signature(certificate);
        }
        if (refusal.isEmpty()) {
            refusal = names(certificate, place);
        }
        return refusal;
    }

    /** What is wrong with the encoding alone: looked at before any signature is. */
    Optional<Refusal> encoding(ParsedCertificate certificate, Place place) {
        if (!certificate.faults().isEmpty()) {
            ParsedCertificate.Fault fault = certificate.faults().get(0);
            Reason reason = switch (fault.kind()) {
                case MALFORMED -> Reason.MALFORMED;
                case DUPLICATE_EXTENSION -> Reason.DUPLICATE_EXTENSION;
                case VERSION -> Reason.WRONG_VERSION;
            };
            return refuse(place == Place.ANCHOR ? Reason.ANCHOR_UNUSABLE : reason, certificate, fault.detail());
        }
        if (certificate.algorithmsDiffer()) {
            return refuse(
                    Reason.SIGNATURE_ALGORITHM_MISMATCH,
                    certificate,
                    "inside the certificate it is " + certificate.signature().describe()
                            + ", beside the signature another");
        }
        if (rules.device() && certificate.version() != 3) {
            return refuse(
                    place == Place.ANCHOR ? Reason.ANCHOR_UNUSABLE : Reason.WRONG_VERSION,
                    certificate,
                    "version " + certificate.version() + ", expected 3");
        }
        return Optional.empty();
    }

    private Optional<Refusal> validity(ParsedCertificate certificate, Place place) {
        boolean anchor = place == Place.ANCHOR;
        if (certificate.notAfter().isBefore(certificate.notBefore())) {
            return refuse(
                    Reason.VALIDITY_REVERSED,
                    certificate,
                    "it begins " + certificate.notBefore() + " and ends " + certificate.notAfter());
        }
        if (at.isBefore(certificate.notBefore())) {
            return refuse(
                    anchor ? Reason.ANCHOR_NOT_YET_VALID : Reason.NOT_YET_VALID,
                    certificate,
                    "it begins " + certificate.notBefore() + "; it is " + at);
        }
        if (at.isAfter(certificate.notAfter())) {
            return refuse(
                    anchor ? Reason.ANCHOR_EXPIRED : Reason.EXPIRED,
                    certificate,
                    "it ended " + certificate.notAfter() + "; it is " + at);
        }
        return Optional.empty();
    }

    private Optional<Refusal> extensions(ParsedCertificate certificate, Place place) {
        for (Extension extension : certificate.extensions().list()) {
            if (!extension.critical() || UNDERSTOOD.contains(extension.oid())) {
                continue;
            }
            if (NEVER_CRITICAL.contains(extension.oid())) {
                return refuse(
                        place == Place.ANCHOR ? Reason.ANCHOR_UNUSABLE : Reason.INVALID_EXTENSION,
                        certificate,
                        Oids.nameOr(extension.oid()) + " is critical and may not be");
            }
            return refuse(
                    place == Place.ANCHOR ? Reason.ANCHOR_UNUSABLE : Reason.UNKNOWN_CRITICAL_EXTENSION,
                    certificate,
                    "the critical extension " + Oids.nameOr(extension.oid()) + " is not known here");
        }
        if (rules.device()
                && !certificate.isCa()
                && certificate.nameConstraints().isPresent()) {
            return refuse(
                    Reason.INVALID_EXTENSION,
                    certificate,
                    "nameConstraints in a certificate that is no CA's (4.2.1.10)");
        }
        if (rules.device() && certificate.isCa() && certificate.subject().isEmpty()) {
            return refuse(Reason.NO_NAME, certificate, "a CA certificate with an empty subject (4.1.2.6)");
        }
        if (rules.device() && certificate.issuer().isEmpty()) {
            return refuse(Reason.NO_NAME, certificate, "an empty issuer (4.1.2.4)");
        }
        return Optional.empty();
    }

    private Optional<Refusal> key(ParsedCertificate certificate) {
        SubjectKey key = certificate.key();
        if (key.fault().isPresent()) {
            return refuse(
                    Reason.INVALID_KEY,
                    certificate,
                    key.describe() + " key: " + key.fault().get());
        }
        if (!rules.device()) {
            return Optional.empty();
        }
        if (rules.p256Only() && !key.curve().equals(Oids.P256)) {
            return refuse(Reason.UNSUPPORTED_KEY, certificate, "the key is " + key.describe() + ", expected EC P-256");
        }
        if (key.isRsa()) {
            return key.bits() < 2048
                    ? refuse(
                            Reason.WEAK_KEY,
                            certificate,
                            "the key is " + key.describe() + ", expected at least 2048 bits")
                    : Optional.empty();
        }
        if (key.isEc()) {
            if (!DEVICE_CURVES.contains(key.curve())) {
                return refuse(
                        Reason.UNSUPPORTED_KEY,
                        certificate,
                        "the key is " + key.describe() + ", expected P-256, P-384 or P-521");
            }
            return key.isCompressed()
                    ? refuse(Reason.INVALID_KEY, certificate, "the point is compressed (RFC 7925, 4.4)")
                    : Optional.empty();
        }
        if (key.algorithm().equals(Oids.ED25519)) {
            return Optional.empty();
        }
        return refuse(
                Reason.UNSUPPORTED_KEY,
                certificate,
                "the key is of the algorithm " + key.describe() + ", expected EC, RSA or Ed25519");
    }

    private Optional<Refusal> signature(ParsedCertificate certificate) {
        var scheme = certificate.signature();
        if (!scheme.isKnown()) {
            return refuse(
                    Reason.UNSUPPORTED_SIGNATURE,
                    certificate,
                    "the signature algorithm " + scheme.oid() + " is not known");
        }
        if (!rules.device()) {
            return Optional.empty();
        }
        if (!scheme.digest().isEmpty() && !STRONG_DIGESTS.contains(scheme.digest())) {
            return refuse(
                    Reason.WEAK_SIGNATURE,
                    certificate,
                    "signed with " + scheme.describe() + ", expected SHA-256 or stronger");
        }
        if (rules.p256Only() && !scheme.jcaName().equals("SHA256withECDSA")) {
            return refuse(
                    Reason.UNSUPPORTED_SIGNATURE,
                    certificate,
                    "signed with " + scheme.describe() + ", expected SHA256withECDSA");
        }
        return Optional.empty();
    }

    private Optional<Refusal> names(ParsedCertificate certificate, Place place) {
        if (!rules.device() || place != Place.LEAF) {
            return Optional.empty();
        }
        if (certificate.subject().isEmpty() && certificate.alternativeNames().isEmpty()) {
            return refuse(Reason.NO_NAME, certificate, "an empty subject and no subjectAltName");
        }
        for (String name : certificate.subject().values(Oids.COMMON_NAME)) {
            Optional<String> character = UnsafeCharacter.in(name);
            if (character.isPresent()) {
                return refuse(Reason.INVALID_NAME, certificate, "the common name holds " + character.get());
            }
        }
        for (var name : certificate.alternativeNames()) {
            Optional<String> character = UnsafeCharacter.in(name.text());
            if (character.isPresent()) {
                return refuse(Reason.INVALID_NAME, certificate, "a subjectAltName holds " + character.get());
            }
        }
        return Optional.empty();
    }

    private static Optional<Refusal> refuse(Reason reason, ParsedCertificate certificate, String detail) {
        return Optional.of(Refusal.of(reason, certificate, Refusal.CERTIFICATE, detail));
    }
}
