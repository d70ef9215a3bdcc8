package dev.onboard.scenario.internal;

import dev.onboard.pki.Credential;
import dev.onboard.pki.CredentialFiles;
import dev.onboard.pki.UnreadableFileException;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What a party shows: certificates as bytes, and the key that signs.
 *
 * @param chain leaf first
 * @param key of the party
 */
record Sent(List<byte[]> chain, KeyPair key) {
    /** No larger than what DTLS libraries send in one message without being told otherwise. */
    private static final int LARGEST = 30_000;

    /** As a credential that an ordinary device or server can show; empty when no library of good manners sends it. */
    Optional<Credential> ordinary() {
        if (chain.isEmpty() || chain.stream().mapToInt(one -> one.length).sum() > LARGEST) {
            return Optional.empty();
        }
        boolean usable = key.getPublic() instanceof ECPublicKey ec
                        && ec.getParams().getOrder().bitLength() >= 256
                        && ec.getParams().getOrder().bitLength() <= 384
                        && isNamedCurve(ec)
                || key.getPublic() instanceof RSAPublicKey rsa && rsa.getModulus().bitLength() >= 2048;
        if (!usable) {
            return Optional.empty();
        }
        List<X509Certificate> certificates = new ArrayList<>();
        for (byte[] der : chain) {
            try {
                List<X509Certificate> read = CredentialFiles.readCertificates(der, "a certificate of the scenario");
                if (read.size() != 1 || !java.util.Arrays.equals(read.get(0).getEncoded(), der)) {
                    return Optional.empty();
                }
                certificates.add(read.get(0));
            } catch (UnreadableFileException | java.security.cert.CertificateEncodingException e) {
                return Optional.empty(); // a peer that checks nothing sends it
            }
        }
        return certificates.get(0).getPublicKey().equals(key.getPublic())
                ? Optional.of(Credential.unproven(key.getPrivate(), certificates))
                : Optional.empty();
    }

    private static boolean isNamedCurve(ECPublicKey key) {
        String curve = String.valueOf(key.getParams());
        return curve.contains("secp256r1") || curve.contains("secp384r1") || curve.contains("P-256") || curve.contains("P-384");
    }
}
