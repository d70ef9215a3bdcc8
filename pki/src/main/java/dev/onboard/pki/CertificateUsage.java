package dev.onboard.pki;

/** How a device uses the Server Public Key it was given: resource 15 of the LwM2M Security object (OMA Transport, 5.2.8.7). */
public enum CertificateUsage {
    /** 0: the path is valid under the device's own trust store, and the given CA is part of it. */
    CA_CONSTRAINT,
    /** 1: the path is valid under the device's own trust store, and the end entity is the given certificate. */
    SERVICE_CERTIFICATE_CONSTRAINT,
    /** 2: the given certificate is the only trust anchor. */
    TRUST_ANCHOR_ASSERTION,
    /** 3, also when the resource is absent: the end entity is the given certificate; no path validation. */
    DOMAIN_ISSUED_CERTIFICATE;

    /** Whether it only restricts what the device trusts of itself, and trusts nothing without a trust store. */
    public boolean needsTrustStore() {
        return this == CA_CONSTRAINT || this == SERVICE_CERTIFICATE_CONSTRAINT;
    }

    /** The number in resource 15. */
    public int number() {
        return ordinal();
    }

    /**
     * The usage with this number.
     *
     * @throws IllegalArgumentException when the number is not 0 to 3
     */
    public static CertificateUsage of(int number) {
        if (number < 0 || number >= values().length) {
            throw new IllegalArgumentException("Certificate Usage " + number + " does not exist; 0, 1, 2 and 3 do");
        }
        return values()[number];
    }
}
