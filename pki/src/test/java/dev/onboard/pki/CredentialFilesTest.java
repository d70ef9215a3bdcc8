package dev.onboard.pki;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import dev.onboard.pki.internal.Der;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPrivateKey;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CredentialFilesTest {
    private static final CertificateAuthority ROOT =
            CertificateAuthority.root(CertificateRecipe.ca("Factory Root"), InstantSource.system(), new SecureRandom());
    private static final Credential DEVICE = ROOT.issue(CertificateRecipe.device("meter-7"));

    @TempDir
    Path directory;

    @Test
    void whatIsWrittenIsReadBack() throws Exception {
        CredentialFiles.writeCertificates(directory.resolve("device.cert.pem"), DEVICE.chain());
        CredentialFiles.writePrivateKey(directory.resolve("device.key.pem"), DEVICE.privateKey());

        Credential read = CredentialFiles.readCredential(
                directory.resolve("device.cert.pem"), directory.resolve("device.key.pem"));

        assertThat(read.chain()).isEqualTo(DEVICE.chain());
        assertThat(read.privateKeyPkcs8()).isEqualTo(DEVICE.privateKeyPkcs8());
        assertThat(CredentialFiles.readCertificates(directory.resolve("device.cert.der")))
                .containsExactly(DEVICE.certificate());
        assertThat(((ECPrivateKey) CredentialFiles.readPrivateKey(directory.resolve("device.key.der"))).getS())
                .isEqualTo(((ECPrivateKey) DEVICE.privateKey()).getS());
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(directory.resolve("device.key.der"))))
                .isEqualTo("rw-------");
        try (var files = Files.list(directory)) {
            assertThat(files).hasSize(4);
        }
    }

    @Test
    void aKeyWhereACertificateBelongsIsNamed() throws Exception {
        CredentialFiles.writePrivateKey(directory.resolve("dev.key"), DEVICE.privateKey());

        assertThatThrownBy(() -> CredentialFiles.readCertificates(directory.resolve("dev.key.pem")))
                .isInstanceOf(UnreadableFileException.class)
                .hasMessage(directory.resolve("dev.key.pem") + " holds a private key where a certificate belongs");
    }

    @Test
    void whatCostsMuchToReadIsRefusedAtOnce() {
        assertTimeoutPreemptively(Duration.ofSeconds(20), () -> {
            assertUnreadable(new byte[] {0x30, 5, 0, 0}, "is not exact DER");
            String begins = "-----BEGIN CERTIFICATE-----\n".repeat(300_000);
            assertUnreadable(begins.getBytes(StandardCharsets.US_ASCII), "does not end it");
            byte[] negative = new byte[1 << 18];
            negative[0] = -2;
            byte[] version = Der.tlv(0x02, negative);
            assertUnreadable(
                    Der.sequence(version, Der.sequence(Der.oid("1.2.840.10045.2.1")), Der.octets(new byte[0])), "f");
            byte[] salt = Der.octets(new byte[8]);
            assertUnreadable(
                    Der.sequence(Der.integer(3), Der.sequence(salt), Der.sequence(salt, Der.integer(4_000_000))),
                    "takes 4000000 iterations to open; at most 3000000 are made");
        });
    }

    private static void assertUnreadable(byte[] bytes, String why) {
        assertThatThrownBy(() -> CredentialFiles.read(bytes, "f"))
                .isInstanceOf(UnreadableFileException.class)
                .hasMessageContaining(why);
    }

    @Test
    void hexAndBareBase64AreRead() throws Exception {
        byte[] der = DEVICE.certificate().getEncoded();
        String hex = HexFormat.ofDelimiter(":").formatHex(der);

        assertThat(CredentialFiles.readCertificates(hex.getBytes("US-ASCII"), "hex"))
                .containsExactly(DEVICE.certificate());
        assertThat(CredentialFiles.readCertificates(
                        java.util.Base64.getMimeEncoder().encode(der), "base64"))
                .containsExactly(DEVICE.certificate());
    }

    @Test
    void aForeignKeyIsRefused() {
        Credential other = ROOT.issue(CertificateRecipe.device("meter-8"));

        assertThatThrownBy(() -> Credential.of(other.privateKey(), DEVICE.chain()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("does not belong to the certificate");
    }

    @Test
    void aSec1KeyAndAPkcs12ContainerAreRead() throws Exception {
        ECPrivateKey key = (ECPrivateKey) DEVICE.privateKey();
        byte[] scalar = new byte[32];
        byte[] number = key.getS().toByteArray();
        int length = Math.min(32, number.length);
        System.arraycopy(number, number.length - length, scalar, 32 - length, length);
        byte[] sec1 = Der.sequence(Der.integer(1), Der.octets(scalar), Der.explicit(0, Der.oid("1.2.840.10045.3.1.7")));
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        store.setKeyEntry("device", key, "secret".toCharArray(), DEVICE.chain().toArray(new X509Certificate[0]));
        Path container = directory.resolve("device.p12");
        try (OutputStream out = Files.newOutputStream(container)) {
            store.store(out, "secret".toCharArray());
        }

        assertThat(((ECPrivateKey) CredentialFiles.readPrivateKey(sec1, "sec1")).getS())
                .isEqualTo(key.getS());
        PkiContents contents = CredentialFiles.read(container, "secret".toCharArray());
        assertThat(contents.format()).isEqualTo("PKCS#12");
        assertThat(contents.x509Certificates()).isEqualTo(DEVICE.chain());
        assertThat(contents.privateKey()).isEqualTo(key);
        assertThatThrownBy(() -> CredentialFiles.read(container, "wrong".toCharArray()))
                .isInstanceOf(UnreadableFileException.class)
                .hasMessageContaining("does not open with the password given");
    }

    @Test
    void whatIsNothingIsCalledNothing() throws Exception {
        Files.write(directory.resolve("empty.pem"), new byte[0]);

        assertThatThrownBy(() -> CredentialFiles.read(directory.resolve("empty.pem")))
                .isInstanceOf(UnreadableFileException.class)
                .hasMessageEndingWith("empty.pem is empty; a certificate or a key belongs there");
        assertThatThrownBy(() -> CredentialFiles.read(directory.resolve("absent.pem")))
                .isInstanceOf(UnreadableFileException.class)
                .hasMessageEndingWith("absent.pem does not exist");
        assertThatThrownBy(() -> CredentialFiles.read("hello, world!".getBytes("US-ASCII"), "notes.txt"))
                .isInstanceOf(UnreadableFileException.class)
                .hasMessageStartingWith("notes.txt is neither PEM, DER, PKCS#12, hex nor base64");
    }

    @Test
    void theKeyStaysOutOfTheText() {
        assertThat(DEVICE.toString()).contains("meter-7").doesNotContainIgnoringCase("private");
    }
}
