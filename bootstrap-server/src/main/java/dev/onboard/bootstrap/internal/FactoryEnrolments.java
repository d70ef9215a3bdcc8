package dev.onboard.bootstrap.internal;

import dev.onboard.account.Account;
import dev.onboard.account.Admission;
import dev.onboard.account.IssueRequest;
import dev.onboard.account.IssuedCertificate;
import dev.onboard.bootstrap.Deliveries;
import dev.onboard.dtls.internal.Enrolments;
import dev.onboard.pki.EndpointIdentity;
import dev.onboard.pki.EnrolmentRequest;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** Enrolment of devices that come with what their factory gave them: the account admits them as it does to a bootstrap. */
record FactoryEnrolments(Account account, BootstrapResource bootstraps, Deliveries deliveries) implements Enrolments {
    @Override
    public Optional<String> endpoint(Asker asker) {
        return BootstrapResource.isDeveloper(asker.trust())
                ? bootstraps.bootstrapping(asker.address())
                : EndpointIdentity.name(asker.trust().certificate(), BootstrapResource.NAMES);
    }

    @Override
    public CompletionStage<List<X509Certificate>> enrol(Asker asker, String endpoint, EnrolmentRequest request) {
        return account.devices()
                .admitToBootstrap(
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
        return deliveries.authorities();
    }
}
