package dev.onboard.factory;

import dev.onboard.pki.CertificateAuthority;
import dev.onboard.pki.Credential;
import dev.onboard.pki.CredentialFiles;
import dev.onboard.pki.KeyAlgorithm;
import dev.onboard.pki.SubjectName;
import dev.onboard.pki.UnreadableFileException;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;

/**
 * A factory's CAs and its signer of firmware as files of a work directory. The CAs of one factory are {@code
 * ca/NAME-root.cert.pem} and {@code .key.pem}, {@code ca/NAME-intermediate-N.cert.pem} and {@code .key.pem} for each
 * intermediate CA, {@code ca/NAME-chain.pem} (all of them, the lowest first) when there are any; {@code NAME} is {@code
 * factory}, or {@code factory-lwm2m} for devices in LwM2M mode, so that a certificate of one opens one door. All factories of
 * a work directory share one signer of firmware, {@code update/update-auth.cert.pem} and {@code .key.pem}. Immutable.
 */
public final class FactoryFiles {
    private final Path workDirectory;
    private final String name;
    private final String title;

    private FactoryFiles(Path workDirectory, String name, String title) {
        this.workDirectory = workDirectory;
        this.name = name;
        this.title = title;
    }

    /** The factory that makes devices of this mode. */
    public static FactoryFiles of(Path workDirectory, DeviceMode mode) {
        return !mode.bootstraps()
                ? new FactoryFiles(workDirectory, "factory-lwm2m", "Onboard LwM2M factory")
                : new FactoryFiles(workDirectory, "factory", "Onboard factory");
    }

    /** Is it there? */
    public boolean exist() {
        return Files.isRegularFile(keyOf(certificateAuthority(0))) || Files.isRegularFile(keyOf(imported()));
    }

    /** The certificate of its root CA: what is uploaded. */
    public Path root() {
        return certificateOf(certificateAuthority(0));
    }

    /** Writes what the factory has made so far; call again after a deeper chain was needed. */
    public void write(Factory factory) throws IOException {
        Path ca = directory(workDirectory.resolve("ca"));
        directory(workDirectory.resolve("update"));
        List<CertificateAuthority> line = factory.authorities();
        write(updateSigner(), factory.updateSigner());
        if (Files.exists(keyOf(imported()))) {
            return; // another's CA: there is nothing of ours to keep
        }
        for (int i = line.size() - 1; i >= 0; i--) {
            write(certificateAuthority(i), line.get(i).credential());
        }
        if (line.size() > 1) {
            CredentialFiles.writeCertificates(
                    ca.resolve(name + "-chain.pem"), line.get(line.size() - 1).chain());
        }
    }

    /** The factory of the work directory, founded when there is none; it is not written by this. */
    public Factory readOrFound(InstantSource clock, SecureRandom random) throws IOException {
        if (exist()) {
            return read(clock, random);
        }
        return Files.exists(keyOf(updateSigner()))
                ? Factory.found(title, KeyAlgorithm.P256, read(updateSigner()), clock, random)
                : Factory.found(title, clock, random);
    }

    /**
     * Reads the factory of a work directory.
     *
     * @throws UnreadableFileException when a file is missing or holds something else; the message is one sentence
     */
    public Factory read(InstantSource clock, SecureRandom random) throws IOException {
        if (Files.exists(keyOf(imported()))) {
            Credential own = read(imported());
            return new Factory(List.of(CertificateAuthority.of(own, clock, random)), read(updateSigner()), clock);
        }
        List<CertificateAuthority> line = new ArrayList<>();
        for (int i = 0; i == 0 || Files.exists(keyOf(certificateAuthority(i))); i++) {
            Credential own = read(certificateAuthority(i));
            List<X509Certificate> chain = new ArrayList<>();
            chain.add(own.certificate());
            if (i > 0) {
                chain.addAll(line.get(i - 1).chain());
            }
            line.add(CertificateAuthority.of(own.withChain(chain), clock, random));
        }
        return new Factory(line, read(updateSigner()), clock);
    }

    private Path certificateAuthority(int number) {
        return workDirectory.resolve("ca").resolve(name + (number == 0 ? "-root" : "-intermediate-" + number));
    }

    /** A CA that was not made here, with the chain above it: only its own key is known. */
    private Path imported() {
        return workDirectory.resolve("ca").resolve(name + "-imported");
    }

    /**
     * Founds the factory with this kind of key and so many intermediate CAs, and writes it.
     *
     * @throws FileAlreadyExistsException when there is one already
     */
    public Factory create(KeyAlgorithm key, int intermediates, InstantSource clock, SecureRandom random)
            throws IOException {
        refuseAnother();
        Factory factory = Files.exists(keyOf(updateSigner()))
                ? Factory.found(title, key, read(updateSigner()), clock, random)
                : Factory.found(title, key, clock, random);
        factory.authority(intermediates + 1);
        write(factory);
        return factory;
    }

    /**
     * Takes a CA that was made elsewhere.
     *
     * @param authority its key and chain, its own certificate first
     * @throws FileAlreadyExistsException when there is one already
     * @throws IllegalArgumentException when it is no CA, or its chain leaves no room for a device
     */
    public Factory take(Credential authority, InstantSource clock, SecureRandom random) throws IOException {
        refuseAnother();
        X509Certificate own = authority.certificate();
        if (own.getBasicConstraints() < 0) {
            throw new IllegalArgumentException("'" + SubjectName.text(own)
                    + "' is no CA certificate (CA:TRUE is missing);" + " give one that may sign devices");
        }
        if (authority.chain().size() >= FactoryOrder.DEEPEST + 1) {
            throw new IllegalArgumentException("a chain of " + authority.chain().size()
                    + " CAs is too long; with the device's certificate it may have " + FactoryOrder.DEEPEST);
        }
        directory(workDirectory.resolve("ca"));
        directory(workDirectory.resolve("update"));
        if (!Files.exists(keyOf(updateSigner()))) {
            write(updateSigner(), Factory.found(title, clock, random).updateSigner());
        }
        CredentialFiles.writeCertificates(
                root(), List.of(authority.chain().get(authority.chain().size() - 1)));
        CredentialFiles.writeCertificates(certificateOf(imported()), authority.chain());
        CredentialFiles.writePrivateKey(keyOf(imported()), authority.privateKey());
        return read(clock, random);
    }

    private void refuseAnother() throws FileAlreadyExistsException {
        if (exist()) {
            throw new FileAlreadyExistsException(
                    root() + " is this factory's CA already; devices in the field came with it. Use another --dir");
        }
    }

    private Path updateSigner() {
        return workDirectory.resolve("update/update-auth");
    }

    private static void write(Path base, Credential credential) throws IOException {
        CredentialFiles.writeCertificates(certificateOf(base), List.of(credential.certificate()));
        CredentialFiles.writePrivateKey(keyOf(base), credential.privateKey());
    }

    private static Credential read(Path base) throws IOException {
        return CredentialFiles.readCredential(PemFiles.existing(certificateOf(base)), PemFiles.existing(keyOf(base)));
    }

    private static Path certificateOf(Path base) {
        return base.resolveSibling(base.getFileName() + ".cert.pem");
    }

    private static Path keyOf(Path base) {
        return base.resolveSibling(base.getFileName() + ".key.pem");
    }

    private static Path directory(Path path) throws IOException {
        return Files.createDirectories(
                path, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    }
}
