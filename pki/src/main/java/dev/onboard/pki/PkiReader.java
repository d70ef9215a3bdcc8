package dev.onboard.pki;

import dev.onboard.pki.internal.DerReader;
import dev.onboard.pki.internal.MalformedDerException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.UnrecoverableKeyException;
import java.security.cert.Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Finds certificates, private keys and revocation lists in bytes without being told how they are written: PEM (with text
 * around it), DER (one or several in a row), PKCS#12, hex and bare base64; keys as PKCS#8, SEC1 or PKCS#1.
 */
final class PkiReader {
    private static final String DASHES = "-----";
    private static final String BEGIN = "-----BEGIN ";
    private static final Pattern LABEL = Pattern.compile("[A-Z0-9 ]+");
    private static final int LONGEST_LABEL = 64;
    private static final Pattern HEX = Pattern.compile("(?:0x)?[0-9A-Fa-f:\\s]+");
    private static final Pattern BASE64 = Pattern.compile("[A-Za-z0-9+/=\\s]+");
    private static final int LARGEST = 16 * 1024 * 1024;
    private static final int MOST_KEYS = 4;

    private final String source;
    private final char[] password;
    private final List<byte[]> certificates = new ArrayList<>();
    private final List<PrivateKey> keys = new ArrayList<>();
    private final List<byte[]> crls = new ArrayList<>();

    private PkiReader(String source, char[] password) {
        this.source = source;
        this.password = password;
    }

    static PkiContents read(byte[] bytes, String source, char[] password) throws UnreadableFileException {
        PkiReader reader = new PkiReader(source, password);
        String format = reader.take(bytes);
        return new PkiContents(source, format, reader.certificates, reader.keys, reader.crls);
    }

    private String take(byte[] bytes) throws UnreadableFileException {
        if (bytes.length == 0) {
            throw new UnreadableFileException(source + " is empty; a certificate or a key belongs there");
        }
        if (bytes.length > LARGEST) {
            throw new UnreadableFileException(
                    source + " has " + bytes.length + " octets; certificates and keys have at most " + LARGEST);
        }
        if (bytes[0] == 0x30) {
            return takeDer(bytes);
        }
        String text = new String(bytes, StandardCharsets.ISO_8859_1);
        if (text.contains(BEGIN)) {
            takePem(text);
            return "PEM";
        }
        if (HEX.matcher(text).matches()) {
            String digits = text.replaceFirst("^0x", "").replaceAll("[:\\s]", "");
            if (digits.length() % 2 == 0 && digits.startsWith("30")) {
                takeDer(HexFormat.of().parseHex(digits));
                return "hex";
            }
        }
        if (BASE64.matcher(text).matches()) {
            try {
                byte[] decoded = Base64.getMimeDecoder().decode(text.strip());
                if (decoded.length > 0 && decoded[0] == 0x30) {
                    takeDer(decoded);
                    return "base64";
                }
            } catch (IllegalArgumentException e) {
                throw unrecognised(e);
            }
        }
        throw unrecognised(new IllegalArgumentException("begins with octet " + (bytes[0] & 0xff)));
    }

    private UnreadableFileException unrecognised(Exception cause) {
        return new UnreadableFileException(
                source + " is neither PEM, DER, PKCS#12, hex nor base64; write the certificate or key in one of these",
                cause);
    }

    private void takePem(String text) throws UnreadableFileException {
        int found = 0;
        int begin = text.indexOf(BEGIN);
        while (begin >= 0) {
            int label = begin + BEGIN.length();
            int body = text.indexOf(DASHES, label);
            if (body > 0
                    && !LABEL.matcher(text.substring(label, Math.min(body, label + LONGEST_LABEL)))
                            .matches()) {
                begin = text.indexOf(BEGIN, label);
                continue;
            }
            // a block goes on to the next dashes, which must be its end: so each octet is looked at once
            int end = body < 0 ? -1 : text.indexOf(DASHES, body + DASHES.length());
            if (end < 0) {
                throw unfinished();
            }
            String name = text.substring(label, body);
            if (!text.startsWith("-----END " + name + DASHES, end)) {
                throw unfinished();
            }
            takeBlock(name, decode(name, text.substring(body + DASHES.length(), end)));
            found++;
            begin = text.indexOf(BEGIN, end);
        }
        if (found == 0) {
            throw unfinished();
        }
    }

