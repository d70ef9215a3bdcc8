package dev.onboard.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.onboard.account.Service;
import dev.onboard.http.ManagementClient;
import dev.onboard.pki.CredentialFiles;
import dev.onboard.pki.SubjectName;
import dev.onboard.pki.UnreadableFileException;
import dev.onboard.testbed.UsageException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code onboard trust}: the account's trusted certificates. */
@Command(
        name = "trust",
        mixinStandardHelpOptions = true,
        description = "Trusted certificates of a running testbed's account.",
        subcommands = {
            TrustCommand.Add.class,
            TrustCommand.Listing.class,
            TrustCommand.Show.class,
            TrustCommand.Update.class,
            TrustCommand.Activate.class,
            TrustCommand.Deactivate.class,
            TrustCommand.Remove.class,
            TrustCrlCommand.class
        })
final class TrustCommand extends CommandGroup {
    private static final String PATH = "/v3/trusted-certificates/";

    private static Service service(String word) {
        return Service.of(word)
                .orElseThrow(() -> new UsageException("--service '" + word + "' is none; give 'bootstrap' or 'lwm2m'"));
    }

    private static List<X509Certificate> read(Path file) {
        if (!Files.isRegularFile(file)) {
            throw new UsageException(file + " is not a file; give a CA certificate or a chain, PEM or DER");
        }
        try {
            return CredentialFiles.readCertificates(file);
        } catch (UnreadableFileException e) {
            throw new UsageException(String.valueOf(e.getMessage()), e);
        } catch (IOException e) {
            throw new UsageException(file + " cannot be read: " + e.getMessage(), e);
        }
    }

    /** {@code onboard trust add}. */
    @Command(
            name = "add",
            mixinStandardHelpOptions = true,
            description = "Upload a CA certificate, or a chain of them. It counts from the next handshake on.")
    static final class Add extends AccountCommand {
        @Parameters(paramLabel = "FILE", description = "PEM, DER or hex; one certificate or a chain")
        private Path file;

        @Option(names = "--service", required = true, paramLabel = "bootstrap|lwm2m", description = "At which server")
        private String service;

        @Option(names = "--name", paramLabel = "N", description = "Default: the certificate's common name")
        private @Nullable String name;

        @Option(names = "--description", paramLabel = "TEXT", description = "Default: none")
        private @Nullable String description;

        @Option(names = "--inactive", description = "Store it without trusting it yet.")
        private boolean inactive;

        @Option(names = "--enrollment-mode", description = "Admit only devices on the enrolment list.")
        private boolean enrollmentMode;

        @Override
        void run(ManagementClient client, Console console) {
            Service at = service(service);
            List<X509Certificate> chain = read(file);
            ObjectNode body = object().put("name", name(chain))
                    .put("service", at.word())
                    .put("certificate", CredentialFiles.pem(chain))
                    .put("status", inactive ? "INACTIVE" : "ACTIVE")
                    .put("enrollment_mode", enrollmentMode);
            if (description != null) {
                body.put("description", description);
            }
            JsonNode stored = client.call("POST", "/v3/trusted-certificates", body);
            console.say("uploaded " + stored.path("id").asText() + "  "
                    + stored.path("subject").asText() + "  for " + service);
            console.document(stored);
        }

        private String name(List<X509Certificate> chain) {
            if (name != null) {
                return name;
            }
            return SubjectName.commonNames(chain.get(0)).stream()
                    .findFirst()
                    .orElseGet(() -> file.getFileName().toString());
        }
    }

    /** {@code onboard trust list}. */
    @Command(name = "list", mixinStandardHelpOptions = true, description = "All trusted certificates, oldest first.")
    static final class Listing extends ListCommand {
        @Override
        List<JsonNode> entries(ManagementClient client) {
            return client.list("/v3/trusted-certificates", Map.of());
        }

        @Override
        Table table() {
            return Table.of("id", "service", "status", "validity", "name", "subject");
        }

        @Override
        String nothing() {
            return "no trusted certificate; 'onboard trust add FILE --service bootstrap' uploads one";
        }
    }

    /** What concerns one trusted certificate. */
    abstract static class One extends AccountCommand {
        @Parameters(paramLabel = "ID", description = "As 'trust list' shows it")
        private String id;

        String path() {
            return PATH + ManagementClient.encoded(id);
        }

        void change(ManagementClient client, Console console, ObjectNode changes) {
            JsonNode changed = client.call("PUT", path(), changes);
            console.say(
                    changed.path("id").asText() + "  " + changed.path("name").asText() + "  is "
                            + changed.path("status").asText());
            console.document(changed);
        }
    }

    /** {@code onboard trust show}. */
    @Command(name = "show", mixinStandardHelpOptions = true, description = "One trusted certificate.")
    static final class Show extends One {
        @Override
        void run(ManagementClient client, Console console) {
            show(console, client.call("GET", path(), null));
        }
    }

    /** {@code onboard trust update}. */
    @Command(
            name = "update",
            mixinStandardHelpOptions = true,
            description = "Change a trusted certificate; what is not given stays as it is.")
    static final class Update extends One {
        @Option(names = "--name", paramLabel = "N", description = "Its name")
        private @Nullable String name;

        @Option(names = "--description", paramLabel = "TEXT", description = "Its description")
        private @Nullable String description;

        @Option(names = "--service", paramLabel = "bootstrap|lwm2m", description = "At which server it counts")
        private @Nullable String service;

        @Option(names = "--certificate", paramLabel = "FILE", description = "The certificate or chain in its place")
        private @Nullable Path certificate;

        @Option(
                names = "--enrollment-mode",
                negatable = true,
                description = "Admit only devices on the enrolment list, or every device.")
        private @Nullable Boolean enrollmentMode;

        @Override
        void run(ManagementClient client, Console console) {
            ObjectNode changes = object();
            if (name != null) {
                changes.put("name", name);
            }
            if (description != null) {
                changes.put("description", description);
            }
            if (service != null) {
                changes.put("service", service(service).word());
            }
            if (certificate != null) {
                changes.put("certificate", CredentialFiles.pem(read(certificate)));
            }
            if (enrollmentMode != null) {
                changes.put("enrollment_mode", enrollmentMode);
            }
            if (changes.isEmpty()) {
                throw new UsageException("nothing to change; give --name, --description, --service, --certificate or"
                        + " --enrollment-mode");
            }
            change(client, console, changes);
        }
    }

    /** {@code onboard trust activate}. */
    @Command(
            name = "activate",
            mixinStandardHelpOptions = true,
            description = "Trust a certificate from the next handshake on.")
    static final class Activate extends One {
        @Override
        void run(ManagementClient client, Console console) {
            change(client, console, object().put("status", "ACTIVE"));
        }
    }

    /** {@code onboard trust deactivate}. */
    @Command(
            name = "deactivate",
            mixinStandardHelpOptions = true,
            description =
                    "Trust a certificate no longer. Sessions that it admitted are closed, the next handshake fails.")
    static final class Deactivate extends One {
        @Override
        void run(ManagementClient client, Console console) {
            change(client, console, object().put("status", "INACTIVE"));
        }
    }

    /** {@code onboard trust remove}. */
    @Command(
            name = "remove",
            mixinStandardHelpOptions = true,
            description =
                    "Remove a trusted certificate. Sessions that it admitted are closed, the next handshake fails.")
    static final class Remove extends RemoveCommand {
        Remove() {
            super(PATH);
        }
    }
}
