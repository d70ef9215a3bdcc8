package dev.onboard.bench;

import dev.onboard.account.Account;
import dev.onboard.account.Admission;
import dev.onboard.account.NewTrustedCertificate;
import dev.onboard.account.Service;
import dev.onboard.account.TrustedCertificate;
import dev.onboard.journal.Journal;
import dev.onboard.pki.CertificateAuthority;
import dev.onboard.pki.CertificateRecipe;
import dev.onboard.pki.CryptoProvider;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** An account in a directory of its own, and devices that it has admitted: {@code dev-0}, {@code dev-1} and so on. */
final class BenchAccount implements AutoCloseable {
    private static final int AT_ONCE = 500;

    final Account account;
    final PublicKey key;
    private final TrustedCertificate trusted;
    private final CertificateAuthority factory;
    private final Journal journal;

    BenchAccount() throws IOException, GeneralSecurityException {
        CryptoProvider.install();
        InstantSource clock = InstantSource.system();
        SecureRandom random = new SecureRandom();
        Path folder = Files.createTempDirectory("onboard-bench-");
        journal = Journal.open(folder.resolve("events.jsonl"), clock);
        account = Account.open(
                folder.resolve("account"),
                CertificateAuthority.root(CertificateRecipe.ca("LwM2M device CA"), clock, random),
                clock,
                random,
                journal);
        factory = CertificateAuthority.root(CertificateRecipe.ca("Factory CA"), clock, random);
        trusted = account.trustedCertificates()
                .add(NewTrustedCertificate.of("bench", Service.BOOTSTRAP, List.of(factory.certificate())));
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp256r1"));
        key = generator.generateKeyPair().getPublic();
    }

    /** A factory certificate of this device; all devices have one key here. */
    X509Certificate leaf(String endpoint) {
        return factory.sign(CertificateRecipe.device(endpoint), key);
    }

    CompletableFuture<Admission> admit(String endpoint, X509Certificate leaf) {
        return account.devices()
                .admitToBootstrap(endpoint, leaf, trusted.anchor())
                .toCompletableFuture();
    }

    /** Devices from this number on. */
    void fill(int from, int count) {
        List<CompletableFuture<?>> waiting = new ArrayList<>();
        for (int i = from; i < from + count; i++) {
            String endpoint = "dev-" + i;
            waiting.add(admit(endpoint, leaf(endpoint)));
            if (waiting.size() == AT_ONCE) {
                CompletableFuture.allOf(waiting.toArray(CompletableFuture[]::new))
                        .join();
                waiting.clear();
            }
        }
        CompletableFuture.allOf(waiting.toArray(CompletableFuture[]::new)).join();
    }

    @Override
    public void close() throws IOException {
        account.close();
        journal.close();
    }
}
