package dev.onboard.account;

import java.util.Locale;
import java.util.Optional;

/** What happens to an uploaded certificate that cannot serve as a trust anchor. */
public enum AnchorPolicy {
    /** As the platform does: it is refused with the reason, and so is a second certificate with the same subject. */
    PLATFORM,
    /**
     * For scenarios: it is stored with the reason and takes part in the evaluation, which then tells why it does not
     * serve; a second certificate with the same subject and another key is allowed, for CA rollover.
     */
    TESTBED;

    /** The name on the wire: {@code platform}, {@code testbed}. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The policy with this {@link #word()}; empty when there is none. */
    public static Optional<AnchorPolicy> of(String word) {
        for (AnchorPolicy policy : values()) {
            if (policy.word().equals(word)) {
                return Optional.of(policy);
            }
        }
        return Optional.empty();
    }
}
