package dev.onboard.account.internal.issuer;

import dev.onboard.account.AccountException;
import dev.onboard.account.CertificateIssuer.Subject;
import dev.onboard.account.IssuerClient;
import dev.onboard.account.IssuerClients;
import dev.onboard.account.IssuerCredentials;
import dev.onboard.account.Issuers.Issuer;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The clients, each kept until its issuer changes. At most {@value #AT_ONCE} requests are under way, each on a thread that
 * ends when there is nothing more to do; the others wait, and their time runs meanwhile.
 */
public final class ConnectedIssuers implements IssuerClients {
    private static final int AT_ONCE = 8;

    private final Map<String, List<String>> commands;
    private final Duration patience;
    private final Map<String, Connected> kept = new ConcurrentHashMap<>();
    private final ThreadPoolExecutor threads;

    private record Connected(long revision, IssuerClient client) {}

    /** Asks an issuer and waits for the answer. */
    @FunctionalInterface
    interface Asking {
        List<X509Certificate> ask(Subject subject, Duration patience) throws InterruptedException;
    }

    public ConnectedIssuers(Map<String, List<String>> commands, Duration patience) {
        this.commands = Collections.unmodifiableMap(commands);
        this.patience = patience;
        AtomicInteger number = new AtomicInteger();
        this.threads =
                new ThreadPoolExecutor(AT_ONCE, AT_ONCE, 2, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), work -> {
                    Thread thread = new Thread(work, "onboard-issuer-" + number.incrementAndGet());
                    thread.setDaemon(true);
                    return thread;
                });
        threads.allowCoreThreadTimeOut(true);
    }

    @Override
    public Optional<IssuerClient> connect(Issuer issuer, IssuerCredentials credentials) {
        return switch (issuer.type()) {
            case CFSSL_AUTH, EST ->
                Optional.of(kept.compute(
                                issuer.id(),
                                (id, old) -> old != null && old.revision() == issuer.revision()
                                        ? old
                                        : new Connected(
                                                issuer.revision(), inTurn(issuer.name(), web(issuer, credentials))))
                        .client());
            case COMMAND ->
                Optional.ofNullable(commands.get(issuer.name()))
                        .map(command -> inTurn(issuer.name(), new CommandIssuer(issuer.name(), command)));
            case GLOBAL_SIGN -> Optional.empty();
        };
    }

    private static Asking web(Issuer issuer, IssuerCredentials credentials) {
        Https https = Https.of(issuer, credentials);
        return switch (issuer.type()) {
            case EST -> new EstIssuer(issuer, credentials, https);
            default -> new CfsslIssuer(issuer, credentials, https);
        };
    }

    private IssuerClient inTurn(String name, Asking issuer) {
        return subject -> {
            long deadline = System.nanoTime() + patience.toNanos();
            return CompletableFuture.supplyAsync(
                            () -> {
                                Duration left = Duration.ofNanos(deadline - System.nanoTime());
                                if (left.isNegative() || left.isZero()) {
                                    throw IssuerFailure.late(name, patience);
                                }
                                return ask(name, issuer, subject, left);
                            },
                            threads)
                    .orTimeout(patience.toMillis(), TimeUnit.MILLISECONDS)
                    .exceptionallyCompose(failure -> CompletableFuture.failedFuture(
                            failure instanceof TimeoutException ? IssuerFailure.late(name, patience) : failure));
        };
    }

    private static List<X509Certificate> ask(String name, Asking issuer, Subject subject, Duration left) {
        try {
            return issuer.ask(subject, left);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw AccountException.issuer(
                    "issuer-unreachable", "asking certificate issuer '" + name + "' was interrupted");
        }
    }
}
