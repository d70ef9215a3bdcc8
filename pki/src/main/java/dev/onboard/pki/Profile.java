package dev.onboard.pki;

import java.util.Locale;

/** Which rules beyond path validation a chain is held to. {@code docs/profiles.md} lists them rule by rule. */
public enum Profile {
    /** RFC 5280 path validation alone: no rule about keys, algorithms or the purpose of extensions that are absent. */
    RFC5280,
    /** OMA LwM2M Transport with RFC 7925 and RFC 7252: the default. */
    DEVICE,
    /** As {@link #DEVICE}, and what is only a finding there refuses. */
    STRICT,
    /** The platform's: P-256 with SHA-256 only, at most five certificates, CN = endpoint, OU = account in LwM2M mode. */
    IZUMA,
    /** About what stock Scandium accepts; for reproducing what is seen elsewhere, never for admitting devices. */
    LENIENT;

    /** The word on the command line, for example {@code rfc5280}. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /**
     * The profile with this word.
     *
     * @throws IllegalArgumentException when there is none; the message lists the words
     */
    public static Profile parse(String word) {
        for (Profile profile : values()) {
            if (profile.word().equals(word)) {
                return profile;
            }
        }
        throw new IllegalArgumentException(
                "'" + word + "' is not a profile; one of rfc5280, device, strict, izuma, lenient is");
    }
}
