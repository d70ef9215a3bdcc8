package dev.onboard.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.onboard.factory.DeviceMode;
import dev.onboard.factory.Factory;
import dev.onboard.factory.FactoryFiles;
import dev.onboard.factory.FactoryOrder;
import dev.onboard.pki.CertificateAuthority;
import dev.onboard.pki.Credential;
import dev.onboard.pki.CredentialFiles;
import dev.onboard.pki.KeyAlgorithm;
import dev.onboard.pki.PkiContents;
import dev.onboard.pki.SubjectName;
import dev.onboard.testbed.UsageException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code onboard factory ca}: the CAs that sign devices. */
@Command(
        name = "ca",
        mixinStandardHelpOptions = true,
        description = "The CAs that sign devices: made here, or brought along.",
        subcommands = {FactoryCaCommand.Create.class, FactoryCaCommand.Import.class, FactoryCaCommand.Listing.class})
final class FactoryCaCommand extends CommandGroup {
    private abstract static class Of implements Callable<Integer> {
        @Spec
        private CommandSpec spec;

        @Option(
                names = "--dir",
                paramLabel = "DIR",
                description = "Where the factory is. Default: the newest running testbed's work directory")
        private @Nullable Path directory;

        @Option(names = "--json", description = "Print the CAs as one JSON document.")
        private boolean json;

        final InstantSource clock = InstantSource.system();
        final SecureRandom random = new SecureRandom();

        Path directory() {
            return directory == null ? Running.testbed(null).workDirectory() : directory;
        }

        @Override
        public Integer call() {
            Console console = Console.of(spec, json);
            ObjectNode document = Console.json().createObjectNode();
            try {
                run(console, document.putArray("authorities"));
            } catch (IOException | IllegalArgumentException e) {
                throw InputFile.failure(e);
            }
            console.document(document);
            return 0;
        }

        abstract void run(Console console, ArrayNode authorities) throws IOException;

        static void show(Console console, ArrayNode authorities, DeviceMode mode, FactoryFiles files, Factory factory) {
            for (CertificateAuthority authority : factory.authorities()) {
                String subject = SubjectName.text(authority.certificate());
                String key = authority.certificate().getPublicKey().getAlgorithm();
                console.say(
                        mode.word() + "  " + subject + "  " + authority.chain().size() + " of the chain, until "
                                + authority.certificate().getNotAfter().toInstant());
                authorities
                        .addObject()
                        .put("mode", mode.word())
                        .put("subject", subject)
                        .put("serial", authority.certificate().getSerialNumber().toString(16))
                        .put("key", key)
                        .put("chain", authority.chain().size())
                        .put(
                                "not_after",
                                authority
                                        .certificate()
                                        .getNotAfter()
                                        .toInstant()
                                        .toString())
                        .put("upload", files.root().toString())
                        .put("service", mode.word());
            }
            console.say("to upload: onboard trust add " + files.root() + " --service " + mode.word());
        }
    }

    private abstract static class Mode extends Of {
        @Option(
                names = "--mode",
                paramLabel = "bootstrap|lwm2m",
                defaultValue = "bootstrap",
                description = "For devices of which mode; each mode has a CA of its own. Default: ${DEFAULT-VALUE}")
        private String mode;

        DeviceMode mode() {
            DeviceMode chosen = Modes.ofDevice(mode);
            if (chosen == DeviceMode.DEVELOPER) {
                throw new UsageException("--mode developer needs no CA of the factory: 'onboard developer-certificate"
                        + " create NAME' makes its certificate");
            }
            return chosen;
        }
    }

    /** {@code onboard factory ca create}. */
    @Command(name = "create", mixinStandardHelpOptions = true, description = "Make a root CA and intermediate CAs.")
    static final class Create extends Mode {
        @Option(
                names = "--key",
                paramLabel = "P256|P384",
                defaultValue = "P256",
                description = "Default: ${DEFAULT-VALUE}")
        private String key;

        @Option(
                names = "--intermediates",
                paramLabel = "N",
                defaultValue = "0",
                description = "CAs between the root and the one that signs, at most 4. Default: ${DEFAULT-VALUE}")
        private int intermediates;

        @Override
        void run(Console console, ArrayNode authorities) throws IOException {
            if (intermediates < 0 || intermediates >= FactoryOrder.DEEPEST) {
                throw new UsageException("--intermediates " + intermediates + " cannot be made; give 0 to "
                        + (FactoryOrder.DEEPEST - 1));
            }
            if (!key.equals("P256") && !key.equals("P384")) {
                throw new UsageException("--key '" + key + "' is not P256 or P384");
            }
            FactoryFiles files = FactoryFiles.of(directory(), mode());
            show(
                    console,
                    authorities,
                    mode(),
                    files,
                    files.create(KeyAlgorithm.valueOf(key), intermediates, clock, random));
        }
    }

    /** {@code onboard factory ca import}. */
    @Command(
            name = "import",
            mixinStandardHelpOptions = true,
            description = "Bring a CA along: a PKCS#12 file, or PEM or DER with the chain and the key.")
    static final class Import extends Mode {
        @Parameters(
                paramLabel = "FILE",
                description = "The CA's certificate, then those above it; PKCS#12 with the key")
        private Path file;

        @Option(names = "--key-file", paramLabel = "FILE", description = "Its private key, unless FILE holds it")
        private @Nullable Path keyFile;

        @Option(
                names = "--password-file",
                paramLabel = "FILE",
                description = "The first line is the PKCS#12 password. Default: empty")
        private @Nullable Path passwordFile;

        @Override
        void run(Console console, ArrayNode authorities) throws IOException {
            String password = passwordFile == null
                    ? ""
                    : new String(InputFile.content("--password-file", passwordFile), StandardCharsets.UTF_8)
                            .lines()
                            .findFirst()
                            .orElse("");
            PkiContents contents = CredentialFiles.read(file, password.toCharArray());
            PrivateKey key = keyFile == null ? contents.privateKey() : CredentialFiles.readPrivateKey(keyFile);
            FactoryFiles files = FactoryFiles.of(directory(), mode());
            show(
                    console,
                    authorities,
                    mode(),
                    files,
                    files.take(Credential.of(key, contents.x509Certificates()), clock, random));
        }
    }

    /** {@code onboard factory ca list}. */
    @Command(name = "list", mixinStandardHelpOptions = true, description = "The factory's CAs, by mode.")
    static final class Listing extends Of {
        @Override
        void run(Console console, ArrayNode authorities) throws IOException {
            for (DeviceMode mode : List.of(DeviceMode.BOOTSTRAP, DeviceMode.LWM2M)) {
                FactoryFiles files = FactoryFiles.of(directory(), mode);
                if (files.exist()) {
                    show(console, authorities, mode, files, files.read(clock, random));
                }
            }
            if (authorities.isEmpty()) {
                console.say("no CA yet; 'onboard factory ca create' or 'factory make' makes one");
            }
        }
    }
}
