package dev.onboard.pki.internal;

import dev.onboard.pki.CryptoProvider;
import java.security.GeneralSecurityException;
import java.security.Provider;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
import org.bouncycastle.jce.provider.BouncyCastleProvider;

/** Bouncy Castle for the curves and encodings that Java's own providers do not know. It is never registered globally. */
public final class Providers {
    private static final Provider BOUNCY_CASTLE = new BouncyCastleProvider();

    static {
        CryptoProvider.install();
    }

    private Providers() {}

    /** The one instance of the provider. */
    public static Provider bouncyCastle() {
        return BOUNCY_CASTLE;
    }

    /** A signature engine from Java's preferred provider, else from Bouncy Castle. */
    public static Signature signature(String algorithm) throws GeneralSecurityException {
        try {
            return Signature.getInstance(algorithm);
        } catch (java.security.NoSuchAlgorithmException e) {
            return Signature.getInstance(algorithm, BOUNCY_CASTLE);
        }
    }

    /** The public key in this SubjectPublicKeyInfo, from Java's preferred provider, else from Bouncy Castle. */
    public static PublicKey publicKey(String algorithm, byte[] subjectPublicKeyInfo) throws GeneralSecurityException {
        X509EncodedKeySpec spec = new X509EncodedKeySpec(subjectPublicKeyInfo);
        try {
            return java.security.KeyFactory.getInstance(algorithm).generatePublic(spec);
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            return java.security.KeyFactory.getInstance(algorithm, BOUNCY_CASTLE)
                    .generatePublic(spec);
        }
    }
}
