package dev.onboard.pki;

import dev.onboard.pki.internal.Extension;
import dev.onboard.pki.internal.MalformedDerException;
import dev.onboard.pki.internal.NameConstraints;
import dev.onboard.pki.internal.Oids;
import dev.onboard.pki.internal.ParsedCertificate;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;

/** A certificate as a person reads it: a few lines with what matters, in words. */
public final class CertificateText {
    private static final Set<String> SHOWN = Set.of(
            Oids.BASIC_CONSTRAINTS,
            Oids.KEY_USAGE,
            Oids.EXTENDED_KEY_USAGE,
            Oids.SUBJECT_ALT_NAME,
            Oids.SUBJECT_KEY_IDENTIFIER,
            Oids.AUTHORITY_KEY_IDENTIFIER,
            Oids.NAME_CONSTRAINTS,
            Oids.CERTIFICATE_POLICIES);

    private CertificateText() {}

    /** The lines about a certificate, at this time. Each is {@code label: value}; nothing is thrown for any certificate. */
    public static List<String> lines(X509Certificate certificate, Instant at) {
        try {
            return lines(certificate.getEncoded(), at);
        } catch (CertificateEncodingException e) {
            return List.of("unreadable: " + e.getMessage());
        }
    }

    /** The lines about what may be a certificate; one line that says why when it is none. */
    public static List<String> lines(byte[] der, Instant at) {
        try {
            return lines(ParsedCertificate.of(der), at);
        } catch (MalformedDerException e) {
            return List.of(
                    "unreadable: " + der.length + " octets that are not an exact DER certificate: " + e.getMessage());
        }
    }

    private static List<String> lines(ParsedCertificate certificate, Instant at) {
        List<String> lines = new ArrayList<>();
        lines.add("subject: " + named(certificate.subject().toString()));
        lines.add("issuer: "
                + (certificate.isSelfIssued()
                        ? "itself"
                        : named(certificate.issuer().toString())));
        lines.add("valid: " + certificate.notBefore() + " to " + certificate.notAfter() + " ("
                + validity(certificate, at) + ")");
        lines.add("serial: " + certificate.serial().toString(16));
        lines.add("key: " + certificate.key().describe()
                + certificate
                        .key()
                        .fault()
                        .map(fault -> ", impossible: " + fault)
                        .orElse(""));
        lines.add("signed with: " + certificate.signature().describe());
        if (certificate.version() != 3) {
            lines.add("version: " + certificate.version());
        }
        certificate
                .basicConstraints()
                .filter(ParsedCertificate.BasicConstraints::ca)
                .ifPresent(constraints -> lines.add("CA: yes"
                        + (constraints.pathLength().isPresent()
                                ? ", at most " + constraints.pathLength().getAsInt() + " CAs below it"
                                : "")));
        certificate.keyUsage().ifPresent(bits -> lines.add("key usage: " + String.join(", ", KeyUsage.names(bits))));
        certificate
                .extendedKeyUsage()
                .ifPresent(usages -> lines.add("extended key usage: "
                        + String.join(", ", usages.stream().map(Oids::nameOr).toList())));
        if (!certificate.alternativeNames().isEmpty()) {
            lines.add("names: "
                    + String.join(
                            ", ",
                            certificate.alternativeNames().stream()
                                    .limit(20)
                                    .map(Object::toString)
                                    .toList()));
        }
        certificate.nameConstraints().ifPresent(constraints -> lines.add("name constraints: " + describe(constraints)));
        certificate.policies().ifPresent(policies -> lines.add("policies: " + String.join(", ", policies)));
        identifiers(certificate, lines);
        for (Extension extension : certificate.extensions().list()) {
            if (!SHOWN.contains(extension.oid())) {
                lines.add("extension: " + Oids.nameOr(extension.oid()) + (extension.critical() ? ", critical" : "")
                        + ", " + extension.value().length + " octets");
            }
        }
        certificate.faults().forEach(fault -> lines.add("fault: " + fault.detail()));
        lines.add("SHA-256: " + Fingerprint.sha256(certificate.encoded()));
        return lines;
    }

    private static void identifiers(ParsedCertificate certificate, List<String> lines) {
        byte[] own = certificate.subjectKeyIdentifier();
        if (own != null) {
            lines.add("key identifier: " + HexFormat.of().formatHex(own));
        }
        certificate.authorityKeyIdentifier().ifPresent(id -> {
            byte[] issuer = id.keyIdentifier();
            if (issuer != null) {
                lines.add("issuer's key identifier: " + HexFormat.of().formatHex(issuer));
            }
        });
    }

    private static String describe(NameConstraints constraints) {
        List<String> parts = new ArrayList<>();
        if (!constraints.permitted().isEmpty()) {
            parts.add("only " + constraints.permitted().stream().limit(10).toList());
        }
        if (!constraints.excluded().isEmpty()) {
            parts.add("not " + constraints.excluded().stream().limit(10).toList());
        }
        return String.join(", ", parts);
    }

    private static String validity(ParsedCertificate certificate, Instant at) {
        if (at.isBefore(certificate.notBefore())) {
            return "begins in " + days(at, certificate.notBefore());
        }
        return at.isAfter(certificate.notAfter())
                ? "ended " + days(certificate.notAfter(), at) + " ago"
                : "ends in " + days(at, certificate.notAfter());
    }

    private static String days(Instant from, Instant to) {
        Duration duration = Duration.between(from, to);
        if (duration.toDays() > 1) {
            return duration.toDays() + " days";
        }
        return duration.toHours() > 1 ? duration.toHours() + " hours" : duration.toSeconds() + " seconds";
    }

    private static String named(String name) {
        return name.isEmpty() ? "(empty)" : name;
    }
}
