package dev.onboard.pki;

import static org.assertj.core.api.Assertions.assertThat;

import java.security.SecureRandom;
import java.time.Instant;
import java.time.InstantSource;
import org.junit.jupiter.api.Test;

class CertificateTextTest {
    private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");
    private final CertificateAuthority root = CertificateAuthority.root(
            CertificateRecipe.ca("Factory Root").withPathLength(2), InstantSource.fixed(NOW), new SecureRandom());

    @Test
    void aServerIsDescribed() {
        Credential server = root.issue(CertificateRecipe.server("localhost"));

        assertThat(CertificateText.lines(server.certificate(), NOW))
                .contains(
                        "subject: CN=localhost",
                        "issuer: CN=Factory Root",
                        "valid: 2026-03-01T11:55:00Z to 2028-02-29T12:00:00Z (ends in 730 days)",
                        "key: EC P-256",
                        "signed with: SHA256withECDSA",
                        "key usage: digitalSignature",
                        "extended key usage: serverAuth, clientAuth",
                        "names: DNS:localhost",
                        "SHA-256: " + Fingerprint.sha256(server.certificate()));
    }

    @Test
    void aRootIsItsOwnIssuer() {
        assertThat(CertificateText.lines(root.certificate(), NOW))
                .contains("issuer: itself", "CA: yes, at most 2 CAs below it", "key usage: keyCertSign, cRLSign");
    }

    @Test
    void whatIsNoCertificateIsCalledSo() {
        assertThat(CertificateText.lines(new byte[] {0x30, 1}, NOW))
                .containsExactly("unreadable: 2 octets that are not an exact DER certificate: "
                        + "the element at octet 0 claims 1 octets and has 0");
    }
}
