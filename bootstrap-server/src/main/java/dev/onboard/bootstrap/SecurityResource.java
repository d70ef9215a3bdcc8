package dev.onboard.bootstrap;

/** The resources of the Security object (object 0, version 1.2) that a bootstrap of ours writes. */
public enum SecurityResource {
    SERVER_URI(0),
    BOOTSTRAP_SERVER(1),
    SECURITY_MODE(2),
    PUBLIC_KEY(3),
    SERVER_PUBLIC_KEY(4),
    SECRET_KEY(5),
    SHORT_SERVER_ID(10),
    MATCHING_TYPE(13),
    /** The name for SNI and for the check of the server's certificate. */
    SERVER_NAME(14),
    CERTIFICATE_USAGE(15),
    /** The cipher suites that the device must offer, by their IANA numbers. */
    CIPHER_SUITES(16);

    private final int id;

    SecurityResource(int id) {
        this.id = id;
    }

    /** Its resource id. */
    public int id() {
        return id;
    }
}
