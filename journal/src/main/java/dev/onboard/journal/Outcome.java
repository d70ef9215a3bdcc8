package dev.onboard.journal;

/** How a step ended: it worked, a party refused it, or something broke without anybody refusing. */
public enum Outcome implements Word {
    /** The step was done. */
    OK,
    /** A party said no; {@link Event#refusedBy()} and {@link Event#reason()} tell who and why. */
    REFUSED,
    /** Nobody refused, yet the step was not done: a timeout, a cut connection, a fault. {@link Event#reason()} tells why. */
    FAILED;

    /** The outcome with this {@link #word()}; throws {@link IllegalArgumentException} when there is none. */
    public static Outcome of(String word) {
        return Word.parse(Outcome.class, word);
    }

    /** The stable, lower-case name used in every event, report and answer. */
    @Override
    public String word() {
        return Word.super.word();
    }
}
