package dev.onboard.cli;

import dev.onboard.pki.CredentialFiles;
import dev.onboard.pki.PkiContents;
import dev.onboard.pki.TrustAnchor;
import dev.onboard.pki.UnreadableFileException;
import dev.onboard.testbed.UsageException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/**
 * Reads what a command is given about certificates, in whatever form it is written; what is none of it is a mistake in the
 * command line.
 */
final class ChainFiles {
    @Option(
            names = "--password",
            arity = "0..1",
            interactive = true,
            description = "Of PKCS#12 containers; asked for when no value is given. Default: none")
    private char @Nullable [] password;

    /** The certificates of these files in order, as they stand there. */
    List<byte[]> chain(List<Path> files) {
        List<byte[]> chain = new ArrayList<>();
        for (Path file : files) {
            PkiContents contents = read(file);
            if (contents.certificates().isEmpty()) {
                throw new UsageException(file + " holds "
                        + (contents.privateKeys().isEmpty() ? "a revocation list" : "a private key")
                        + " where a certificate belongs");
            }
            chain.addAll(contents.certificates());
        }
        return chain;
    }

    /** The trusted certificates of these files, those of one file that issued another one of it standing above it. */
    List<TrustAnchor> anchors(List<Path> files) {
        List<TrustAnchor> anchors = new ArrayList<>();
        for (Path file : files) {
            for (X509Certificate certificate : certificates(file)) {
                anchors.add(TrustAnchor.authority("trust-" + anchors.size(), certificate));
            }
        }
        return anchors;
    }

    /** The certificates in a file, each readable. */
    List<X509Certificate> certificates(Path file) {
        try {
            return read(file).x509Certificates();
        } catch (UnreadableFileException e) {
            throw new UsageException(String.valueOf(e.getMessage()), e);
        }
    }

    /** The revocation lists of these files. */
    List<byte[]> crls(List<Path> files) {
        List<byte[]> crls = new ArrayList<>();
        for (Path file : files) {
            PkiContents contents = read(file);
            if (contents.crls().isEmpty()) {
                throw new UsageException(file + " holds no revocation list; give one with --crl, PEM or DER");
            }
            crls.addAll(contents.crls());
        }
        return crls;
    }

    /** The one private key in a file. */
    PrivateKey key(Path file) {
        try {
            return read(file).privateKey();
        } catch (UnreadableFileException e) {
            throw new UsageException(String.valueOf(e.getMessage()), e);
        }
    }

    private PkiContents read(Path file) {
        if (!Files.isRegularFile(file)) {
            throw new UsageException(file + (Files.exists(file) ? " is not a file" : " does not exist")
                    + "; give a file with certificates, PEM, DER, PKCS#12 or hex");
        }
        try {
            return CredentialFiles.read(file, password == null ? new char[0] : password);
        } catch (UnreadableFileException e) {
            throw new UsageException(String.valueOf(e.getMessage()), e);
        } catch (IOException e) {
            throw new UsageException(file + " cannot be read: " + e.getMessage(), e);
        }
    }
}