    private UnreadableFileException unfinished() {
        return new UnreadableFileException(source + " begins a PEM block and does not end it; it seems cut off");
    }

    private void takeBlock(String label, byte[] der) throws UnreadableFileException {
        switch (label) {
            case "CERTIFICATE", "X509 CERTIFICATE", "TRUSTED CERTIFICATE" -> certificates.add(der);
            case "X509 CRL" -> crls.add(der);
            case "PRIVATE KEY" -> keys.add(key(Encoding.PKCS8, der));
            case "EC PRIVATE KEY" -> keys.add(key(Encoding.SEC1, der));
            case "RSA PRIVATE KEY" -> keys.add(key(Encoding.PKCS1, der));
            case "EC PARAMETERS", "PUBLIC KEY" -> {} // stands beside a key, says nothing of its own
            case "ENCRYPTED PRIVATE KEY" ->
                throw new UnreadableFileException(
                        source + " holds an encrypted private key; decrypt it first: openssl pkey -in … -out …");
            case "CERTIFICATE REQUEST", "NEW CERTIFICATE REQUEST" ->
                throw new UnreadableFileException(
                        source + " holds a certificate request where a certificate belongs; have a CA sign it");
            default ->
                throw new UnreadableFileException(source + " holds a PEM block '" + label
                        + "'; a certificate, key or revocation list belongs there");
        }
    }

    private byte[] decode(String label, String body) throws UnreadableFileException {
        if (body.contains("Proc-Type: 4,ENCRYPTED")) {
            throw new UnreadableFileException(
                    source + " holds an encrypted private key; decrypt it first: openssl pkey -in … -out …");
        }
        try {
            return Base64.getDecoder().decode(body.replaceAll("\\s", ""));
        } catch (IllegalArgumentException e) {
            throw new UnreadableFileException(
                    source + " holds a PEM block '" + label + "' that is not base64: " + e.getMessage(), e);
        }
    }

    private enum Encoding {
        PKCS8,
        SEC1,
        PKCS1
    }

    private PrivateKey key(Encoding encoding, byte[] der) throws UnreadableFileException {
        try {
            return switch (encoding) {
                case PKCS8 -> PrivateKeys.fromPkcs8(der);
                case SEC1 -> PrivateKeys.fromSec1(der);
                case PKCS1 -> PrivateKeys.fromPkcs1(der);
            };
        } catch (GeneralSecurityException | MalformedDerException e) {
            throw new UnreadableFileException(
                    source + " holds a private key that cannot be read as " + encoding + ": " + e.getMessage(), e);
        }
    }

    private String takeDer(byte[] bytes) throws UnreadableFileException {
        DerReader all = DerReader.of(bytes);
        String format = "DER";
        while (all.hasNext()) {
            byte[] element;
            try {
                element = all.element();
            } catch (MalformedDerException e) {
                if (certificates.isEmpty() && keys.isEmpty() && crls.isEmpty()) {
                    // kept as it is: an evaluation says what is wrong with it
                    if (bytes.length > 4 && (bytes[4] == 0x30 || bytes[3] == 0x30 || bytes[2] == 0x30)) {
                        certificates.add(bytes);
                        return format;
                    }
                    throw new UnreadableFileException(source + " is not exact DER: " + e.getMessage(), e);
                }
                // garbage after the last one belongs to it, so that an evaluation sees it
                if (!certificates.isEmpty()) {
                    byte[] last = certificates.remove(certificates.size() - 1);
                    int from = all.position();
                    byte[] rest = java.util.Arrays.copyOfRange(bytes, Math.min(from, bytes.length), bytes.length);
                    byte[] joined = java.util.Arrays.copyOf(last, last.length + rest.length);
                    System.arraycopy(rest, 0, joined, last.length, rest.length);
                    certificates.add(joined);
                    return format;
                }
                throw new UnreadableFileException(source + " goes on after its end: " + e.getMessage(), e);
            }
            if (takeElement(element)) {
                format = "PKCS#12";
            }
        }
        return format;
    }

