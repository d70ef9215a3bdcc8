package dev.onboard.pki;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A stranger judges what is issued here. */
class OpensslTest {
    private final CertificateAuthority root =
            CertificateAuthority.root(CertificateRecipe.ca("Factory Root"), InstantSource.system(), new SecureRandom());
    private final CertificateAuthority line =
            root.subordinate(CertificateRecipe.ca("Line 1").withPathLength(0));

    @TempDir
    Path directory;

    private record Result(int code, String output) {}

    @BeforeEach
    void opensslIsThere() throws Exception {
        boolean there;
        try {
            there = run("openssl", "version").code() == 0;
        } catch (IOException e) {
            there = false;
        }
        assumeTrue(there, "openssl is not installed: apt-get install openssl");
        CredentialFiles.writeCertificates(directory.resolve("root"), List.of(root.certificate()));
        CredentialFiles.writeCertificates(directory.resolve("line"), List.of(line.certificate()));
    }

    @Test
    void devicesAndServersAreValidByTheLetter() throws Exception {
        verify("sslclient", line.issue(CertificateRecipe.device("meter-7").withOrganizationalUnit("account")));
        verify("sslserver", line.issue(CertificateRecipe.server("localhost")));
        verify("sslclient", line.issue(CertificateRecipe.device("gerät-7").withKey(KeyAlgorithm.P384)));
    }

    @Test
    void aRevokedDeviceIsRevoked() throws Exception {
        Credential device = root.issue(CertificateRecipe.device("meter-7"));
        CredentialFiles.writeCertificates(directory.resolve("device"), List.of(device.certificate()));
        Instant now = Instant.now();
        byte[] list = root.sign(RevocationList.of(1, now.minusSeconds(60), now.plusSeconds(3600))
                .withRevoked(
                        device.certificate().getSerialNumber(),
                        now.minusSeconds(30),
                        RevocationList.Cause.KEY_COMPROMISE));
        Files.writeString(
                directory.resolve("list.pem"),
                "-----BEGIN X509 CRL-----\n" + Base64.getMimeEncoder().encodeToString(list)
                        + "\n-----END X509 CRL-----\n",
                StandardCharsets.US_ASCII);

        Result result = run(
                "openssl",
                "verify",
                "-crl_check",
                "-CAfile",
                file("root.pem"),
                "-CRLfile",
                file("list.pem"),
                file("device.pem"));

        assertThat(result.output()).contains("certificate revoked");
    }

    private void verify(String purpose, Credential credential) throws Exception {
        List<X509Certificate> leaf = List.of(credential.certificate());
        CredentialFiles.writeCertificates(directory.resolve("leaf"), leaf);

        Result result = run(
                "openssl",
                "verify",
                "-x509_strict",
                "-purpose",
                purpose,
                "-CAfile",
                file("root.pem"),
                "-untrusted",
                file("line.pem"),
                file("leaf.pem"));

        assertThat(result.output()).endsWith("leaf.pem: OK");
    }

    private String file(String name) {
        return directory.resolve(name).toString();
    }

    private static Result run(String... command) throws IOException, InterruptedException {
        List<String> words = new ArrayList<>(List.of(command));
        Process process = new ProcessBuilder(words).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Result(process.waitFor(), output.strip());
    }
}
