package dev.onboard.account;

import dev.onboard.pki.CertificateRecipe;
import dev.onboard.pki.KeyAlgorithm;
import java.io.IOException;
import java.nio.file.Path;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.util.concurrent.Semaphore;

/** Onboards devices until it is killed, and prints endpoint and serial of each certificate once it was acknowledged. */
final class WritingProcess {
    private WritingProcess() {}

    public static void main(String[] arguments) throws IOException, InterruptedException {
        OpenAccount open = OpenAccount.in(Path.of(arguments[0]));
        String prefix = arguments[1];
        open.account.setAnchorPolicy(AnchorPolicy.TESTBED);
        TrustedCertificate trusted = open.account
                .trustedCertificates()
                .add(NewTrustedCertificate.of(prefix, Service.BOOTSTRAP, open.factory.chain()));
        PublicKey key = KeyAlgorithm.P256.generate(OpenAccount.RANDOM).getPublic();
        Semaphore running = new Semaphore(64);
        for (int i = 0; i < 100_000; i++) {
            running.acquire();
            String endpoint = prefix + "-" + i;
            X509Certificate leaf = open.factory.sign(CertificateRecipe.device(endpoint), key);
            open.account
                    .devices()
                    .admitToBootstrap(endpoint, leaf, trusted.anchor())
                    .thenCompose(admission -> open.account.issue(new IssueRequest(endpoint, key)))
                    .whenComplete((issued, failure) -> {
                        if (issued != null) {
                            System.out.println(endpoint + " " + issued.serial() + " .");
                        } else {
                            System.err.println(failure);
                        }
                        running.release();
                    });
        }
    }
}
