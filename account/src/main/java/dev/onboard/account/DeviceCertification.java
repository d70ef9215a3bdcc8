package dev.onboard.account;

import dev.onboard.pki.EnrolmentRequest;
import dev.onboard.pki.NotCertified;
import dev.onboard.pki.TrustAnchor;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;

/**
 * Certificates for keys that devices made themselves: the account admits who asks as it does to the service that it comes
 * to, and its active issuer signs. Thread-safe; nothing here blocks.
 */
public record DeviceCertification(Account account, Service service) {
    /** How reasons begin when the issuer answered, and wrongly. */
    private static final String WRONG_ANSWER = "issuer-answer-";

    /**
     * Has a certificate signed.
     *
     * @param shown what the device showed in the session that it asks in
     * @param anchor at which the chain of that ends
     * @return the certificate first, then those above it; fails with {@link NotCertified}
     */
    public CompletionStage<List<X509Certificate>> certify(
            String endpoint, X509Certificate shown, TrustAnchor anchor, EnrolmentRequest request) {
        CompletionStage<Admission> admitted = service == Service.BOOTSTRAP
                ? account.devices().admitToBootstrap(endpoint, shown, anchor)
                : account.devices().admitToLwm2m(endpoint, shown, anchor);
        return admitted.thenCompose(admission -> {
                    if (admission instanceof Admission.Refused refused) {
                        throw new NotCertified(NotCertified.Kind.REFUSED, refused.reason(), refused.detail());
                    }
                    return account.issue(IssueRequest.of(endpoint, request));
                })
                .thenApply(IssuedCertificate::chain)
                .exceptionally(error -> {
                    throw reason(error);
                });
    }

    /** Why no certificate could be issued, as {@link Account#issue} failed. */
    public static NotCertified reason(Throwable error) {
        Throwable cause = error instanceof CompletionException && error.getCause() != null ? error.getCause() : error;
        if (cause instanceof NotCertified known) {
            return known;
        }
        String detail = cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
        String reason = cause instanceof AccountException refused
                ? refused.reason().orElse("issuing-failed")
                : "issuing-failed";
        return new NotCertified(
                reason.startsWith(WRONG_ANSWER) ? NotCertified.Kind.WRONG_ANSWER : NotCertified.Kind.UNAVAILABLE,
                reason,
                "no LwM2M certificate could be issued: " + detail);
    }
}
