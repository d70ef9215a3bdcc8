package dev.onboard.pki;

import dev.onboard.pki.internal.DerReader;
import dev.onboard.pki.internal.DistinguishedName;
import dev.onboard.pki.internal.DnsName;
import dev.onboard.pki.internal.Extension;
import dev.onboard.pki.internal.GeneralName;
import dev.onboard.pki.internal.MalformedDerException;
import dev.onboard.pki.internal.Oids;
import dev.onboard.pki.internal.ParsedCertificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Remarks on the certificates of a path that has passed: what a standard asks of who issues, and a verifier need not
 * insist on. The strict profile refuses them, except for mere advice. {@code docs/profiles.md} lists the ids.
 */
final class Lint {
    /** Remarks on what a standard only recommends: no profile refuses them. */
    private static final Set<String> ADVICE = Set.of("key-usage-not-critical", "string-type");

    /** A remark on one certificate. */
    record Remark(String id, ParsedCertificate certificate, String detail) {
        boolean isAdvice() {
            return ADVICE.contains(id);
        }
    }

    private final List<Remark> remarks = new ArrayList<>(0);
    private final Purpose purpose;
    private final CertificatePath path;

    private Lint(Purpose purpose, CertificatePath path) {
        this.purpose = purpose;
        this.path = path;
    }

    /** Every remark, leaf first. */
    static List<Remark> of(Purpose purpose, CertificatePath path) {
        Lint lint = new Lint(purpose, path);
        for (int i = 0; i < path.certificates().size(); i++) {
            ParsedCertificate certificate = path.certificates().get(i);
            lint.anyCertificate(certificate, i);
            if (i > 0) {
                lint.authority(certificate, i == path.top());
            }
        }
        lint.leaf(path.leaf());
        return lint.remarks;
    }

    private void add(String id, ParsedCertificate certificate, String detail) {
        remarks.add(new Remark(id, certificate, detail));
    }

    private void anyCertificate(ParsedCertificate certificate, int index) {
        int sign = certificate.serial().signum();
        if (sign <= 0) {
            add(sign == 0 ? "serial-zero" : "serial-negative", certificate, "serial number " + certificate.serial());
        }
        int octets = certificate.serial().toByteArray().length;
        if (octets > 20) {
            add("serial-too-long", certificate, "a serial number of " + octets + " octets, at most 20 are allowed");
        }
        if (certificate.hasEarlyGeneralizedTime()) {
            add("early-generalized-time", certificate, "notAfter before 2050 is a GeneralizedTime, not a UTCTime");
        }
        if (index == 0 && certificate.version() < 3) {
            add("version", certificate, "version " + certificate.version());
        }
        boolean root = index == path.top() && certificate.isSelfIssued();
        if (certificate.authorityKeyIdentifier().isEmpty()) {
            if (!root || !certificate.isSelfSigned()) {
                add("aki-missing", certificate, "no authorityKeyIdentifier (RFC 5280, 4.2.1.1)");
            }
        } else {
            authorityKeyIdentifier(certificate, root);
        }
        for (Extension extension : certificate.extensions().list()) {
            extension(certificate, extension);
        }
        for (List<DistinguishedName.Attribute> rdn : certificate.subject().rdns()) {
            for (DistinguishedName.Attribute attribute : rdn) {
                if (attribute.tag() == 0x14 || attribute.tag() == 0x1e || attribute.tag() == 0x1c) {
                    add("string-type", certificate, "a subject in a string type other than Printable or UTF8String");
                }
            }
        }
        if (certificate.key().isRsa() && certificate.key().bits() % 8 != 0) {
            add("rsa-length", certificate, "an RSA key of " + certificate.key().bits() + " bits");
        }
    }

    private void authorityKeyIdentifier(ParsedCertificate certificate, boolean root) {
        ParsedCertificate.AuthorityKeyIdentifier id =
                certificate.authorityKeyIdentifier().orElseThrow();
        if (id.keyIdentifier() == null) {
            add("aki-without-key", certificate, "an authorityKeyIdentifier without keyIdentifier");
        }
        if (id.namesIssuer() || id.namesSerial()) {
            add("aki-names-certificate", certificate, "an authorityKeyIdentifier that names issuer or serial number");
        }
        if (root && certificate.contradictsKeyOf(certificate)) {
            add("aki-mismatch", certificate, "a root whose authorityKeyIdentifier is not its subjectKeyIdentifier");
        }
    }

