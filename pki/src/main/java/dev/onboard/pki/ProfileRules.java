package dev.onboard.pki;

/**
 * The numbers and switches behind a {@link Profile}; {@code docs/profiles.md} says each in words.
 *
 * @param mostSent certificates a peer may send
 * @param largestCertificate octets of one certificate
 * @param longestPath certificates of a path, leaf and anchor included
 * @param checksAnchors whether a trusted certificate must itself be valid and a CA
 * @param honoursAnchorConstraints whether name, length and policy constraints in it count
 * @param device whether the rules of the LwM2M and IoT profiles apply
 * @param strict whether findings refuse
 * @param p256Only whether any other key or signature is refused
 */
record ProfileRules(
        int mostSent,
        int largestCertificate,
        int longestPath,
        boolean checksAnchors,
        boolean honoursAnchorConstraints,
        boolean device,
        boolean strict,
        boolean p256Only) {
    private static final ProfileRules RFC5280 = new ProfileRules(64, 131_072, 32, true, true, false, false, false);
    private static final ProfileRules DEVICE = new ProfileRules(20, 16_384, 11, true, true, true, false, false);
    private static final ProfileRules STRICT = new ProfileRules(20, 16_384, 11, true, true, true, true, false);
    private static final ProfileRules IZUMA = new ProfileRules(10, 16_384, 5, true, true, true, false, true);
    private static final ProfileRules LENIENT = new ProfileRules(64, 131_072, 32, false, false, false, false, false);

    static ProfileRules of(Profile profile) {
        return switch (profile) {
            case RFC5280 -> RFC5280;
            case DEVICE -> DEVICE;
            case STRICT -> STRICT;
            case IZUMA -> IZUMA;
            case LENIENT -> LENIENT;
        };
    }

    /** Whether a CA certificate is refused as a peer's own. */
    boolean refusesCaAsEndEntity() {
        return strict || p256Only;
    }
}
