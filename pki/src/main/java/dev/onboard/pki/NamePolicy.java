package dev.onboard.pki;

/** Where a device's endpoint name is looked for in its certificate. */
public enum NamePolicy {
    /** The common name of the subject and nothing else (OMA Transport 5.2.8.3). */
    COMMON_NAME,
    /** A {@code urn:dev:} URI in the subjectAltName and nothing else (RFC 9039). */
    URI,
    /** The URI when there is one, else the common name: the default. */
    COMMON_NAME_OR_URI,
    /** As before, and a EUI-64 or MAC address is compared by its value (RFC 7925, 4.4.2; RFC 9039, 4.1). */
    EUI64
}
