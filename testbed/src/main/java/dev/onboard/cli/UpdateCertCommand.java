package dev.onboard.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.onboard.pki.CertificateAuthority;
import dev.onboard.pki.CertificateRecipe;
import dev.onboard.pki.Credential;
import dev.onboard.pki.CredentialFiles;
import dev.onboard.pki.Fingerprint;
import dev.onboard.testbed.UsageException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code onboard update cert}: update authenticity certificates and their keys. */
@Command(
        name = "cert",
        mixinStandardHelpOptions = true,
        description = "Update authenticity certificates: whose signature devices accept on firmware.",
        subcommands = UpdateCertCommand.Create.class)
final class UpdateCertCommand extends CommandGroup {
    /** {@code onboard update cert create}. */
    @Command(
            name = "create",
            mixinStandardHelpOptions = true,
            description = "Make a P-256 key and its self-signed certificate (digitalSignature, codeSigning):"
                    + " update-auth.key.pem (0600) and update-auth.cert.pem.")
    static final class Create implements Callable<Integer> {
        private static final int DAYS = 7305;

        @Spec
        private CommandSpec spec;

        @Option(
                names = "--out",
                paramLabel = "DIR",
                description = "Where to. Default: update/ in the work directory of the newest running testbed")
        private @Nullable Path out;

        @Option(
                names = "--name",
                paramLabel = "CN",
                defaultValue = "Onboard update authenticity",
                description = "Default: ${DEFAULT-VALUE}")
        private String name;

        @Option(
                names = "--days",
                paramLabel = "N",
                defaultValue = "" + DAYS,
                description = "How long it is valid. Default: ${DEFAULT-VALUE}, 20 years")
        private int days;

        @Option(names = "--json", description = "Print what was made as one JSON document.")
        private boolean json;

        @Override
        public Integer call() {
            Console console = Console.of(spec, json);
            if (days < 1) {
                throw new UsageException("--days " + days + " is no time; give 1 or more");
            }
            Path directory =
                    out == null ? Running.directory("say where with --out DIR").resolve("update") : out;
            Path certificate = directory.resolve("update-auth.cert.pem");
            Path key = directory.resolve("update-auth.key.pem");
            if (Files.exists(certificate) || Files.exists(key)) {
                throw new UsageException(directory + " has an update authenticity certificate already; devices in the"
                        + " field came with it. Give another directory with --out, and let 'update sign --trust-next'"
                        + " bring the new certificate to devices");
            }
            Credential made = CertificateAuthority.selfSigned(
                    CertificateRecipe.firmwareSigner(name).withValidity(Duration.ofDays(days)),
                    InstantSource.system(),
                    new SecureRandom());
            try {
                Files.createDirectories(
                        directory, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
                CredentialFiles.writePrivateKey(key, made.privateKey());
                CredentialFiles.writeCertificates(certificate, List.of(made.certificate()));
            } catch (IOException e) {
                throw new UsageException("nothing can be written to " + directory + ": " + e.getMessage(), e);
            }
            console.say("made " + certificate + " and " + key);
            ObjectNode document = Console.json()
                    .createObjectNode()
                    .put("certificate", certificate.toString())
                    .put("key", key.toString())
                    .put("fingerprint", Fingerprint.sha256(made.certificate()))
                    .put(
                            "expires_at",
                            made.certificate().getNotAfter().toInstant().toString());
            console.document(document);
            return 0;
        }
    }
}
