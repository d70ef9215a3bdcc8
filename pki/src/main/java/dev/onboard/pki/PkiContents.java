package dev.onboard.pki;

import dev.onboard.pki.internal.Certificates;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;

/**
 * What was found in a file.
 *
 * @param source the file's name, for messages
 * @param format how it was written, for people: {@code PEM}, {@code DER}, {@code PKCS#12}, {@code hex}, {@code base64}
 * @param certificates each as it stood there, in order; not checked further than that it is a certificate by its shape
 * @param privateKeys in order
 * @param crls revocation lists as DER, in order
 */
public record PkiContents(
        String source, String format, List<byte[]> certificates, List<PrivateKey> privateKeys, List<byte[]> crls) {
    public PkiContents {
        certificates = List.copyOf(certificates);
        privateKeys = List.copyOf(privateKeys);
        crls = List.copyOf(crls);
    }

    /**
     * The certificates as Java's objects.
     *
     * @throws UnreadableFileException when there is none, or one cannot be parsed
     */
    public List<X509Certificate> x509Certificates() throws UnreadableFileException {
        if (certificates.isEmpty()) {
            String instead = privateKeys.isEmpty() ? crls.isEmpty() ? "nothing" : "a revocation list" : "a private key";
            throw new UnreadableFileException(source + " holds " + instead + " where a certificate belongs");
        }
        List<X509Certificate> parsed = new ArrayList<>();
        for (byte[] der : certificates) {
            try {
                parsed.add(Certificates.certificate(der));
            } catch (IllegalArgumentException e) {
                throw new UnreadableFileException(
                        source + " holds a certificate (number " + (parsed.size() + 1) + ") that cannot be read: "
                                + e.getMessage(),
                        e);
            }
        }
        return parsed;
    }

    /**
     * The one private key.
     *
     * @throws UnreadableFileException when there is none, or several
     */
    public PrivateKey privateKey() throws UnreadableFileException {
        if (privateKeys.size() == 1) {
            return privateKeys.get(0);
        }
        String found = privateKeys.size() > 1
                ? privateKeys.size() + " private keys where one belongs"
                : certificates.isEmpty()
                        ? "nothing where a private key belongs"
                        : "a certificate where a private key belongs";
        throw new UnreadableFileException(source + " holds " + found);
    }
}
