package dev.onboard.pki;

import dev.onboard.pki.internal.Der;
import dev.onboard.pki.internal.Oids;
import java.math.BigInteger;
import java.security.PublicKey;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECFieldFp;
import java.security.spec.ECParameterSpec;
import java.security.spec.ECPoint;

/** Public keys in encodings that a verifier has to refuse. */
final class FaultyKeys {
    private FaultyKeys() {}

    /** The same P-256 key with its curve spelled out (X9.62 ECParameters) instead of named. */
    static byte[] explicitP256(PublicKey key) {
        if (!(key instanceof ECPublicKey ec)) {
            throw new IllegalArgumentException("only an EC key has a curve to spell out, not " + key.getAlgorithm());
        }
        ECParameterSpec curve = ec.getParams();
        BigInteger p = ((ECFieldFp) curve.getCurve().getField()).getP();
        byte[] parameters = Der.sequence(
                Der.integer(1),
                Der.sequence(Der.oid("1.2.840.10045.1.1"), Der.integer(p)),
                Der.sequence(
                        Der.octets(fixed(curve.getCurve().getA())),
                        Der.octets(fixed(curve.getCurve().getB()))),
                Der.octets(point(curve.getGenerator())),
                Der.integer(curve.getOrder()),
                Der.integer(curve.getCofactor()));
        return Der.sequence(Der.sequence(Der.oid(Oids.EC_PUBLIC_KEY), parameters), Der.bits(point(ec.getW())));
    }

    /** An RSA key of 2048 bits whose modulus is negative. */
    static byte[] negativeModulus() {
        BigInteger modulus = BigInteger.ONE.shiftLeft(2047).setBit(0).negate();
        byte[] key = Der.sequence(Der.integer(modulus), Der.integer(65537));
        return Der.sequence(Der.sequence(Der.oid(Oids.RSA_ENCRYPTION), Der.nul()), Der.bits(key));
    }

    private static byte[] point(ECPoint point) {
        byte[] encoded = new byte[65];
        encoded[0] = 4;
        System.arraycopy(fixed(point.getAffineX()), 0, encoded, 1, 32);
        System.arraycopy(fixed(point.getAffineY()), 0, encoded, 33, 32);
        return encoded;
    }

    private static byte[] fixed(BigInteger value) {
        byte[] octets = value.toByteArray();
        byte[] out = new byte[32];
        int length = Math.min(32, octets.length);
        System.arraycopy(octets, octets.length - length, out, 32 - length, length);
        return out;
    }
}
