package dev.onboard.server.internal;

import dev.onboard.account.Account;
import dev.onboard.account.Admission;
import dev.onboard.account.IssueRequest;
import dev.onboard.account.IssuedCertificate;
import dev.onboard.dtls.internal.Enrolments;
import dev.onboard.pki.EndpointIdentity;
import dev.onboard.pki.EnrolmentRequest;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/** Enrolment of devices that come with an LwM2M certificate, for its successor: the account admits them as to a registration. */
record RenewingEnrolments(Account account, Supplier<List<X509Certificate>> trusted) implements Enrolments {
    @Override
    public Optional<String> endpoint(Asker asker) {
        return EndpointIdentity.name(asker.trust().certificate(), DevicePeer.NAMES);
    }

    @Override
    public CompletionStage<List<X509Certificate>> enrol(Asker asker, String endpoint, EnrolmentRequest request) {
        return account.devices()
                .admitToLwm2m(
                        endpoint,
                        asker.trust().certificate(),
                        asker.trust().trust().anchor())
                .thenCompose(admission -> {
                    if (admission instanceof Admission.Refused refused) {
                        throw new Refused(refused.reason(), refused.detail());
                    }
                    return account.issue(IssueRequest.of(endpoint, request));
                })
                .thenApply(IssuedCertificate::chain);
    }

    @Override
    public List<X509Certificate> authorities() {
        return trusted.get();
    }
}
