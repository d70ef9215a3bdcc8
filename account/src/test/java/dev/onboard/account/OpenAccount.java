package dev.onboard.account;

import dev.onboard.journal.Journal;
import dev.onboard.pki.CertificateAuthority;
import dev.onboard.pki.CertificateRecipe;
import dev.onboard.pki.TrustAnchor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicReference;

/** An account in a directory of a test, with its journal, clock and certificate authorities. */
final class OpenAccount implements AutoCloseable {
    static final SecureRandom RANDOM = new SecureRandom();

    final AtomicReference<Instant> now;
    final InstantSource clock;
    final CertificateAuthority deviceAuthority;
    final CertificateAuthority factory;
    final Path directory;
    final Journal journal;
    Account account;

    private OpenAccount(Path work) throws IOException {
        Files.createDirectories(work);
        now = new AtomicReference<>(Instant.now());
        clock = now::get;
        deviceAuthority = CertificateAuthority.root(CertificateRecipe.ca("LwM2M device CA"), clock, RANDOM);
        factory = CertificateAuthority.root(CertificateRecipe.ca("Factory CA"), clock, RANDOM);
        directory = work.resolve("account");
        journal = Journal.open(work.resolve("events.jsonl"), clock);
        account = Account.open(directory, deviceAuthority, clock, RANDOM, journal);
    }

    static OpenAccount in(Path work) throws IOException {
        return new OpenAccount(work);
    }

    /** Closes the account and opens it again. */
    Account reopen() {
        account.close();
        account = Account.open(directory, deviceAuthority, clock, RANDOM, journal);
        return account;
    }

    TrustedCertificate trust(CertificateAuthority authority, Service service) {
        return account.trustedCertificates()
                .add(NewTrustedCertificate.of(
                        authority.certificate().getSubjectX500Principal().getName() + " at " + service.word(),
                        service,
                        authority.chain().subList(0, 1)));
    }

    TrustAnchor ownAnchor() {
        return account.trustedCertificates().anchors(Service.LWM2M).get(0);
    }

    Admission bootstrap(String endpoint, X509Certificate leaf, TrustedCertificate trusted) {
        return get(account.devices().admitToBootstrap(endpoint, leaf, trusted.anchor()));
    }

    static <T> T get(CompletionStage<T> stage) {
        try {
            return stage.toCompletableFuture().join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof AccountException account) {
                throw account;
            }
            throw e;
        }
    }

    @Override
    public void close() {
        account.close();
        journal.close();
    }
}
