package dev.onboard.account;

import dev.onboard.pki.Purpose;
import dev.onboard.pki.TrustAnchor;
import dev.onboard.pki.TrustPolicy;
import dev.onboard.pki.TrustRules;
import java.util.List;
import java.util.function.Supplier;

/**
 * The trust policy of one server, as the account has it at this moment: a change of the trusted certificates counts from
 * the next handshake on. Thread-safe; takes no lock, and builds a policy only after a change.
 */
public final class AccountTrust implements Supplier<TrustPolicy> {
    private final TrustedCertificates trusted;
    private final Service service;
    private final TrustRules rules;
    private volatile Built built;

    private record Built(List<TrustAnchor> anchors, TrustPolicy policy) {}

    /** Of this account, at this server, judged by these rules. */
    public AccountTrust(Account account, Service service, TrustRules rules) {
        this.trusted = account.trustedCertificates();
        this.service = service;
        this.rules = rules;
        this.built = build(trusted.anchors(service));
    }

    @Override
    public TrustPolicy get() {
        List<TrustAnchor> anchors = trusted.anchors(service);
        Built present = built;
        if (present.anchors() != anchors) {
            present = build(anchors);
            built = present;
        }
        return present.policy();
    }

    private Built build(List<TrustAnchor> anchors) {
        Purpose purpose = service == Service.BOOTSTRAP ? Purpose.DEVICE_AT_BOOTSTRAP : Purpose.DEVICE_AT_LWM2M;
        return new Built(
                anchors,
                rules.apply(TrustPolicy.forPurpose(purpose).anchors(anchors)).build());
    }
}
