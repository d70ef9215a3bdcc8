package dev.onboard.pki;

import java.util.Locale;

/**
 * One named fault of a certificate. A {@link CertificateRecipe} with a defect makes a certificate that is good in every
 * other respect.
 */
public enum Defect {
    /** Ended an hour before it was made. */
    EXPIRED,
    /** Begins an hour after it was made. */
    NOT_YET_VALID,
    /** notBefore later than notAfter. */
    REVERSED_VALIDITY,
    /** A date before 2050 in GeneralizedTime (RFC 5280, 4.1.2.5). */
    GENERALIZED_TIME_BEFORE_2050,
    /** A UTCTime without seconds. */
    UTC_TIME_WITHOUT_SECONDS,
    /** A UTCTime with an offset instead of Z. */
    UTC_TIME_WITH_OFFSET,
    /** A GeneralizedTime with a fraction of a second. */
    GENERALIZED_TIME_WITH_FRACTION,
    /** The extended key usage of the other side: serverAuth alone for a device, clientAuth alone for a server. */
    WRONG_EXTENDED_KEY_USAGE,
    /** codeSigning alone. */
    CODE_SIGNING_ONLY,
    /** anyExtendedKeyUsage alone. */
    ANY_EXTENDED_KEY_USAGE,
    /** No extended key usage extension. */
    NO_EXTENDED_KEY_USAGE,
    /** An extended key usage extension that lists nothing. */
    EMPTY_EXTENDED_KEY_USAGE,
    /** An extended key usage extension marked critical. */
    CRITICAL_EXTENDED_KEY_USAGE,
    /** keyEncipherment alone. */
    WRONG_KEY_USAGE,
    /** keyAgreement alone. */
    KEY_AGREEMENT_ONLY,
    /** No key usage extension. */
    NO_KEY_USAGE,
    /** A key usage extension that is not critical. */
    KEY_USAGE_NOT_CRITICAL,
    /** A key usage extension in which no bit is set. */
    KEY_USAGE_WITHOUT_BITS,
    /** A key usage whose bit list has trailing zero bits, which is BER. */
    KEY_USAGE_NOT_DER,
    /** keyCertSign in a certificate that is no CA's. */
    KEY_CERT_SIGN_WITHOUT_CA,
    /** cA TRUE in a certificate that is not a CA's by its use. */
    CA_AS_END_ENTITY,
    /** A CA certificate without basicConstraints. */
    NO_BASIC_CONSTRAINTS,
    /** basicConstraints that say that it is no CA. */
    CA_BIT_MISSING,
    /** basicConstraints that are not critical. */
    BASIC_CONSTRAINTS_NOT_CRITICAL,
    /** A CA certificate whose key usage lacks keyCertSign. */
    NO_KEY_CERT_SIGN,
    /** A CA certificate whose key usage lacks cRLSign. */
    NO_CRL_SIGN,
    /** A critical extension that nobody knows. */
    UNKNOWN_CRITICAL_EXTENSION,
    /** An extension that nobody knows, not critical. */
    UNKNOWN_EXTENSION,
    /** The same extension twice. */
    DUPLICATE_EXTENSION,
    /** Name constraints in a certificate that is no CA's. */
    NAME_CONSTRAINTS_IN_END_ENTITY,
    /** A critical authorityInfoAccess. */
    CRITICAL_AUTHORITY_INFO_ACCESS,
    /** An authorityInfoAccess whose value is not what it should be, not critical. */
    MALFORMED_AUTHORITY_INFO_ACCESS,
    /** Version 1, without extensions. */
    VERSION_1,
    /** Version 2, without extensions. */
    VERSION_2,
    /** Version 1 with extensions. */
    VERSION_1_WITH_EXTENSIONS,
    SERIAL_ZERO,
    SERIAL_NEGATIVE,
    /** 21 octets. */
    SERIAL_TOO_LONG,
    NO_AUTHORITY_KEY_IDENTIFIER,
    /** An authorityKeyIdentifier that names another key than the issuer's. */
    WRONG_AUTHORITY_KEY_IDENTIFIER,
    CRITICAL_AUTHORITY_KEY_IDENTIFIER,
    NO_SUBJECT_KEY_IDENTIFIER,
    CRITICAL_SUBJECT_KEY_IDENTIFIER,
    /** No subject, and no other name either. */
    EMPTY_SUBJECT,
    /** No subjectAltName, so that only the common name is left. */
    NO_SUBJECT_ALT_NAME,
    /** A subjectAltName without names. */
    EMPTY_SUBJECT_ALT_NAME,
    /** A subjectAltName that is not a sequence of names. */
    MALFORMED_SUBJECT_ALT_NAME,
    /** A dNSName with a character outside IA5. */
    NON_IA5_DNS_NAME,
    /** A wildcard instead of the host's name. */
    WILDCARD_NAME,
    /** An address written out as a dNSName. */
    ADDRESS_AS_DNS_NAME,
    /** A subject in T61String. */
    T61_SUBJECT,
    /** Signed with SHA-1. */
    SHA1_SIGNATURE,
    /** Signed with MD5; the issuer's key must be RSA. */
    MD5_SIGNATURE,
    /** One bit of the signature flipped. */
    BAD_SIGNATURE,
    /** The common name changed after signing. */
    CHANGED_AFTER_SIGNING,
    /** The algorithm beside the signature differs from the one inside the certificate. */
    SIGNATURE_ALGORITHM_MISMATCH,
    /** A public key that is not a point of its curve. */
    POINT_NOT_ON_CURVE,
    /** The public key is the point at infinity. */
    POINT_AT_INFINITY,
    /** The curve spelled out instead of named. */
    EXPLICIT_CURVE,
    /** An RSA public key with a negative modulus. */
    NEGATIVE_RSA_MODULUS,
    /** A public key of an algorithm nobody knows. */
    UNKNOWN_KEY_ALGORITHM,
    /** Garbage after the certificate. */
    TRAILING_BYTES,
    /** The last octets are missing. */
    TRUNCATED,
    /** An integer with a leading zero too many (BER). */
    NON_MINIMAL_INTEGER,
    /** A length in more octets than needed (BER). */
    NON_MINIMAL_LENGTH,
    /** An indefinite length (BER). */
    INDEFINITE_LENGTH,
    /** A bit string whose padding bits are set. */
    BIT_STRING_PADDING,
    /** A boolean that is neither 00 nor FF (BER). */
    WRONG_BOOLEAN,
    /** PEM text instead of DER. */
    PEM_INSTEAD_OF_DER;

    /** The word in scenarios and documents, for example {@code wrong-extended-key-usage}. */
    public String word() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /**
     * The defect with this word.
     *
     * @throws IllegalArgumentException when there is none
     */
    public static Defect parse(String word) {
        for (Defect defect : values()) {
            if (defect.word().equals(word)) {
                return defect;
            }
        }
        throw new IllegalArgumentException("'" + word + "' is not a defect");
    }
}
