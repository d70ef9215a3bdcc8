package dev.onboard.pki;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
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
        assertThat(CredentialFiles.readPrivateKey(directory.resolve("device.key.der")))
                .isEqualTo(DEVICE.privateKey());
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
}
