package dev.onboard.manifest.internal;

import dev.onboard.pki.internal.DerReader;
import dev.onboard.pki.internal.MalformedDerException;
import dev.onboard.pki.internal.Providers;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.util.Arrays;
import java.util.Optional;

/** ECDSA on P-256 with SHA-256 and COSE's form of a signature, r and s of 32 octets each (RFC 9053, 2.1). */
public final class Es256 {
    private static final int HALF = 32;

    private Es256() {}

    /** Whether this is a key on a curve of 256 bits. */
    public static boolean fits(PublicKey key) {
        return key instanceof ECPublicKey curve
                && curve.getParams().getCurve().getField().getFieldSize() == 256;
    }

    /**
     * Signs.
     *
     * @throws IllegalArgumentException when the key is of another kind
     */
    public static byte[] sign(PrivateKey key, byte[] signed) {
        try {
            Signature engine = Providers.signature("SHA256withECDSA");
            engine.initSign(key);
            engine.update(signed);
            return raw(engine.sign());
        } catch (GeneralSecurityException e) {
            throw new IllegalArgumentException("a " + key.getAlgorithm() + " key does not sign by ES256", e);
        }
    }

    /** Whether this key signed these octets; false also for a key or a signature of another kind. */
    public static boolean verifies(PublicKey key, byte[] signed, byte[] signature) {
        return verifies("SHA256withECDSA", key, signed, signature);
    }

    /** As {@link #verifies(PublicKey, byte[], byte[])}, of octets whose SHA-256 this is. */
    public static boolean verifiesDigest(PublicKey key, byte[] digest, byte[] signature) {
        return verifies("NONEwithECDSA", key, digest, signature);
    }

    private static boolean verifies(String algorithm, PublicKey key, byte[] signed, byte[] signature) {
        if (!fits(key) || signature.length != 2 * HALF) {
            return false;
        }
        BigInteger r = new BigInteger(1, Arrays.copyOfRange(signature, 0, HALF));
        BigInteger s = new BigInteger(1, Arrays.copyOfRange(signature, HALF, 2 * HALF));
        if (r.signum() == 0 || s.signum() == 0) {
            return false;
        }
        try {
            Signature engine = Providers.signature(algorithm);
            engine.initVerify(key);
            engine.update(signed);
            return engine.verify(der(r.toByteArray(), s.toByteArray()));
        } catch (GeneralSecurityException e) {
            return false;
        }
    }

    /** A signature of this form as DER has it (RFC 3279, 2.2.3). */
    public static byte[] der(byte[] signature) {
        return der(
                new BigInteger(1, Arrays.copyOfRange(signature, 0, HALF)).toByteArray(),
                new BigInteger(1, Arrays.copyOfRange(signature, HALF, 2 * HALF)).toByteArray());
    }

    /** The form of a signature in DER; empty when it is none of P-256. */
    public static Optional<byte[]> ofDer(byte[] der) {
        try {
            DerReader all = DerReader.of(der);
            DerReader in = all.sequence();
            BigInteger r = in.integer();
            BigInteger s = in.integer();
            in.end("a signature");
            all.end("a signature");
            return r.signum() > 0 && s.signum() > 0 && r.bitLength() <= 8 * HALF && s.bitLength() <= 8 * HALF
                    ? Optional.of(raw(der))
                    : Optional.empty();
        } catch (MalformedDerException e) {
            return Optional.empty(); // which is the answer
        }
    }

    private static byte[] der(byte[] r, byte[] s) {
        byte[] der = new byte[6 + r.length + s.length];
        der[0] = 0x30;
        der[1] = (byte) (der.length - 2);
        der[2] = 0x02;
        der[3] = (byte) r.length;
        System.arraycopy(r, 0, der, 4, r.length);
        der[4 + r.length] = 0x02;
        der[5 + r.length] = (byte) s.length;
        System.arraycopy(s, 0, der, 6 + r.length, s.length);
        return der;
    }

    private static byte[] raw(byte[] der) {
        byte[] raw = new byte[2 * HALF];
        int at = 2;
        for (int i = 0; i < 2; i++) {
            int length = der[at + 1];
            byte[] number = new BigInteger(1, Arrays.copyOfRange(der, at + 2, at + 2 + length)).toByteArray();
            int from = Math.max(0, number.length - HALF);
            int size = number.length - from;
            System.arraycopy(number, from, raw, (i + 1) * HALF - size, size);
            at += 2 + length;
        }
        return raw;
    }
}
