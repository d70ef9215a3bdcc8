package dev.onboard.pki;

/** What OMA LwM2M Transport says a device does after an alert (the alert table of sections 5.2.9 and 5.2.10). */
public enum AlertClass {
    /** The device cannot recover by itself and does not try again with the same configuration. */
    FAIL,
    /** The device may try again, with back-off. */
    RETRY,
    /** The device goes on. */
    IGNORE;

    /** The word used in documents: {@code fail}, {@code retry} or {@code ignore}. */
    public String word() {
        return name().toLowerCase(java.util.Locale.ROOT);
    }
}
