package dev.onboard.factory;

import dev.onboard.pki.CertificateAuthority;
import dev.onboard.pki.Credential;
import dev.onboard.pki.CredentialFiles;
import dev.onboard.pki.UnreadableFileException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;

/**
 * A factory's CAs and its signer of firmware as files of a work directory: {@code ca/factory-root.cert.pem} and {@code
 * .key.pem}, {@code ca/factory-intermediate-N.cert.pem} and {@code .key.pem} for each intermediate CA, {@code
 * ca/factory-chain.pem} (all of them, the lowest first) when there are any, {@code update/update-auth.cert.pem} and {@code
 * .key.pem}. Stateless.
 */
public final class FactoryFiles {
    private FactoryFiles() {}

    /** Does this work directory hold a factory? */
    public static boolean exist(Path workDirectory) {
        return Files.isRegularFile(workDirectory.resolve("ca/factory-root.key.pem"));
    }

    /** Writes what the factory has made so far; call again after a deeper chain was needed. */
    public static void write(Path workDirectory, Factory factory) throws IOException {
        Path ca = directory(workDirectory.resolve("ca"));
        Path update = directory(workDirectory.resolve("update"));
        List<CertificateAuthority> line = factory.authorities();
        write(update.resolve("update-auth"), factory.updateSigner());
        for (int i = line.size() - 1; i >= 0; i--) {
            write(ca.resolve(name(i)), line.get(i).credential());
        }
        if (line.size() > 1) {
            CredentialFiles.writeCertificates(
                    ca.resolve("factory-chain.pem"), line.get(line.size() - 1).chain());
        }
    }

    /**
     * Reads the factory of a work directory.
     *
     * @throws UnreadableFileException when a file is missing or holds something else; the message is one sentence
     */
    public static Factory read(Path workDirectory, InstantSource clock, SecureRandom random) throws IOException {
        Path ca = workDirectory.resolve("ca");
        List<CertificateAuthority> line = new ArrayList<>();
        for (int i = 0; i == 0 || Files.exists(ca.resolve(name(i) + ".key.pem")); i++) {
            Credential own = read(ca.resolve(name(i)));
            List<X509Certificate> chain = new ArrayList<>();
            chain.add(own.certificate());
            if (i > 0) {
                chain.addAll(line.get(i - 1).chain());
            }
            line.add(CertificateAuthority.of(own.withChain(chain), clock, random));
        }
        return new Factory(line, read(workDirectory.resolve("update/update-auth")), clock);
    }

    private static String name(int number) {
        return number == 0 ? "factory-root" : "factory-intermediate-" + number;
    }

    private static void write(Path base, Credential credential) throws IOException {
        Path key = base.resolveSibling(base.getFileName() + ".key.pem");
        CredentialFiles.writeCertificates(
                base.resolveSibling(base.getFileName() + ".cert.pem"), List.of(credential.certificate()));
        CredentialFiles.writePrivateKey(key, credential.privateKey());
    }

    private static Credential read(Path base) throws IOException {
        Path certificate = PemFiles.existing(base.resolveSibling(base.getFileName() + ".cert.pem"));
        Path key = PemFiles.existing(base.resolveSibling(base.getFileName() + ".key.pem"));
        return CredentialFiles.readCredential(certificate, key);
    }

    private static Path directory(Path path) throws IOException {
        return Files.createDirectories(
                path, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    }
}
