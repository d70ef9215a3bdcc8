package dev.onboard.pki.internal;

import java.math.BigInteger;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.x9.ECNamedCurveTable;
import org.bouncycastle.asn1.x9.X9ECParameters;

/** A named prime curve, as far as it takes to tell whether a point is on it. */
final class Curve {
    private static final Map<String, Optional<Curve>> CURVES = new ConcurrentHashMap<>();

    private final BigInteger p;
    private final BigInteger a;
    private final BigInteger b;

    private Curve(BigInteger p, BigInteger a, BigInteger b) {
        this.p = p;
        this.a = a;
        this.b = b;
    }

    /** The curve with this identifier; empty when it is not known or not over a prime field. */
    static Optional<Curve> named(String oid) {
        Optional<Curve> known = CURVES.get(oid);
        if (known == null) {
            known = load(oid);
            if (known.isPresent()) {
                CURVES.put(oid, known); // only real curves: an attacker cannot fill the map
            }
        }
        return known;
    }

    private static Optional<Curve> load(String oid) {
        try {
            X9ECParameters parameters = ECNamedCurveTable.getByOID(new ASN1ObjectIdentifier(oid));
            if (parameters == null || parameters.getCurve().getField().getDimension() != 1) {
                return Optional.empty();
            }
            return Optional.of(new Curve(
                    parameters.getCurve().getField().getCharacteristic(),
                    parameters.getCurve().getA().toBigInteger(),
                    parameters.getCurve().getB().toBigInteger()));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    int bits() {
        return p.bitLength();
    }

    /** Why these octets are not a point of the curve (SEC 1, 2.3.4); empty when they are. */
    Optional<String> fault(byte[] point) {
        int octets = (p.bitLength() + 7) / 8;
        if (point.length == 0 || point.length == 1) {
            return Optional.of("its point is the point at infinity");
        }
        BigInteger x = new BigInteger(1, point, 1, Math.min(octets, point.length - 1));
        if (x.compareTo(p) >= 0) {
            return Optional.of("its point has a coordinate outside the field");
        }
        BigInteger right = x.multiply(x).add(a).multiply(x).add(b).mod(p);
        if ((point[0] == 2 || point[0] == 3) && point.length == octets + 1) {
            boolean square = right.signum() == 0
                    || right.modPow(p.subtract(BigInteger.ONE).shiftRight(1), p).equals(BigInteger.ONE);
            return square ? Optional.empty() : Optional.of("its compressed point is not on the curve");
        }
        if (point[0] != 4 || point.length != 2 * octets + 1) {
            return Optional.of("its point has " + point.length + " octets and begins with " + (point[0] & 0xff));
        }
        BigInteger y = new BigInteger(1, point, 1 + octets, octets);
        if (y.compareTo(p) >= 0 || !y.multiply(y).mod(p).equals(right)) {
            return Optional.of("its point is not on the curve");
        }
        return Optional.empty();
    }
}
