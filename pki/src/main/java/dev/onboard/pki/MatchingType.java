package dev.onboard.pki;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** What the Server Public Key resource holds: resource 13 of the LwM2M Security object. */
public enum MatchingType {
    /** 0: the DER certificate itself. */
    EXACT(""),
    /** 1: the SHA-256 digest of the DER certificate. */
    SHA256("SHA-256"),
    /** 2: the SHA-384 digest. */
    SHA384("SHA-384"),
    /** 3: the SHA-512 digest. */
    SHA512("SHA-512");

    private final String digest;

    MatchingType(String digest) {
        this.digest = digest;
    }

    /** The number in resource 13. */
    public int number() {
        return ordinal();
    }

    /** What the resource must hold for this certificate: its DER, or the digest of it. */
    public byte[] of(byte[] der) {
        if (this == EXACT) {
            return der.clone();
        }
        try {
            return MessageDigest.getInstance(digest).digest(der);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this Java has no " + digest, e);
        }
    }

    /**
     * The matching type with this number.
     *
     * @throws IllegalArgumentException when the number is not 0 to 3
     */
    public static MatchingType of(int number) {
        if (number < 0 || number >= values().length) {
            throw new IllegalArgumentException("Matching Type " + number + " does not exist; 0, 1, 2 and 3 do");
        }
        return values()[number];
    }
}
