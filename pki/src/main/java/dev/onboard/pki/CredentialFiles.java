package dev.onboard.pki;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.PrivateKey;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.util.Base64;
import java.util.List;

/**
 * Certificates and private keys in files. Reads PEM, DER, PKCS#12, SEC1, PKCS#8 and hex without being told which; writes
 * PEM and, beside it, DER. What it writes appears under its name complete or not at all.
 */
public final class CredentialFiles {
    private static final Base64.Encoder BASE64 = Base64.getMimeEncoder(64, new byte[] {'\n'});

    private CredentialFiles() {}

    /**
     * Everything in a file. A PKCS#12 container is opened with the empty password.
     *
     * @throws UnreadableFileException when it holds nothing that belongs here; the message says what was found
     * @throws IOException when it cannot be read at all
     */
    public static PkiContents read(Path file) throws IOException {
        return read(file, new char[0]);
    }

    /** Everything in a file, with the password of a PKCS#12 container. */
    public static PkiContents read(Path file, char[] password) throws IOException {
        try {
            return PkiReader.read(Files.readAllBytes(file), file.toString(), password);
        } catch (NoSuchFileException e) {
            throw new UnreadableFileException(file + " does not exist", e);
        } catch (IOException e) {
            if (Files.isDirectory(file)) {
                throw new UnreadableFileException(file + " is a directory; a file is expected", e);
            }
            throw e;
        }
    }

    /** Everything in these bytes; the source is named in messages. */
    public static PkiContents read(byte[] bytes, String source) throws UnreadableFileException {
        return read(bytes, source, new char[0]);
    }

    /**
     * Everything in these bytes, with the password of a PKCS#12 container; the source is named in messages.
     *
     * @throws WrongPasswordException when it is such a container, and another password opens it
     */
    public static PkiContents read(byte[] bytes, String source, char[] password) throws UnreadableFileException {
        return PkiReader.read(bytes, source, password);
    }

    /**
     * The certificates in a file, in order, at least one.
     *
     * @throws UnreadableFileException when it holds none or something else; the message says what was found
     */
    public static List<X509Certificate> readCertificates(Path file) throws IOException {
        return read(file).x509Certificates();
    }

    /** The certificates in these bytes, in order, at least one; the source is named in messages. */
    public static List<X509Certificate> readCertificates(byte[] bytes, String source) throws UnreadableFileException {
        return read(bytes, source).x509Certificates();
    }

    /**
     * The private key in a file.
     *
     * @throws UnreadableFileException when it holds none, several, or something else; the message says what was found
     */
    public static PrivateKey readPrivateKey(Path file) throws IOException {
        return read(file).privateKey();
    }

    /** The private key in these bytes; the source is named in messages. */
    public static PrivateKey readPrivateKey(byte[] bytes, String source) throws UnreadableFileException {
        return read(bytes, source).privateKey();
    }

    /**
     * A chain and its key.
     *
     * @throws UnreadableFileException when a file holds something else, or the key does not belong to the first
     *     certificate
     */
    public static Credential readCredential(Path certificates, Path key) throws IOException {
        List<X509Certificate> chain = readCertificates(certificates);
        PrivateKey privateKey = readPrivateKey(key);
        try {
            return Credential.of(privateKey, chain);
        } catch (IllegalArgumentException e) {
            throw new UnreadableFileException(
                    key + " holds a private key that does not belong to the first certificate in " + certificates, e);
        }
    }

    /** These certificates as PEM text, one block each, with a newline at the end. */
    public static String pem(List<X509Certificate> certificates) {
        StringBuilder text = new StringBuilder();
        for (X509Certificate certificate : certificates) {
            text.append(block("CERTIFICATE", encoded(certificate)));
        }
        return text.toString();
    }

    /** A private key as unencrypted PKCS#8 in PEM. */
    public static String pem(PrivateKey key) {
        return block("PRIVATE KEY", PrivateKeys.shortest(key));
    }

    private static String block(String label, byte[] der) {
        return "-----BEGIN " + label + "-----\n" + BASE64.encodeToString(der) + "\n-----END " + label + "-----\n";
    }

    /**
     * Writes certificates as PEM, and the first of them as DER beside it: {@code X.pem} and {@code X.der}.
     *
     * @param base the file's name with {@code .pem} or without it
     * @throws IllegalArgumentException when there is no certificate
     */
    public static void writeCertificates(Path base, List<X509Certificate> certificates) throws IOException {
        if (certificates.isEmpty()) {
            throw new IllegalArgumentException("no certificate to write to " + base);
        }
        replace(named(base, ".der"), encoded(certificates.get(0)), "rw-r--r--");
        replace(named(base, ".pem"), pem(certificates).getBytes(StandardCharsets.US_ASCII), "rw-r--r--");
    }

    /** Writes a private key as PKCS#8, PEM and DER: {@code X.pem} and {@code X.der}, both readable by their owner alone. */
    public static void writePrivateKey(Path base, PrivateKey key) throws IOException {
        replace(named(base, ".der"), PrivateKeys.shortest(key), "rw-------");
        replace(named(base, ".pem"), pem(key).getBytes(StandardCharsets.US_ASCII), "rw-------");
    }

    private static Path named(Path base, String ending) {
        String name = base.getFileName().toString();
        String stem = name.endsWith(".pem") || name.endsWith(".der") ? name.substring(0, name.length() - 4) : name;
        return base.resolveSibling(stem + ending);
    }

    /** Writes a new file beside the old one, makes it durable, then renames it over the old one. */
    private static void replace(Path file, byte[] content, String permissions) throws IOException {
        Path directory = file.toAbsolutePath().getParent();
        if (directory == null) {
            throw new IOException(file + " is not a file name");
        }
        FileAttribute<?> mode = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
        Path temporary = Files.createTempFile(directory, "." + file.getFileName(), ".new", mode);
        try {
            try (FileChannel channel = FileChannel.open(temporary, StandardOpenOption.WRITE)) {
                ByteBuffer buffer = ByteBuffer.wrap(content);
                while (buffer.hasRemaining()) {
                    channel.write(buffer);
                }
                channel.force(true);
            }
            Files.setPosixFilePermissions(temporary, PosixFilePermissions.fromString(permissions));
            Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(temporary);
        }
    }

    private static byte[] encoded(X509Certificate certificate) {
        try {
            return certificate.getEncoded();
        } catch (CertificateEncodingException e) {
            throw new IllegalArgumentException(
                    "the certificate of " + certificate.getSubjectX500Principal() + " cannot be encoded", e);
        }
    }
}
