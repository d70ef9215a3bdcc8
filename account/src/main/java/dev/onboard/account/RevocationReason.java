package dev.onboard.account;

import java.util.Locale;
import java.util.Optional;

/** Why a certificate was revoked, with the numbers of RFC 5280, section 5.3.1. */
public enum RevocationReason {
    UNSPECIFIED(0),
    KEY_COMPROMISE(1),
    CA_COMPROMISE(2),
    AFFILIATION_CHANGED(3),
    SUPERSEDED(4),
    CESSATION_OF_OPERATION(5),
    PRIVILEGE_WITHDRAWN(9);

    private final int number;

    RevocationReason(int number) {
        this.number = number;
    }

    /** The CRLReason. */
    public int number() {
        return number;
    }

    /** The name for people and files, for example {@code key-compromise}. */
    public String word() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** The reason with this number; empty when there is none. */
    public static Optional<RevocationReason> of(int number) {
        for (RevocationReason reason : values()) {
            if (reason.number == number) {
                return Optional.of(reason);
            }
        }
        return Optional.empty();
    }

    /** The reason with this {@link #word()}; empty when there is none. */
    public static Optional<RevocationReason> of(String word) {
        for (RevocationReason reason : values()) {
            if (reason.word().equals(word)) {
                return Optional.of(reason);
            }
        }
        return Optional.empty();
    }
}
