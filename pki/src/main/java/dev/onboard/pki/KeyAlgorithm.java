package dev.onboard.pki;

import dev.onboard.pki.internal.Providers;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.spec.ECGenParameterSpec;

/** The kinds of key that can be made here: those that devices use, and those that a verifier has to refuse. */
public enum KeyAlgorithm {
    P256("EC", "secp256r1"),
    P384("EC", "secp384r1"),
    P521("EC", "secp521r1"),
    ED25519("Ed25519", ""),
    RSA2048("RSA", "2048"),
    RSA3072("RSA", "3072"),
    RSA4096("RSA", "4096"),
    /** Too short for any profile but {@code rfc5280} and {@code lenient}. */
    RSA1024("RSA", "1024"),
    /** Shorter than anything accepts. */
    RSA512("RSA", "512"),
    /** A curve below 255 bits: OMA Transport 5.2.3 forbids it. */
    P192("EC-BC", "secp192r1"),
    /** A curve below 255 bits. */
    P224("EC-BC", "secp224r1"),
    /** A curve that no LwM2M cipher suite negotiation offers. */
    SECP256K1("EC-BC", "secp256k1"),
    /** A curve of 256 bits that is not offered here. */
    BRAINPOOL_P256("EC-BC", "brainpoolP256r1"),
    DSA2048("DSA", "2048");

    private final String family;
    private final String parameter;

    KeyAlgorithm(String family, String parameter) {
        this.family = family;
        this.parameter = parameter;
    }

    /** Makes a key pair. Thread-safe when the source of randomness is. */
    public KeyPair generate(SecureRandom random) {
        CryptoProvider.install();
        try {
            KeyPairGenerator generator = family.equals("EC-BC")
                    ? KeyPairGenerator.getInstance("EC", Providers.bouncyCastle())
                    : KeyPairGenerator.getInstance(family);
            if (family.startsWith("EC")) {
                generator.initialize(new ECGenParameterSpec(parameter), random);
            } else if (!parameter.isEmpty()) {
                generator.initialize(Integer.parseInt(parameter), random);
            }
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java makes no " + name() + " key: " + e.getMessage(), e);
        }
    }
}
