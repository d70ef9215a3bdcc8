package dev.onboard.pki;

import dev.onboard.pki.internal.Der;
import dev.onboard.pki.internal.DerReader;
import dev.onboard.pki.internal.MalformedDerException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.util.Arrays;
import javax.crypto.Cipher;
import javax.crypto.EncryptedPrivateKeyInfo;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;

/** How a private key is written: the one form that an LwM2M device takes (OMA Transport, 5.2.8.3), and others. */
public enum KeyForm {
    /** Unencrypted PKCS#8 of version 1 in DER: what belongs into /0/x/5. */
    PKCS8,
    /** The same as PEM text. */
    PEM,
    /** An EC private key by itself (RFC 5915). */
    SEC1,
    /** OneAsymmetricKey of version 2 (RFC 5958). */
    VERSION_2,
    /** PKCS#8 encrypted with a password. */
    ENCRYPTED,
    /** The first half of what belongs there. */
    TRUNCATED;

    /**
     * The key in this form.
     *
     * @throws IllegalArgumentException when it cannot be written like this
     */
    public byte[] encode(PrivateKey key) {
        byte[] pkcs8 = PrivateKeys.pkcs8(key);
        try {
            return switch (this) {
                case PKCS8 -> pkcs8;
                case PEM -> CredentialFiles.pem(key).getBytes(StandardCharsets.US_ASCII);
                case SEC1 -> octets(pkcs8);
                case VERSION_2 -> versionTwo(pkcs8);
                case ENCRYPTED -> encrypted(pkcs8);
                case TRUNCATED -> Arrays.copyOf(pkcs8, pkcs8.length / 2);
            };
        } catch (MalformedDerException | GeneralSecurityException | IOException e) {
            throw new IllegalArgumentException("the key cannot be written as " + name() + ": " + e.getMessage(), e);
        }
    }

    private static byte[] octets(byte[] pkcs8) throws MalformedDerException {
        DerReader info = DerReader.of(pkcs8).sequence();
        info.integer();
        info.element();
        return info.octets();
    }

    private static byte[] versionTwo(byte[] pkcs8) throws MalformedDerException {
        DerReader info = DerReader.of(pkcs8).sequence();
        info.integer();
        byte[] algorithm = info.element();
        return Der.sequence(Der.integer(1), algorithm, Der.octets(info.octets()));
    }

    private static byte[] encrypted(byte[] pkcs8) throws GeneralSecurityException, IOException {
        String scheme = "PBEWithSHA1AndDESede";
        Cipher cipher = Cipher.getInstance(scheme);
        cipher.init(
                Cipher.ENCRYPT_MODE,
                SecretKeyFactory.getInstance(scheme).generateSecret(new PBEKeySpec("onboard".toCharArray())));
        return new EncryptedPrivateKeyInfo(cipher.getParameters(), cipher.doFinal(pkcs8)).getEncoded();
    }
}
