package dev.onboard.pki;

/** What becomes of a certificate whose revocation state cannot be found out. */
public enum Revocation {
    /** Revocation lists are not consulted. */
    OFF,
    /** A certificate known to be revoked is refused; one without a usable list is accepted with a finding. */
    SOFT_FAIL,
    /** A certificate without a usable list is refused ({@link Reason#REVOCATION_UNKNOWN}). */
    HARD_FAIL
}
