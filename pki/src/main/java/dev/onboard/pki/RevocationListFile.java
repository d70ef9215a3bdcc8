package dev.onboard.pki;

import dev.onboard.pki.internal.MalformedDerException;
import dev.onboard.pki.internal.ParsedCertificate;
import dev.onboard.pki.internal.ParsedCrl;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/**
 * A revocation list that somebody gave us, as far as it can be said without a path: what it is called and when it counts.
 * Immutable and thread-safe.
 */
public final class RevocationListFile {
    private static final Base64.Encoder BASE64 = Base64.getMimeEncoder(64, new byte[] {'\n'});

    private final byte[] der;
    private final ParsedCrl parsed;

    private RevocationListFile(byte[] der, ParsedCrl parsed) {
        this.der = der;
        this.parsed = parsed;
    }

    /**
     * Reads one list, PEM or DER.
     *
     * @throws UnreadableFileException when it is no revocation list, several, or one that the evaluation could not use
     */
    public static RevocationListFile read(byte[] bytes, String source) throws UnreadableFileException {
        PkiContents contents = CredentialFiles.read(bytes, source);
        if (contents.crls().size() != 1) {
            throw new UnreadableFileException(source + " holds "
                    + (contents.crls().isEmpty()
                            ? "no revocation list"
                            : contents.crls().size() + " revocation lists")
                    + "; give one, PEM or DER");
        }
        byte[] der = contents.crls().get(0);
        try {
            ParsedCrl parsed = ParsedCrl.of(der);
            Optional<String> fault = parsed.fault();
            if (fault.isPresent()) {
                throw new UnreadableFileException(
                        source + " holds a revocation list that cannot be used: " + fault.get());
            }
            return new RevocationListFile(der, parsed);
        } catch (MalformedDerException e) {
            throw new UnreadableFileException(
                    source + " holds a revocation list that is not exact DER: " + e.getMessage(), e);
        }
    }

    /** The list in DER. */
    public byte[] der() {
        return der.clone();
    }

    /** A list as PEM text. */
    public static String pem(byte[] der) {
        return "-----BEGIN X509 CRL-----\n"
                + new String(BASE64.encode(der), StandardCharsets.US_ASCII)
                + "\n-----END X509 CRL-----\n";
    }

    /** Who issued it, RFC 4514 text, for people. */
    public String issuer() {
        return parsed.issuer().toString();
    }

    /** From when it counts. */
    public Instant thisUpdate() {
        return parsed.thisUpdate();
    }

    /** Until when it counts; a list that does not say so is never current. */
    public Optional<Instant> nextUpdate() {
        return parsed.nextUpdate();
    }

    /** Its number, which grows from list to list (RFC 5280, 5.2.3). */
    public Optional<BigInteger> number() {
        return parsed.number();
    }

    /** How many certificates of its own issuer it names. */
    public int revoked() {
        return parsed.ownSerials().size();
    }

    /** Whether it carries the name of one of these CAs and the signature of none. */
    public boolean isForgedOf(List<X509Certificate> authorities) {
        boolean named = false;
        for (X509Certificate authority : authorities) {
            try {
                ParsedCertificate certificate = ParsedCertificate.of(authority.getEncoded());
                if (certificate.subject().equals(parsed.issuer())) {
                    named = true;
                    if (parsed.isSignedWith(certificate.key())) {
                        return false;
                    }
                }
            } catch (MalformedDerException | CertificateEncodingException e) {
                continue; // what is no exact certificate has signed nothing
            }
        }
        return named;
    }
}
