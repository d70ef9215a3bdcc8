package dev.onboard.manifest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.onboard.pki.CertificateAuthority;
import dev.onboard.pki.CertificateRecipe;
import dev.onboard.pki.Credential;
import dev.onboard.pki.CredentialFiles;
import dev.onboard.pki.internal.DerReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Strangers judge the manifests that are written here, and theirs are read here; nothing of theirs is kept. */
class IndependentToolsTest {
    private static final UpdateTarget TARGET = UpdateTarget.of("Acme", "Meter");
    private static final String MANIFEST_TOOL = System.getProperty("onboard.manifest-tool", "manifest-tool");

    @TempDir
    private Path folder;

    private final Credential signer = CertificateAuthority.selfSigned(
            CertificateRecipe.firmwareSigner("Acme updates"), InstantSource.system(), new SecureRandom());
    private final byte[] image = new byte[5000];

    private record Result(int code, String output) {}

    private Result run(Object... command) throws IOException, InterruptedException {
        List<String> words = new ArrayList<>();
        for (Object word : command) {
            words.add(word.toString());
        }
        Process process = new ProcessBuilder(words)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Result(process.waitFor(), output);
    }

    private void needs(boolean required, String how, Object... command) throws InterruptedException {
        boolean there;
        try {
            there = run(command).code() == 0;
        } catch (IOException e) {
            there = false;
        }
        if (!there && required && "true".equals(System.getenv("CI"))) {
            throw new AssertionError(how);
        }
        assumeTrue(there, how);
    }

    private Path file(String name, byte[] content) throws IOException {
        return Files.write(folder.resolve(name), content);
    }

    private Path certificate() throws IOException {
        Path file = folder.resolve("signer.pem");
        CredentialFiles.writeCertificates(file, List.of(signer.certificate()));
        return file;
    }

    private Path key() throws IOException {
        Path file = folder.resolve("signer.key.pem");
        CredentialFiles.writePrivateKey(file, signer.privateKey());
        return file;
    }

    private void openssl() throws Exception {
        new Random(1).nextBytes(image);
        needs(true, "openssl is not installed: apt-get install openssl", "openssl", "version");
    }

    @ParameterizedTest
    @ValueSource(strings = {"PLATFORM_V1", "PLATFORM_V3"})
    void opensslVerifiesThePlatformsSignatures(String format) throws Exception {
        openssl();
        byte[] octets = SignedManifest.sign(
                        ManifestFormat.valueOf(format),
                        Manifest.of(TARGET, FirmwareVersion.parse("1.2.0"), image)
                                .withUri("coaps://h/1"),
                        List.of(signer),
                        image)
                .encoded();
        DerReader in = DerReader.of(octets).sequence();
        byte[] signed;
        byte[] signature;
        if (format.equals("PLATFORM_V1")) {
            signed = in.element();
            DerReader signatures = in.sequence();
            assertThat(signatures.octets()).isEqualTo(Digests.sha256(signed));
            signature = signatures.sequence().sequence().octets();
        } else {
            in.next();
            signed = in.element();
            signature = dev.onboard.manifest.internal.Es256.der(in.octets());
        }
        Path publicKey = folder.resolve("public.pem");
        Files.writeString(
                publicKey,
                run("openssl", "x509", "-in", certificate(), "-pubkey", "-noout")
                        .output());
        Result verified = run(
                "openssl",
                "dgst",
                "-sha256",
                "-verify",
                publicKey,
                "-signature",
                file("s", signature),
                file("m", signed));
        assertThat(verified.output()).contains("Verified OK");
        assertThat(run("openssl", "asn1parse", "-inform", "DER", "-in", file("all", octets))
                        .code())
                .isZero();
    }

    @Test
    void opensslVerifiesAnImageInCms() throws Exception {
        openssl();
        byte[] octets = SignedManifest.sign(
                        ManifestFormat.CMS,
                        Manifest.of(TARGET, FirmwareVersion.parse("1.2.0"), image),
                        List.of(signer),
                        image)
                .encoded();
        Path out = folder.resolve("out");
        Result verified = run(
                "openssl",
                "cms",
                "-verify",
                "-inform",
                "DER",
                "-in",
                file("p", octets),
                "-binary",
                "-purpose",
                "any",
                "-CAfile",
                certificate(),
                "-partial_chain",
                "-out",
                out);
        assertThat(verified.code()).as(verified.output()).isZero();
        assertThat(out).hasBinaryContent(image);
    }

