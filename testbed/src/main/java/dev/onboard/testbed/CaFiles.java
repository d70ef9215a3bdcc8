package dev.onboard.testbed;

import dev.onboard.pki.Credential;
import dev.onboard.pki.CredentialFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;

/**
 * The key and the certificate of a CA of the testbed's own, {@code DIR/ca/X.cert.pem} and {@code X.key.pem} with a {@code .der}
 * beside each. They are exchanged as one: {@code X-next.*} is complete once its certificate is there, and is put into place by
 * {@link #settle}, now or at the next start. Not thread-safe.
 *
 * @param base {@code DIR/ca/X}
 */
record CaFiles(Path base) {
    private static final List<String> IN_ORDER = List.of(".key.der", ".key.pem", ".cert.der", ".cert.pem");

    boolean exist() {
        return Files.exists(certificate());
    }

    Credential read() throws IOException {
        return CredentialFiles.readCredential(certificate(), key());
    }

    /** Where the certificate is. */
    Path certificate() {
        return file(base, ".cert.pem");
    }

    /** Where the private key is. */
    Path key() {
        return file(base, ".key.pem");
    }

    /** Where the certificate is by which the CA before vouches for this one. */
    Path cross() {
        return file(base, "-cross.cert.pem");
    }

    Optional<X509Certificate> readCross() throws IOException {
        return Files.exists(cross())
                ? Optional.of(CredentialFiles.readCertificates(cross()).get(0))
                : Optional.empty();
    }

    void write(Credential credential) throws IOException {
        write(base, credential);
    }

    /** Puts another CA into the place of this one. */
    void exchange(Credential next) throws IOException {
        write(next(), next);
        settle();
    }

    /** Completes an exchange that a crash interrupted. */
    void settle() throws IOException {
        if (!Files.exists(file(next(), ".cert.pem"))) {
            return;
        }
        for (String suffix : IN_ORDER) {
            Path from = file(next(), suffix);
            if (Files.exists(from)) {
                Files.move(
                        from, file(base, suffix), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            }
        }
    }

    /** Where the CA before is kept while it may come back. */
    CaFiles before() {
        return new CaFiles(file(base, "-before"));
    }

    void delete() throws IOException {
        // the certificate first: without it nothing is there
        for (int i = IN_ORDER.size() - 1; i >= 0; i--) {
            Files.deleteIfExists(file(base, IN_ORDER.get(i)));
        }
    }

    private Path next() {
        return file(base, "-next");
    }

    private static void write(Path base, Credential credential) throws IOException {
        // the key first: a certificate in place means that both are
        CredentialFiles.writePrivateKey(file(base, ".key.pem"), credential.privateKey());
        CredentialFiles.writeCertificates(file(base, ".cert.pem"), List.of(credential.certificate()));
    }

    private static Path file(Path base, String suffix) {
        return base.resolveSibling(base.getFileName() + suffix);
    }
}
