package dev.onboard.pki.internal;

import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A SubjectPublicKeyInfo taken apart: what kind of key it is, how long, and whether it can be a key at all. Thread-safe;
 * Java's key object is made once.
 */
public final class SubjectKey {
    private final byte[] encoded;
    private final String algorithm;
    private final String curve;
    private final int bits;
    private final Optional<String> fault;
    private final boolean compressed;
    private volatile @Nullable PublicKey key;

    private SubjectKey(
            byte[] encoded, String algorithm, String curve, int bits, boolean compressed, Optional<String> fault) {
        this.encoded = encoded;
        this.algorithm = algorithm;
        this.curve = curve;
        this.bits = bits;
        this.compressed = compressed;
        this.fault = fault;
    }

    static SubjectKey of(byte[] der) throws MalformedDerException {
        DerReader info = DerReader.of(der).sequence();
        DerReader identifier = info.sequence();
        String oid = identifier.oid();
        byte[] bits = info.bits();
        info.end("the subjectPublicKeyInfo");
        if (oid.equals(Oids.EC_PUBLIC_KEY)) {
            if (!identifier.isNext(0x06)) {
                return new SubjectKey(der, oid, "", 0, false, Optional.of("its curve is spelled out, not named"));
            }
            String curve = identifier.oid();
            identifier.end("the algorithm of the key");
            return ec(der, oid, curve, bits);
        }
        if (oid.equals(Oids.RSA_ENCRYPTION) || oid.equals(Oids.RSASSA_PSS)) {
            return rsa(der, oid, bits);
        }
        if (oid.equals(Oids.DSA)) {
            int length =
                    identifier.isNext(0x30) ? identifier.sequence().integer().bitLength() : 0;
            return new SubjectKey(der, oid, "", length, false, Optional.empty());
        }
        if (oid.equals(Oids.ED25519) || oid.equals(Oids.ED448)) {
            int octets = oid.equals(Oids.ED25519) ? 32 : 57;
            Optional<String> fault = bits.length == octets
                    ? Optional.empty()
                    : Optional.of("it has " + bits.length + " octets, not " + octets);
            return new SubjectKey(der, oid, "", oid.equals(Oids.ED25519) ? 255 : 448, false, fault);
        }
        return new SubjectKey(der, oid, "", 8 * bits.length, false, Optional.empty());
    }

    private static SubjectKey ec(byte[] der, String oid, String name, byte[] point) {
        Optional<Curve> known = Curve.named(name);
        if (known.isEmpty()) {
            return new SubjectKey(der, oid, name, 0, false, Optional.empty());
        }
        Curve curve = known.get();
        boolean compressed = point.length > 0 && (point[0] == 2 || point[0] == 3);
        return new SubjectKey(der, oid, name, curve.bits(), compressed, curve.fault(point));
    }

    private static SubjectKey rsa(byte[] der, String oid, byte[] key) {
        try {
            DerReader reader = DerReader.of(key);
            DerReader pair = reader.sequence();
            BigInteger modulus = pair.integer();
            BigInteger exponent = pair.integer();
            pair.end("the RSA key");
            reader.end("the RSA key");
            Optional<String> fault = Optional.empty();
            if (modulus.signum() <= 0 || !modulus.testBit(0)) {
                fault = Optional.of("its modulus is negative or even");
            } else if (exponent.compareTo(BigInteger.valueOf(3)) < 0 || !exponent.testBit(0)) {
                fault = Optional.of("its exponent is " + exponent);
            } else if (modulus.bitLength() > 8192 || exponent.bitLength() > 64) {
                fault = Optional.of("its modulus has " + modulus.bitLength() + " bits");
            }
            return new SubjectKey(der, oid, "", modulus.bitLength(), false, fault);
        } catch (MalformedDerException e) {
            return new SubjectKey(der, oid, "", 0, false, Optional.of(String.valueOf(e.getMessage())));
        }
    }

    /** The DER SubjectPublicKeyInfo. */
    public byte[] encoded() {
        return encoded;
    }

    /** The algorithm's identifier in dotted decimal. */
    public String algorithm() {
        return algorithm;
    }

    /** The curve's identifier in dotted decimal; empty when there is none. */
    public String curve() {
        return curve;
    }

    /** The length of the modulus or of the curve's field; 0 when it is not known. */
    public int bits() {
        return bits;
    }

    public boolean isEc() {
        return algorithm.equals(Oids.EC_PUBLIC_KEY);
    }

    public boolean isRsa() {
        return algorithm.equals(Oids.RSA_ENCRYPTION) || algorithm.equals(Oids.RSASSA_PSS);
    }

    /** Whether the point is compressed. */
    public boolean isCompressed() {
        return compressed;
    }

    /** Whether it is a DSA key that takes its parameters from its issuer's (RFC 5280, 6.1.4 (f)). */
    public boolean lacksParameters() {
        return algorithm.equals(Oids.DSA) && bits == 0;
    }

    /** The same key with the parameters of another; empty when that one has none to give. */
    public Optional<SubjectKey> withParametersOf(SubjectKey other) {
        if (!lacksParameters() || !other.algorithm.equals(Oids.DSA) || other.lacksParameters()) {
            return Optional.empty();
        }
        try {
            byte[] identifier = DerReader.of(other.encoded).sequence().element();
            DerReader own = DerReader.of(encoded).sequence();
            own.next();
            return Optional.of(of(Der.sequence(identifier, own.element())));
        } catch (MalformedDerException e) {
            return Optional.empty();
        }
    }

    /** Why this cannot be a key; empty when it can. */
    public Optional<String> fault() {
        return fault;
    }

    /** For people: {@code EC P-256}, {@code RSA 2048 bits}. */
    public String describe() {
        if (isEc()) {
            return "EC " + (curve.isEmpty() ? "explicit curve" : Oids.nameOr(curve));
        }
        return Oids.nameOr(algorithm)
                + (bits > 0 && (isRsa() || algorithm.equals(Oids.DSA)) ? " " + bits + " bits" : "");
    }

    /** Java's object for it. */
    public PublicKey key() throws GeneralSecurityException {
        PublicKey known = key;
        if (known == null) {
            String name = switch (algorithm) {
                case Oids.EC_PUBLIC_KEY -> "EC";
                case Oids.RSA_ENCRYPTION -> "RSA";
                case Oids.RSASSA_PSS -> "RSASSA-PSS";
                case Oids.DSA -> "DSA";
                case Oids.ED25519 -> "Ed25519";
                case Oids.ED448 -> "Ed448";
                default -> throw new GeneralSecurityException("keys of algorithm " + algorithm + " are unknown");
            };
            known = Providers.publicKey(name, encoded);
            key = known;
        }
        return known;
    }
}