    private void extension(ParsedCertificate certificate, Extension extension) {
        boolean critical = extension.critical();
        switch (extension.oid()) {
            case Oids.AUTHORITY_KEY_IDENTIFIER, Oids.SUBJECT_KEY_IDENTIFIER -> {
                if (critical) {
                    add("key-identifier-critical", certificate, Oids.nameOr(extension.oid()) + " is critical");
                }
            }
            case Oids.KEY_USAGE -> {
                if (!critical) {
                    add("key-usage-not-critical", certificate, "keyUsage is not critical (RFC 5280, 4.2.1.3)");
                }
            }
            case Oids.NAME_CONSTRAINTS -> {
                if (!critical) {
                    add("name-constraints-not-critical", certificate, "nameConstraints are not critical (4.2.1.10)");
                }
            }
            case Oids.POLICY_CONSTRAINTS, Oids.INHIBIT_ANY_POLICY -> {
                if (!critical) {
                    add("policy-not-critical", certificate, Oids.nameOr(extension.oid()) + " is not critical");
                }
            }
            case Oids.AUTHORITY_INFO_ACCESS, Oids.SUBJECT_INFO_ACCESS -> {
                Optional<String> fault = accessFault(extension.value());
                fault.ifPresent(detail -> add("aia-malformed", certificate, detail));
            }
            default -> {} // nothing to say
        }
    }

    private static Optional<String> accessFault(byte[] value) {
        try {
            DerReader reader = DerReader.of(value);
            DerReader descriptions = reader.sequence();
            reader.end("the access descriptions");
            if (!descriptions.hasNext()) {
                return Optional.of("an authorityInfoAccess without a description");
            }
            while (descriptions.hasNext()) {
                DerReader description = descriptions.sequence();
                description.oid();
                description.next();
                description.end("an access description");
            }
            return Optional.empty();
        } catch (MalformedDerException e) {
            return Optional.of("authorityInfoAccess: " + e.getMessage());
        }
    }

    private void authority(ParsedCertificate certificate, boolean top) {
        if (certificate.subjectKeyIdentifier() == null) {
            add("ski-missing", certificate, "a CA certificate without subjectKeyIdentifier (RFC 5280, 4.2.1.2)");
        }
        certificate
                .extensions()
                .find(Oids.BASIC_CONSTRAINTS)
                .filter(extension -> !extension.critical())
                .ifPresent(extension ->
                        add("basic-constraints-not-critical", certificate, "basicConstraints are not critical"));
        if (top && certificate.isSelfIssued() && certificate.extendedKeyUsage().isPresent()) {
            add("root-with-eku", certificate, "a root with an extended key usage");
        }
        if (certificate.keyUsage().isEmpty()) {
            add("ca-without-key-usage", certificate, "a CA certificate without keyUsage (RFC 5280, 4.2.1.3)");
        }
    }

    private void leaf(ParsedCertificate leaf) {
        if (leaf.isCa() && !PurposeRules.isDeveloper(path)) {
            add("ca-as-end-entity", leaf, "a CA certificate is used as the peer's own");
        }
        if (!leaf.isCa() && (leaf.keyUsage().orElse(0) & KeyUsage.KEY_CERT_SIGN) != 0) {
            add("key-cert-sign-without-ca", leaf, "keyCertSign in a certificate that is no CA's");
        }
        Optional<Set<String>> usages = leaf.extendedKeyUsage();
        if (usages.isEmpty()) {
            add("eku-missing", leaf, "no extended key usage");
        } else {
            String needed = PurposeRules.neededUsage(purpose);
            if (usages.get().contains(Oids.ANY_EXTENDED_KEY_USAGE)) {
                add("eku-any", leaf, "anyExtendedKeyUsage, " + Oids.nameOr(needed) + " says it");
            }
            if (leaf.extensions()
                    .find(Oids.EXTENDED_KEY_USAGE)
                    .filter(Extension::critical)
                    .isPresent()) {
                add("eku-critical", leaf, "the extended key usage is critical");
            }
        }
        if (!leaf.key().isEc()) {
            add("key-not-ec", leaf, "a " + leaf.key().describe() + " key (RFC 7925 asks for EC P-256)");
        }
        alternativeNames(leaf);
    }

    private void alternativeNames(ParsedCertificate leaf) {
        int hosts = 0;
        for (GeneralName name : leaf.alternativeNames()) {
            if (name.type() == GeneralName.DNS) {
                hosts++;
                if (!DnsName.isHostOrWildcard(name.text())) {
                    add("dns-name", leaf, "the dNSName '" + name.text() + "' is no host name");
                }
            }
        }
        boolean critical = leaf.extensions()
                .find(Oids.SUBJECT_ALT_NAME)
                .filter(Extension::critical)
                .isPresent();
        if (leaf.subject().isEmpty() && !critical) {
            add("san-not-critical", leaf, "an empty subject, and the subjectAltName is not critical (4.2.1.6)");
        }
        if (purpose.isServer()) {
            if (hosts > 1) {
                add("several-dns-names", leaf, hosts + " dNSNames, one is asked for (RFC 7925, 4.4.1)");
            }
            boolean anyHost = leaf.alternativeNames().stream()
                    .anyMatch(name -> name.type() == GeneralName.DNS
                            || name.type() == GeneralName.ADDRESS
                            || name.type() == GeneralName.URI);
            if (!anyHost) {
                add("server-name-in-cn", leaf, "the server's name stands only in the common name (RFC 7925, 4.4.1)");
            }
        }
        if (leaf.subject().values(Oids.COMMON_NAME).size() > 1) {
            add("several-common-names", leaf, "several common names");
        }
    }
}
