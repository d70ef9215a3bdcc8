package dev.onboard.account.internal;

import dev.onboard.account.AccountException;
import dev.onboard.pki.CredentialFiles;
import dev.onboard.pki.SubjectName;
import dev.onboard.pki.UnreadableFileException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What was uploaded as a trusted certificate: the anchor (the lowest CA) first, then those above it, nearest first.
 *
 * @param chain at least one certificate
 */
record UploadedChain(List<X509Certificate> chain) {
    private static final String FIELD = "certificate";
    private static final int LONGEST = 10;
    /** Critical extensions that a verifier of device chains understands (RFC 5280, section 4.2). */
    private static final Set<String> UNDERSTOOD = Set.of(
            "2.5.29.15", // keyUsage
            "2.5.29.17", // subjectAltName
            "2.5.29.19", // basicConstraints
            "2.5.29.30", // nameConstraints
            "2.5.29.32", // certificatePolicies
            "2.5.29.33", // policyMappings
            "2.5.29.36", // policyConstraints
            "2.5.29.37", // extKeyUsage
            "2.5.29.54"); // inhibitAnyPolicy

    private static final int KEY_CERT_SIGN = 5;

    UploadedChain {
        chain = List.copyOf(chain);
    }

    /**
     * Reads PEM text with one chain in any order.
     *
     * @throws AccountException when it is something else
     */
    static UploadedChain read(String pem) {
        if (!pem.contains("-----BEGIN ")) {
            throw AccountException.invalid(
                    FIELD,
                    pem.isBlank()
                            ? "is empty; give a CA certificate in PEM"
                            : "is not PEM: it does not contain '-----BEGIN CERTIFICATE-----'");
        }
        if (pem.contains("PRIVATE KEY-----")) {
            throw AccountException.invalid(
                    FIELD,
                    "holds a private key where a CA certificate belongs; upload the certificate, and keep the key");
        }
        try {
            return new UploadedChain(ordered(
                    CredentialFiles.readCertificates(pem.getBytes(StandardCharsets.UTF_8), "the uploaded text")));
        } catch (UnreadableFileException e) {
            throw AccountException.invalid(FIELD, String.valueOf(e.getMessage()));
        }
    }

    /** From the one that issued none of the others upward. */
    private static List<X509Certificate> ordered(List<X509Certificate> given) {
        List<X509Certificate> rest = new ArrayList<>();
        for (X509Certificate certificate : given) {
            if (!rest.contains(certificate)) {
                rest.add(certificate);
            }
        }
        if (rest.size() > LONGEST) {
            throw AccountException.invalid(
                    FIELD, "holds " + rest.size() + " certificates; a chain has at most " + LONGEST);
        }
        List<X509Certificate> lowest = rest.stream()
                .filter(candidate ->
                        given.stream().noneMatch(other -> !other.equals(candidate) && issued(candidate, other)))
                .toList();
        if (lowest.size() != 1) {
            throw AccountException.invalid(
                    FIELD,
                    "holds " + lowest.size() + " chains ("
                            + String.join(
                                    " and ",
                                    lowest.stream().map(SubjectName::text).toList()) + "); upload each on its own");
        }
        List<X509Certificate> chain = new ArrayList<>(lowest);
        rest.remove(lowest.get(0));
        while (!rest.isEmpty()) {
            X509Certificate below = chain.get(chain.size() - 1);
            X509Certificate next = rest.stream()
                    .filter(candidate -> issued(candidate, below))
                    .findFirst()
                    .orElseThrow(() -> AccountException.invalid(
                            FIELD,
                            "is not one chain: none of the other certificates issued '" + SubjectName.text(below)
                                    + "'"));
            chain.add(next);
            rest.remove(next);
        }
        return chain;
    }

    private static boolean issued(X509Certificate issuer, X509Certificate certificate) {
        if (!issuer.getSubjectX500Principal().equals(certificate.getIssuerX500Principal())) {
            return false;
        }
        try {
            certificate.verify(issuer.getPublicKey());
            return true;
        } catch (GeneralSecurityException e) {
            return false;
        }
    }

    X509Certificate anchor() {
        return chain.get(0);
    }

    /** Why this cannot serve as a trust anchor at this time; empty when it can. */
    Optional<String> fault(Instant now) {
        for (X509Certificate certificate : chain) {
            Optional<String> fault = fault(certificate, now);
            if (fault.isPresent()) {
                return fault.map(text -> "'" + SubjectName.text(certificate) + "' " + text);
            }
        }
        return Optional.empty();
    }

    private static Optional<String> fault(X509Certificate certificate, Instant now) {
        if (certificate.getBasicConstraints() < 0) {
            return Optional.of("is not a CA certificate: it has no basicConstraints with cA TRUE");
        }
        boolean[] usage = certificate.getKeyUsage();
        if (usage != null && !usage[KEY_CERT_SIGN]) {
            return Optional.of("may not sign certificates: its keyUsage lacks keyCertSign");
        }
        Set<String> critical = certificate.getCriticalExtensionOIDs();
        if (critical != null) {
            for (String oid : critical) {
                if (!UNDERSTOOD.contains(oid)) {
                    return Optional.of("has the critical extension " + oid + ", which nobody here understands");
                }
            }
        }
        Instant from = certificate.getNotBefore().toInstant();
        Instant until = certificate.getNotAfter().toInstant();
        if (now.isAfter(until)) {
            return Optional.of("expired on " + until + "; it is now " + now);
        }
        if (now.isBefore(from)) {
            return Optional.of("is not valid before " + from + "; it is now " + now);
        }
        return Optional.empty();
    }
}
