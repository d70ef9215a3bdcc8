package dev.onboard.pki;

/** When a server must staple an OCSP response to its certificate (RFC 6066, 8). One that is stapled is always judged. */
public enum Stapling {
    /** Never: the default. */
    OPTIONAL,
    /** When the certificate demands it by the TLS feature extension (RFC 7633). */
    AS_CERTIFICATE_DEMANDS,
    /** Always. */
    ALWAYS
}