    /** What OpenSSL signs is read, and refused for what it does not say. */
    @Test
    void anImageThatOpensslSignedSaysTooLittle() throws Exception {
        openssl();
        Path out = folder.resolve("p");
        assertThat(run(
                                "openssl",
                                "cms",
                                "-sign",
                                "-binary",
                                "-nodetach",
                                "-outform",
                                "DER",
                                "-signer",
                                certificate(),
                                "-inkey",
                                key(),
                                "-in",
                                file("i", image),
                                "-out",
                                out)
                        .code())
                .isZero();
        ManifestVerdict verdict = SignedManifest.verify(
                Files.readAllBytes(out),
                UpdateTrust.of(List.of(signer.certificate()), UpdateTrust.Expiry.REFUSED),
                Installed.of(TARGET, 0),
                InstantSource.system().instant());
        assertThat(verdict).isInstanceOfSatisfying(ManifestVerdict.Refused.class, refused -> {
            assertThat(refused.reason()).isEqualTo("unsupported-manifest");
            assertThat(refused.detail()).contains("no firmware package with an identifier and a target");
        });
    }

    private void manifestTool() throws Exception {
        new Random(1).nextBytes(image);
        needs(
                false,
                "the platform's manifest-tool is not here: 'pip install manifest-tool', or name it with"
                        + " -Donboard.manifest-tool=PATH",
                MANIFEST_TOOL,
                "--version");
    }

    private static String hex(java.util.UUID id) {
        return HexFormat.of().formatHex(UpdateTarget.octets(id));
    }

    @ParameterizedTest
    @CsvSource({"create, PLATFORM_V3, 1.2.0", "create-v1, PLATFORM_V1, 1700000000"})
    void theToolsManifestsAreAccepted(String command, ManifestFormat format, String version) throws Exception {
        manifestTool();
        file("image.bin", image);
        Path settings = folder.resolve("settings.yaml");
        Files.writeString(
                settings,
                "vendor:\n  vendor-id: " + hex(TARGET.vendor()) + "\ndevice:\n  class-id: " + hex(TARGET.deviceClass())
                        + "\npriority: 1\npayload:\n  url: https://h/1\n  file-path: image.bin\n  format: raw-binary\n");
        Path out = folder.resolve("made");
        List<Object> words =
                new ArrayList<>(List.of(MANIFEST_TOOL, command, "-c", settings, "-k", key(), "-v", version, "-o", out));
        if (format == ManifestFormat.PLATFORM_V1) {
            words.addAll(List.of(
                    "--update-certificate", file("c.der", signer.certificate().getEncoded())));
        }
        Result made = run(words.toArray());
        assertThat(made.code()).as(made.output()).isZero();
        byte[] octets = Files.readAllBytes(out);
        assertThat(SignedManifest.read(octets).format()).isEqualTo(format);
        ManifestVerdict verdict = SignedManifest.verify(
                octets,
                UpdateTrust.of(List.of(signer.certificate()), UpdateTrust.Expiry.REFUSED),
                Installed.of(TARGET, 0),
                InstantSource.system().instant());
        assertThat(verdict).isInstanceOfSatisfying(ManifestVerdict.Accepted.class, accepted -> {
            assertThat(accepted.manifest().uri()).isEqualTo("https://h/1");
            assertThat(accepted.manifest().versionText()).isEqualTo(version);
            assertThat(accepted.withImage(image)).isEqualTo(accepted);
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"PLATFORM_V1", "PLATFORM_V3"})
    void theToolVerifiesWhatIsSignedHere(String format) throws Exception {
        manifestTool();
        Path made = file(
                "made",
                SignedManifest.sign(
                                ManifestFormat.valueOf(format),
                                Manifest.of(TARGET, FirmwareVersion.parse("1.2.0"), image)
                                        .withUri("https://h/1"),
                                List.of(signer),
                                image)
                        .encoded());
        Result parsed = run(
                MANIFEST_TOOL,
                "parse",
                "--certificate",
                file("c.der", signer.certificate().getEncoded()),
                made);
        assertThat(parsed.code()).as(parsed.output()).isZero();
        assertThat(parsed.output()).contains("Signature verified").contains(hex(TARGET.vendor()));
    }
}
