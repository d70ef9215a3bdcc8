package dev.onboard.factory;

import dev.onboard.factory.Disk.Access;
import dev.onboard.factory.FileSet.Content;
import dev.onboard.pki.Credential;
import dev.onboard.pki.CredentialFiles;
import dev.onboard.pki.UnreadableFileException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.PrivateKey;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;

/**
 * Certificates and keys as the files of a {@link FileSet}: each as PEM, and beside it as DER. The names are a contract with
 * other programs ({@code docs/formats.md}).
 */
public final class PemFiles {
    private PemFiles() {}

    /** A device's {@code device.cert.pem}, {@code device.key.pem} and their {@code .der}; keys for the owner alone. */
    public static List<Content> device(Credential credential) {
        return device(credential, "");
    }

    /** As {@link #device(Credential)}, with this before each name. */
    public static List<Content> device(Credential credential, String prefix) {
        List<Content> files = new ArrayList<>(certificates(prefix + "device.cert", credential.chain()));
        files.addAll(key(prefix + "device.key", credential.privateKey()));
        return files;
    }

    /** {@code NAME.pem} with all of them, and {@code NAME.der} with the first. */
    public static List<Content> certificates(String name, List<X509Certificate> certificates) {
        try {
            return List.of(
                    new Content(name + ".pem", ascii(CredentialFiles.pem(certificates)), Access.EVERYONE),
                    new Content(name + ".der", certificates.get(0).getEncoded(), Access.EVERYONE));
        } catch (CertificateEncodingException e) {
            throw new IllegalArgumentException("a certificate that was read or made cannot be encoded", e);
        }
    }

    /**
     * {@code NAME.pem} and {@code NAME.der} of one certificate that came as DER.
     *
     * @throws UnreadableFileException when it is none
     */
    public static List<Content> certificate(String name, byte[] der) throws UnreadableFileException {
        return certificates(name, CredentialFiles.readCertificates(der, "the certificate for " + name + ".pem"));
    }

    /** {@code NAME.pem} and {@code NAME.der} (PKCS#8), for the owner alone. */
    public static List<Content> key(String name, PrivateKey key) {
        return List.of(
                new Content(name + ".pem", ascii(CredentialFiles.pem(key)), Access.OWNER),
                new Content(name + ".der", key.getEncoded(), Access.OWNER));
    }

    /**
     * The key and chain in {@code device.key.pem} and {@code device.cert.pem} of this directory.
     *
     * @throws UnreadableFileException when a file is missing, holds something else, or the key is another certificate's
     */
    public static Credential readDevice(Path directory) throws IOException {
        return readDevice(directory, "");
    }

    /** As {@link #readDevice(Path)}, with this before each name. */
    public static Credential readDevice(Path directory, String prefix) throws IOException {
        Path certificates = existing(directory.resolve(prefix + "device.cert.pem"));
        Path key = existing(directory.resolve(prefix + "device.key.pem"));
        return CredentialFiles.readCredential(certificates, key);
    }

    /**
     * The first certificate of this file.
     *
     * @throws UnreadableFileException when it is missing or holds something else
     */
    public static X509Certificate readCertificate(Path file) throws IOException {
        return CredentialFiles.readCertificates(existing(file)).get(0);
    }

    /** The file, which must be there. */
    static Path existing(Path file) throws UnreadableFileException {
        if (!Files.isRegularFile(file)) {
            throw new UnreadableFileException(file + " is missing; the directory is not complete, make or restore it");
        }
        return file;
    }

    private static byte[] ascii(String pem) {
        return pem.getBytes(StandardCharsets.US_ASCII);
    }
}
