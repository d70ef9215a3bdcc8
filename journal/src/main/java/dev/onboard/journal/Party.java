package dev.onboard.journal;

/** Who did, or refused, what an {@link Event} tells. Written as {@link #word()}, for example {@code bootstrap-server}. */
public enum Party implements Word {
    DEVICE,
    BOOTSTRAP_SERVER,
    LWM2M_SERVER,
    ACCOUNT,
    FACTORY,
    CERTIFICATE_ISSUER,
    OPERATOR;

    /** The party with this {@link #word()}; throws {@link IllegalArgumentException} when there is none. */
    public static Party of(String word) {
        return Word.parse(Party.class, word);
    }

    /** The stable, lower-case, hyphenated name used in every event, report and answer. */
    @Override
    public String word() {
        return Word.super.word();
    }
}
