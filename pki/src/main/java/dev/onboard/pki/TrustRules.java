package dev.onboard.pki;

/**
 * Changes a policy before it is built: how strictly a party judges beyond whom it trusts. A party that judges as usual
 * uses {@link #USUAL}. Must give the same rules for the same builder whenever it is asked, from any thread.
 */
@FunctionalInterface
public interface TrustRules {
    /** Judges by the {@code device} profile and by nothing else than what the party is given. */
    TrustRules USUAL = policy -> policy;

    /** These rules on top of the usual ones: the same builder, changed. */
    TrustPolicy.Builder apply(TrustPolicy.Builder usual);

    /** Judges by this profile. */
    static TrustRules profile(Profile profile) {
        return policy -> policy.profile(profile);
    }
}
