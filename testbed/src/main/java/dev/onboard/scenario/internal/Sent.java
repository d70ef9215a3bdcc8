package dev.onboard.scenario.internal;

import dev.onboard.pki.Credential;
import dev.onboard.pki.CredentialFiles;
import dev.onboard.pki.UnreadableFileException;
import java.security.KeyPair;
import java.security.cert.CertificateEncodingException;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What a party shows: certificates as bytes, and the key that signs.
 *
 * @param chain leaf first
 * @param key of the party
 */
record Sent(List<byte[]> chain, KeyPair key) {
    /** No larger than what DTLS libraries send in one message without being told otherwise. */
    private static final int LARGEST = 30_000;

    private static final Set<String> SIGNATURES =
            Set.of("SHA256withECDSA", "SHA384withECDSA", "SHA512withECDSA", "SHA256withRSA");

    /** The purpose that a DTLS client looks for in its own certificate. */
    private static final String CLIENT_AUTH = "1.3.6.1.5.5.7.3.2";

    /** As the credential of an ordinary server; empty when a DTLS library of good manners would not send it so. */
    Optional<Credential> ofServer() {
        return ordinary();
    }

    /** As the credential of a simulated device; empty when a DTLS library of good manners would not send it so. */
    Optional<Credential> ofDevice() {
        return ordinary().filter(credential -> hasUsageOfClient(credential.certificate()));
    }

    private Optional<Credential> ordinary() {
        if (chain.isEmpty() || chain.stream().mapToInt(one -> one.length).sum() > LARGEST || !isUsable()) {
            return Optional.empty();
        }
        List<X509Certificate> certificates = new ArrayList<>();
        for (byte[] der : chain) {
            try {
                List<X509Certificate> read = CredentialFiles.readCertificates(der, "a certificate of the scenario");
                if (read.size() != 1 || !Arrays.equals(read.get(0).getEncoded(), der)) {
                    return Optional.empty();
                }
                certificates.add(read.get(0));
            } catch (UnreadableFileException | CertificateEncodingException e) {
                return Optional.empty(); // the peer that checks nothing sends it
            }
        }
        return isPath(certificates) && belongs(certificates.get(0))
                ? Optional.of(Credential.unproven(key.getPrivate(), certificates))
                : Optional.empty();
    }

    /** A key that both suites and groups of ours have. */
    private boolean isUsable() {
        if (key.getPublic() instanceof ECPublicKey ec) {
            String curve = String.valueOf(ec.getParams());
            return curve.contains("secp256r1") || curve.contains("secp384r1");
        }
        return key.getPublic() instanceof RSAPublicKey rsa && rsa.getModulus().bitLength() >= 2048;
    }

    private boolean belongs(X509Certificate leaf) {
        try {
            return leaf.getPublicKey().equals(key.getPublic());
        } catch (RuntimeException e) {
            return false; // a public key that no provider reads
        }
    }

    /** Each certificate is named as the issuer of the one before, the root is left out, and the signatures are of our kind. */
    private static boolean isPath(List<X509Certificate> certificates) {
        for (int i = 0; i < certificates.size(); i++) {
            X509Certificate one = certificates.get(i);
            if (!SIGNATURES.contains(one.getSigAlgName())) {
                return false;
            }
            boolean selfIssued = one.getSubjectX500Principal().equals(one.getIssuerX500Principal());
            if (certificates.size() > 1 && selfIssued
                    || i > 0
                            && !certificates
                                    .get(i - 1)
                                    .getIssuerX500Principal()
                                    .equals(one.getSubjectX500Principal())) {
                return false;
            }
        }
        return true;
    }

    private static boolean hasUsageOfClient(X509Certificate leaf) {
        try {
            boolean[] usage = leaf.getKeyUsage();
            List<String> purposes = leaf.getExtendedKeyUsage();
            return (usage == null || usage.length > 0 && usage[0])
                    && (purposes == null || purposes.contains(CLIENT_AUTH));
        } catch (CertificateParsingException e) {
            return false; // the peer that checks nothing sends it
        }
    }
}
