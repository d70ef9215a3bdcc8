package dev.onboard.pki;

import dev.onboard.pki.internal.Der;
import dev.onboard.pki.internal.DerReader;
import dev.onboard.pki.internal.MalformedDerException;
import dev.onboard.pki.internal.Oids;
import dev.onboard.pki.internal.Providers;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.spec.PKCS8EncodedKeySpec;

/** Private keys in and out of their encodings: PKCS#8 (RFC 5958), SEC1 (RFC 5915), PKCS#1 (RFC 8017). */
final class PrivateKeys {
    private PrivateKeys() {}

    /** PKCS#8 version 1: what comes out of another provider with attributes or a public key is cut down to it. */
    static byte[] pkcs8(PrivateKey key) {
        byte[] encoded = key.getEncoded();
        if (encoded == null || !"PKCS#8".equals(key.getFormat())) {
            throw new IllegalArgumentException(
                    "the " + key.getAlgorithm() + " private key stays in its device and cannot be written");
        }
        try {
            DerReader info = DerReader.of(encoded).sequence();
            info.integer();
            byte[] algorithm = info.element();
            byte[] octets = info.octets();
            return Der.sequence(Der.integer(0), algorithm, Der.octets(octets));
        } catch (MalformedDerException e) {
            throw new IllegalArgumentException("the private key is not PKCS#8: " + e.getMessage(), e);
        }
    }

    /**
     * The same at its shortest: a native provider repeats the public key inside of an EC private key (RFC 5915), which takes
     * a delivery beyond one CoAP block.
     */
    static byte[] shortest(PrivateKey key) {
        byte[] pkcs8 = pkcs8(key);
        try {
            DerReader info = DerReader.of(pkcs8).sequence();
            info.integer();
            byte[] algorithm = info.element();
            if (!DerReader.of(algorithm).sequence().oid().equals(Oids.EC_PUBLIC_KEY)) {
                return pkcs8;
            }
            DerReader sec1 = DerReader.of(info.octets()).sequence();
            sec1.integer();
            byte[] alone = Der.sequence(Der.integer(1), Der.octets(sec1.octets()));
            return Der.sequence(Der.integer(0), algorithm, Der.octets(alone));
        } catch (MalformedDerException e) {
            throw new IllegalArgumentException("the private key is not RFC 5915: " + e.getMessage(), e);
        }
    }

    static PrivateKey fromPkcs8(byte[] der) throws GeneralSecurityException, MalformedDerException {
        DerReader info = DerReader.of(der).sequence();
        info.integer();
        String oid = info.sequence().oid();
        String algorithm = switch (oid) {
            case Oids.EC_PUBLIC_KEY -> "EC";
            case Oids.RSA_ENCRYPTION -> "RSA";
            case Oids.RSASSA_PSS -> "RSASSA-PSS";
            case Oids.ED25519 -> "Ed25519";
            case Oids.ED448 -> "Ed448";
            case Oids.DSA -> "DSA";
            default -> throw new GeneralSecurityException("a key of algorithm " + oid + " is not known here");
        };
        PKCS8EncodedKeySpec spec = new PKCS8EncodedKeySpec(der);
        try {
            return KeyFactory.getInstance(algorithm).generatePrivate(spec);
        } catch (GeneralSecurityException e) {
            return KeyFactory.getInstance(algorithm, Providers.bouncyCastle()).generatePrivate(spec);
        }
    }

    /** An EC private key as {@code openssl ecparam -genkey} writes it; the curve must be named in it. */
    static PrivateKey fromSec1(byte[] der) throws GeneralSecurityException, MalformedDerException {
        DerReader key = DerReader.of(der).sequence();
        key.integer();
        key.octets();
        if (!key.isNext(0xa0)) {
            throw new GeneralSecurityException("the EC private key does not name its curve");
        }
        byte[] curve = key.enter(0xa0).element();
        byte[] algorithm = Der.sequence(Der.oid(Oids.EC_PUBLIC_KEY), curve);
        return fromPkcs8(Der.sequence(Der.integer(0), algorithm, Der.octets(der)));
    }

    static PrivateKey fromPkcs1(byte[] der) throws GeneralSecurityException, MalformedDerException {
        byte[] algorithm = Der.sequence(Der.oid(Oids.RSA_ENCRYPTION), Der.nul());
        return fromPkcs8(Der.sequence(Der.integer(0), algorithm, Der.octets(der)));
    }
}
