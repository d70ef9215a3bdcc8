package dev.onboard.account;

import dev.onboard.pki.Purpose;
import dev.onboard.pki.TrustAnchor;
import dev.onboard.pki.TrustPolicy;
import dev.onboard.pki.TrustRules;
import java.util.List;
import java.util.function.Supplier;

/**
 * The trust policy of one server, as the account has it at this moment: a change of the trusted certificates or
 * of what is revoked counts from the next handshake on. Thread-safe; takes no lock, and builds a policy only after a change.
 */
public final class AccountTrust implements Supplier<TrustPolicy> {
    private final TrustedCertificates trusted;
    private final RevocationLists revocation;
    private final Service service;
    private final TrustRules rules;
    private volatile Built built;

    private record Built(List<TrustAnchor> anchors, RevocationLists.Current revocation, TrustPolicy policy) {}

    /** Of this account, at this server, judged by these rules. */
    public AccountTrust(Account account, Service service, TrustRules rules) {
        this(account.trustedCertificates(), account.revocationLists(), service, rules);
    }

    /** For the account itself, before it is whole. */
    AccountTrust(TrustedCertificates trusted, RevocationLists revocation, Service service, TrustRules rules) {
        this.trusted = trusted;
        this.revocation = revocation;
        this.service = service;
        this.rules = rules;
        this.built = build(trusted.anchors(service), revocation.current(service));
    }

    @Override
    public TrustPolicy get() {
        List<TrustAnchor> anchors = trusted.anchors(service);
        RevocationLists.Current revoked = revocation.current(service);
        Built present = built;
        if (present.anchors() != anchors || present.revocation() != revoked) {
            present = build(anchors, revoked);
            built = present;
        }
        return present.policy();
    }

    private Built build(List<TrustAnchor> anchors, RevocationLists.Current revoked) {
        Purpose purpose = service == Service.BOOTSTRAP ? Purpose.DEVICE_AT_BOOTSTRAP : Purpose.DEVICE_AT_LWM2M;
        TrustPolicy.Builder usual = TrustPolicy.forPurpose(purpose)
                .anchors(anchors)
                .crls(revoked.lists())
                .revocation(revoked.mode());
        return new Built(anchors, revoked, rules.apply(usual).build());
    }
}
