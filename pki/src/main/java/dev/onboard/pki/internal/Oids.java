package dev.onboard.pki.internal;

import java.util.Map;
import java.util.Optional;

/** Object identifiers by name, in dotted decimal. */
public final class Oids {
    public static final String COMMON_NAME = "2.5.4.3";
    public static final String SERIAL_NUMBER = "2.5.4.5";
    public static final String COUNTRY = "2.5.4.6";
    public static final String LOCALITY = "2.5.4.7";
    public static final String ORGANIZATION = "2.5.4.10";
    public static final String ORGANIZATIONAL_UNIT = "2.5.4.11";
    public static final String EMAIL_ADDRESS = "1.2.840.113549.1.9.1";

    public static final String SUBJECT_KEY_IDENTIFIER = "2.5.29.14";
    public static final String KEY_USAGE = "2.5.29.15";
    public static final String SUBJECT_ALT_NAME = "2.5.29.17";
    public static final String ISSUER_ALT_NAME = "2.5.29.18";
    public static final String BASIC_CONSTRAINTS = "2.5.29.19";
    public static final String CRL_NUMBER = "2.5.29.20";
    public static final String REASON_CODE = "2.5.29.21";
    public static final String INVALIDITY_DATE = "2.5.29.24";
    public static final String DELTA_CRL_INDICATOR = "2.5.29.27";
    public static final String ISSUING_DISTRIBUTION_POINT = "2.5.29.28";
    public static final String CERTIFICATE_ISSUER = "2.5.29.29";
    public static final String NAME_CONSTRAINTS = "2.5.29.30";
    public static final String CRL_DISTRIBUTION_POINTS = "2.5.29.31";
    public static final String CERTIFICATE_POLICIES = "2.5.29.32";
    public static final String ANY_POLICY = "2.5.29.32.0";
    public static final String POLICY_MAPPINGS = "2.5.29.33";
    public static final String AUTHORITY_KEY_IDENTIFIER = "2.5.29.35";
    public static final String POLICY_CONSTRAINTS = "2.5.29.36";
    public static final String EXTENDED_KEY_USAGE = "2.5.29.37";
    public static final String ANY_EXTENDED_KEY_USAGE = "2.5.29.37.0";
    public static final String FRESHEST_CRL = "2.5.29.46";
    public static final String INHIBIT_ANY_POLICY = "2.5.29.54";
    public static final String AUTHORITY_INFO_ACCESS = "1.3.6.1.5.5.7.1.1";
    public static final String SUBJECT_INFO_ACCESS = "1.3.6.1.5.5.7.1.11";
    public static final String TLS_FEATURE = "1.3.6.1.5.5.7.1.24";

    public static final String SERVER_AUTH = "1.3.6.1.5.5.7.3.1";
    public static final String CLIENT_AUTH = "1.3.6.1.5.5.7.3.2";
    public static final String CODE_SIGNING = "1.3.6.1.5.5.7.3.3";
    public static final String OCSP_SIGNING = "1.3.6.1.5.5.7.3.9";

    public static final String EC_PUBLIC_KEY = "1.2.840.10045.2.1";
    public static final String RSA_ENCRYPTION = "1.2.840.113549.1.1.1";
    public static final String RSASSA_PSS = "1.2.840.113549.1.1.10";
    public static final String DSA = "1.2.840.10040.4.1";
    public static final String ED25519 = "1.3.101.112";
    public static final String ED448 = "1.3.101.113";
    public static final String P192 = "1.2.840.10045.3.1.1";
    public static final String P224 = "1.3.132.0.33";
    public static final String P256 = "1.2.840.10045.3.1.7";
    public static final String P384 = "1.3.132.0.34";
    public static final String P521 = "1.3.132.0.35";
    public static final String SECP256K1 = "1.3.132.0.10";
    public static final String BRAINPOOL_P256 = "1.3.36.3.3.2.8.1.1.7";

    private static final Map<String, String> NAMES = Map.ofEntries(
            Map.entry(COMMON_NAME, "CN"),
            Map.entry(SERIAL_NUMBER, "serialNumber"),
            Map.entry(COUNTRY, "C"),
            Map.entry(LOCALITY, "L"),
            Map.entry("2.5.4.8", "ST"),
            Map.entry("2.5.4.9", "STREET"),
            Map.entry(ORGANIZATION, "O"),
            Map.entry(ORGANIZATIONAL_UNIT, "OU"),
            Map.entry("0.9.2342.19200300.100.1.25", "DC"),
            Map.entry("0.9.2342.19200300.100.1.1", "UID"),
            Map.entry(EMAIL_ADDRESS, "emailAddress"),
            Map.entry(SERVER_AUTH, "serverAuth"),
            Map.entry(CLIENT_AUTH, "clientAuth"),
            Map.entry(CODE_SIGNING, "codeSigning"),
            Map.entry("1.3.6.1.5.5.7.3.4", "emailProtection"),
            Map.entry("1.3.6.1.5.5.7.3.8", "timeStamping"),
            Map.entry(OCSP_SIGNING, "OCSPSigning"),
            Map.entry(ANY_EXTENDED_KEY_USAGE, "anyExtendedKeyUsage"),
            Map.entry(SUBJECT_KEY_IDENTIFIER, "subjectKeyIdentifier"),
            Map.entry(KEY_USAGE, "keyUsage"),
            Map.entry(SUBJECT_ALT_NAME, "subjectAltName"),
            Map.entry(ISSUER_ALT_NAME, "issuerAltName"),
            Map.entry(BASIC_CONSTRAINTS, "basicConstraints"),
            Map.entry(NAME_CONSTRAINTS, "nameConstraints"),
            Map.entry(CRL_DISTRIBUTION_POINTS, "cRLDistributionPoints"),
            Map.entry(CERTIFICATE_POLICIES, "certificatePolicies"),
            Map.entry(POLICY_MAPPINGS, "policyMappings"),
            Map.entry(AUTHORITY_KEY_IDENTIFIER, "authorityKeyIdentifier"),
            Map.entry(POLICY_CONSTRAINTS, "policyConstraints"),
            Map.entry(EXTENDED_KEY_USAGE, "extKeyUsage"),
            Map.entry(FRESHEST_CRL, "freshestCRL"),
            Map.entry(INHIBIT_ANY_POLICY, "inhibitAnyPolicy"),
            Map.entry(AUTHORITY_INFO_ACCESS, "authorityInfoAccess"),
            Map.entry(SUBJECT_INFO_ACCESS, "subjectInfoAccess"),
            Map.entry(TLS_FEATURE, "tlsFeature"),
            Map.entry(EC_PUBLIC_KEY, "EC"),
            Map.entry(RSA_ENCRYPTION, "RSA"),
            Map.entry(RSASSA_PSS, "RSASSA-PSS"),
            Map.entry(DSA, "DSA"),
            Map.entry(ED25519, "Ed25519"),
            Map.entry(ED448, "Ed448"),
            Map.entry(P192, "P-192"),
            Map.entry(P224, "P-224"),
            Map.entry(P256, "P-256"),
            Map.entry(P384, "P-384"),
            Map.entry(P521, "P-521"),
            Map.entry(SECP256K1, "secp256k1"),
            Map.entry(BRAINPOOL_P256, "brainpoolP256r1"));

    private Oids() {}

    /** The usual name of an identifier; empty when it has none here. */
    public static Optional<String> name(String oid) {
        return Optional.ofNullable(NAMES.get(oid));
    }

    /** The usual name, else the dotted decimal itself. */
    public static String nameOr(String oid) {
        return NAMES.getOrDefault(oid, oid);
    }
}
