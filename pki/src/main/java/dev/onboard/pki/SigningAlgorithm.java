package dev.onboard.pki;

import dev.onboard.pki.internal.Der;
import java.security.Key;
import java.security.PublicKey;
import java.security.interfaces.ECKey;
import java.util.Locale;

/** How a certificate is signed: JCA's name and the AlgorithmIdentifier. */
record SigningAlgorithm(String jcaName, byte[] identifier) {
    /** The algorithm for certificates signed with this key: the digest is as strong as the curve. */
    static SigningAlgorithm of(Key privateKey, PublicKey publicKey) {
        return of(privateKey, publicKey, "");
    }

    /** The same with another digest, {@code SHA1} or {@code MD5}; the empty text leaves the choice to the key. */
    static SigningAlgorithm of(Key privateKey, PublicKey publicKey, String digest) {
        String algorithm = publicKey.getAlgorithm().toUpperCase(Locale.ROOT);
        switch (algorithm) {
            case "EC":
            case "ECDSA":
                int bits = publicKey instanceof ECKey key
                        ? key.getParams().getOrder().bitLength()
                        : 256;
                String strength =
                        digest.isEmpty() ? (bits > 384 ? "SHA512" : bits > 256 ? "SHA384" : "SHA256") : digest;
                return new SigningAlgorithm(strength + "withECDSA", Der.sequence(Der.oid(ecdsa(strength))));
            case "RSA":
                String hash = digest.isEmpty() ? "SHA256" : digest;
                return new SigningAlgorithm(hash + "withRSA", Der.sequence(Der.oid(rsa(hash)), Der.nul()));
            case "DSA":
                return new SigningAlgorithm("SHA256withDSA", Der.sequence(Der.oid("2.16.840.1.101.3.4.3.2")));
            case "EDDSA":
            case "ED25519":
                return new SigningAlgorithm("Ed25519", Der.sequence(Der.oid("1.3.101.112")));
            default:
                throw new IllegalArgumentException("certificates are not signed with " + privateKey.getAlgorithm()
                        + " keys; use an EC, RSA or Ed25519 key");
        }
    }

    private static String ecdsa(String digest) {
        return switch (digest) {
            case "SHA1" -> "1.2.840.10045.4.1";
            case "SHA256" -> "1.2.840.10045.4.3.2";
            case "SHA384" -> "1.2.840.10045.4.3.3";
            case "SHA512" -> "1.2.840.10045.4.3.4";
            default -> throw new IllegalArgumentException("ECDSA does not go with " + digest);
        };
    }

    private static String rsa(String digest) {
        return switch (digest) {
            case "MD5" -> "1.2.840.113549.1.1.4";
            case "SHA1" -> "1.2.840.113549.1.1.5";
            case "SHA256" -> "1.2.840.113549.1.1.11";
            case "SHA384" -> "1.2.840.113549.1.1.12";
            case "SHA512" -> "1.2.840.113549.1.1.13";
            default -> throw new IllegalArgumentException("RSA does not go with " + digest);
        };
    }
}