    /** Sorts one DER element by its shape; true when it was a PKCS#12 container. */
    private boolean takeElement(byte[] element) throws UnreadableFileException {
        try {
            DerReader content = DerReader.of(element).sequence();
            if (content.isNext(0x02)) {
                java.math.BigInteger version = content.integer();
                int next = content.nextTag();
                if (version.intValue() == 3 && next == 0x30) {
                    takePkcs12(element);
                    return true;
                }
                keys.add(
                        next == 0x04
                                ? key(Encoding.SEC1, element)
                                : next == 0x30 ? key(Encoding.PKCS8, element) : key(Encoding.PKCS1, element));
                return false;
            }
            DerReader first = content.sequence();
            if (first.isNext(0x06)) {
                throw new UnreadableFileException(
                        source + " holds a public key or an encrypted key where a certificate or key belongs");
            }
            if (isCrl(first)) {
                crls.add(element);
            } else {
                certificates.add(element);
            }
            return false;
        } catch (MalformedDerException e) {
            throw new UnreadableFileException(
                    source + " holds DER that is neither certificate, key nor revocation list: " + e.getMessage(), e);
        }
    }

    /** A TBSCertList has a time where a TBSCertificate has the sequence of its two times. */
    private static boolean isCrl(DerReader tbs) throws MalformedDerException {
        if (tbs.isNext(0xa0)) {
            return false;
        }
        if (tbs.isNext(0x02)) {
            tbs.next();
        }
        if (!tbs.isNext(0x30)) {
            return false;
        }
        tbs.next();
        if (!tbs.isNext(0x30)) {
            return false;
        }
        tbs.next();
        return tbs.isNext(0x17) || tbs.isNext(0x18);
    }

    private void takePkcs12(byte[] element) throws UnreadableFileException {
        try {
            long iterations = Pkcs12Cost.iterations(element);
            if (iterations > Pkcs12Cost.MOST) {
                throw new UnreadableFileException(source + " is a PKCS#12 container that takes " + iterations
                        + " iterations to open; at most " + Pkcs12Cost.MOST + " are made: write it again with fewer");
            }
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(new ByteArrayInputStream(element), password);
            for (String alias : Collections.list(store.aliases())) {
                Certificate[] chain = store.getCertificateChain(alias);
                Certificate single = store.getCertificate(alias);
                for (Certificate certificate :
                        chain != null ? chain : single != null ? new Certificate[] {single} : new Certificate[0]) {
                    certificates.add(certificate.getEncoded());
                }
                if (store.isKeyEntry(alias) && keys.size() == MOST_KEYS) {
                    // each may take iterations of its own
                    throw new UnreadableFileException(source + " is a PKCS#12 container with more than " + MOST_KEYS
                            + " private keys; one belongs there");
                }
                Key key = store.getKey(alias, password);
                if (key instanceof PrivateKey privateKey) {
                    keys.add(privateKey);
                }
            }
        } catch (UnreadableFileException e) {
            throw e;
        } catch (GeneralSecurityException | IOException e) {
            String sentence =
                    source + " is a PKCS#12 container that does not open with the password given: " + e.getMessage();
            throw e.getCause() instanceof UnrecoverableKeyException
                    ? new WrongPasswordException(sentence, e)
                    : new UnreadableFileException(sentence, e);
        }
    }
}
