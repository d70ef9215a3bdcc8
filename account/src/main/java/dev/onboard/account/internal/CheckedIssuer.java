package dev.onboard.account.internal;

import dev.onboard.account.AccountException;
import dev.onboard.account.CertificateIssuer;
import dev.onboard.account.IssuerClient;
import dev.onboard.account.Issuers.Health;
import java.security.cert.X509Certificate;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** A third-party issuer whose answers are checked, and whose failures are counted. */
record CheckedIssuer(String name, IssuerClient client, IssuerAnswers answers, Notes notes)
        implements CertificateIssuer {
    /** Where it is noted how the issuer does. */
    @FunctionalInterface
    interface Notes {
        void note(UnaryOperator<Health> change);
    }

    @Override
    public Optional<X509Certificate> certificate() {
        return Optional.empty();
    }

    @Override
    public CompletionStage<Signed> issue(Subject subject) {
        return asked(subject)
                .thenApply(answer -> answers.check(name, subject, answer))
                .whenComplete((signed, failure) -> notes.note(health -> failure == null
                        ? health.succeeded(answers.clock().instant())
                        : health.failed(answers.clock().instant(), sentence(failure))));
    }

    private CompletionStage<java.util.List<X509Certificate>> asked(Subject subject) {
        try {
            return client.sign(subject);
        } catch (AccountException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    private static String sentence(@Nullable Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        return String.valueOf(cause == null ? null : cause.getMessage());
    }
}
