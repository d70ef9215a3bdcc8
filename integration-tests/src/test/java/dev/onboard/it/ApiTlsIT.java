package dev.onboard.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.onboard.pki.CertificateAuthority;
import dev.onboard.pki.CertificateRecipe;
import dev.onboard.pki.Credential;
import dev.onboard.pki.CredentialFiles;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The management port over HTTPS: by the testbed's own CA, which is good for its hosts and nothing else, or with given files. */
class ApiTlsIT {
    @TempDir
    Path folder;

    private Cli cli;

    @BeforeEach
    void start() throws Exception {
        cli = new Cli(Cli.folder(folder, "home"));
    }

    @AfterEach
    void stop() throws Exception {
        cli.close();
    }

    private static String key(Path work) throws Exception {
        return Files.readString(work.resolve("api-key")).strip();
    }

    @Test
    void theTestbedsOwnCaIsFoundInTheWorkDirectoryOrGiven() throws Exception {
        Path work = folder.resolve("work");
        Cli.Up up = cli.up(work, 0, 0, "--api-tls");
        String address = up.endpoints().path("management_uri").asText();
        Path ca = work.resolve("ca/api-root.cert.pem");
        assertThat(address).startsWith("https://localhost:");
        assertThat(up.endpoints().path("management_ca").asText()).isEqualTo("ca/api-root.cert.pem");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(work.resolve("ca/api-root.key.pem"))))
                .isEqualTo("rw-------");

        Cli.Result found = cli.run("device", "list", "--work-dir", work, "--json");
        assertThat(found.exitCode()).as(found.err()).isZero();
        Cli.Result given =
                cli.run("device", "list", "--api", address, "--api-key", key(work), "--api-ca", ca, "--json");
        assertThat(given.exitCode()).as(given.err()).isZero();
        assertThat(given.json().path("data").isArray()).isTrue();

        Cli.Result untrusted = cli.run("device", "list", "--api", address, "--api-key", key(work));
        assertThat(untrusted.exitCode()).isEqualTo(1);
        assertThat(untrusted.err())
                .contains("the certificate of " + address + " is not trusted")
                .contains("--api-ca");
        Cli.Result wrongKey =
                cli.run("device", "list", "--api", address, "--api-key", "ak_0000000000000000", "--api-ca", ca);
        assertThat(wrongKey.exitCode()).isEqualTo(2);
        assertThat(wrongKey.err()).contains("the API key is not one of this account");
        Cli.Result noKey = cli.run("device", "list", "--api", address, "--api-ca", ca);
        assertThat(noKey.exitCode()).isEqualTo(2);
        assertThat(noKey.err()).contains("give --api-key or set ONBOARD_API_KEY");

        byte[] before = Files.readAllBytes(ca);
        up.stop();
        cli.up(work, 0, 0, "--api-tls").stop();
        assertThat(Files.readAllBytes(ca)).as("the CA outlives a restart").isEqualTo(before);
    }

    /** OpenSSL is asked whether the CA can do harm, should its key be lost. */
    @Test
    void theTestbedsOwnCaIsGoodForItsHostsAlone() throws Exception {
        String openssl = Tool.need("openssl", "openssl");
        Path work = folder.resolve("work");
        Cli.Up up = cli.up(work, 0, 0, "--api-tls", "--host", "bed.example");
        Path ca = work.resolve("ca/api-root.cert.pem");
        Tool.Result asked = Tool.run(
                "",
                openssl,
                "s_client",
                "-connect",
                "127.0.0.1:" + up.port("management_uri"),
                "-CAfile",
                ca,
                "-verify_return_error",
                "-verify_hostname",
                "bed.example");
        assertThat(asked.output()).contains("Verify return code: 0 (ok)");

        CertificateAuthority stolen = CertificateAuthority.of(
                CredentialFiles.readCredential(ca, work.resolve("ca/api-root.key.pem")), Servers.CLOCK, Servers.RANDOM);
        assertThat(verified(openssl, ca, stolen.issue(CertificateRecipe.server("bed.example"))))
                .contains(": OK");
        assertThat(verified(openssl, ca, stolen.issue(CertificateRecipe.server("bank.example"))))
                .contains("permitted subtree violation");
        assertThat(verified(openssl, ca, stolen.issue(CertificateRecipe.server("192.0.2.7"))))
                .contains("permitted subtree violation");
    }

    private String verified(String openssl, Path ca, Credential server) throws Exception {
        Path file = folder.resolve("leaf.pem");
        CredentialFiles.writeCertificates(file, List.of(server.certificate()));
        return Tool.run("", openssl, "verify", "-CAfile", ca, file).output();
    }

    @Test
    void givenFilesAreUsedAndBeyondLoopbackThereIsNoHttp() throws Exception {
        CertificateAuthority authority = Servers.ca("My CA");
        Credential server = authority.issue(CertificateRecipe.server("localhost"));
        Path certificate = folder.resolve("server.pem");
        Path key = folder.resolve("key.pem");
        Path ca = folder.resolve("my-ca.pem");
        CredentialFiles.writeCertificates(certificate, List.of(server.certificate()));
        CredentialFiles.writePrivateKey(key, server.privateKey());
        CredentialFiles.writeCertificates(ca, List.of(authority.certificate()));
        Path work = folder.resolve("work");
        Cli.Up up = cli.up(
                work,
                0,
                0,
                "--bind",
                "0.0.0.0",
                "--host",
                "bed.example",
                "--api-cert",
                certificate,
                "--api-key-file",
                key);
        assertThat(up.endpoints().path("management_uri").asText()).startsWith("https://bed.example:");
        assertThat(up.endpoints().has("management_ca")).isFalse();
        String address = "https://localhost:" + up.port("management_uri");
        Cli.Result list = cli.run("device", "list", "--api", address, "--api-key", key(work), "--api-ca", ca);
        assertThat(list.exitCode()).as(list.err()).isZero();

        assertRefused("--bind 0.0.0.0 needs --api-tls", "--bind", "0.0.0.0", "--host", "bed.example");
        assertRefused("--bind 0.0.0.0 needs --host", "--bind", "0.0.0.0", "--api-tls");
        assertRefused("--api-cert and --api-key-file belong together", "--api-cert", certificate);
        assertRefused("none.pem is not a file", "--api-cert", folder.resolve("none.pem"), "--api-key-file", key);
        assertRefused(
                "a private key that does not belong to the first certificate", "--api-cert", ca, "--api-key-file", key);
    }

    private void assertRefused(String message, Object... options) throws Exception {
        Object[] arguments = new Object[options.length + 3];
        arguments[0] = "up";
        arguments[1] = "--work-dir";
        arguments[2] = folder.resolve("refused");
        System.arraycopy(options, 0, arguments, 3, options.length);
        Cli.Result result = cli.run(arguments);
        assertThat(result.exitCode()).as(result.err()).isEqualTo(2);
        assertThat(result.err()).contains(message).doesNotContain("Exception");
    }
}
