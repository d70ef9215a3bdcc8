package dev.onboard.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.onboard.http.ManagementClient;
import dev.onboard.pki.CredentialFiles;
import dev.onboard.pki.Fingerprint;
import dev.onboard.testbed.UsageException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code onboard enrollment}: the devices that a CA in enrolment mode admits. */
@Command(
        name = "enrollment",
        mixinStandardHelpOptions = true,
        description = "The enrolment list of a running testbed's account.",
        subcommands = {
            EnrollmentCommand.Add.class,
            EnrollmentCommand.Listing.class,
            EnrollmentCommand.Remove.class,
            EnrollmentCommand.Upload.class,
            EnrollmentCommand.Delete.class,
            EnrollmentCommand.Denials.class
        })
final class EnrollmentCommand extends CommandGroup {
    private static final String PATH = "/v3/device-enrollments";

    /** {@code onboard enrollment add}. */
    @Command(name = "add", mixinStandardHelpOptions = true, description = "Put a device on the enrolment list.")
    static final class Add extends AccountCommand {
        @Parameters(
                arity = "0..1",
                paramLabel = "A-…",
                description = "'A-' and the SHA-256 of the device's factory certificate, with colons")
        private @Nullable String identity;

        @Option(names = "--certificate", paramLabel = "FILE", description = "The factory certificate, in its place")
        private @Nullable Path certificate;

        @Override
        void run(ManagementClient client, Console console) {
            JsonNode added = client.call("POST", PATH, object().put("enrollment_identity", identity()));
            console.say("added " + added.path("id").asText() + "  "
                    + added.path("enrollment_identity").asText());
            console.document(added);
        }

        private String identity() {
            if (identity != null && certificate == null) {
                return identity;
            }
            if (identity != null || certificate == null) {
                throw new UsageException("give either the identity 'A-…' or --certificate FILE");
            }
            try {
                return Fingerprint.enrollmentIdentity(
                        CredentialFiles.readCertificates(certificate).get(0));
            } catch (IOException e) {
                throw new UsageException(certificate + " cannot be read: " + e.getMessage(), e);
            }
        }
    }

    /** {@code onboard enrollment list}. */
    @Command(name = "list", mixinStandardHelpOptions = true, description = "The enrolment list, oldest first.")
    static final class Listing extends ListCommand {
        @Override
        List<JsonNode> entries(ManagementClient client) {
            return client.list(PATH, Map.of());
        }

        @Override
        Table table() {
            return Table.of("id", "enrollment_identity", "enrolled_device_id", "claimed_at");
        }

        @Override
        String nothing() {
            return "no device on the enrolment list; 'onboard enrollment add A-…' puts one there";
        }
    }

    /** {@code onboard enrollment remove}. */
    @Command(name = "remove", mixinStandardHelpOptions = true, description = "Take a device off the enrolment list.")
    static final class Remove extends RemoveCommand {
        Remove() {
            super(PATH + "/");
        }
    }

    private abstract static class Bulk extends AccountCommand {
        private final String path;

        @Parameters(paramLabel = "CSV", description = "The identity is in the first column; a heading is skipped")
        private Path file;

        Bulk(String path) {
            this.path = path;
        }

        @Override
        void run(ManagementClient client, Console console) {
            JsonNode job = client.upload(path, "enrollment_identities", InputFile.content(file));
            console.say(job.path("processed_count").asText() + " processed, "
                    + job.path("errors_count").asText() + " refused");
            if (job.path("errors_count").asInt() > 0) {
                console.say(
                        "what became of each: " + job.path("full_report_file").asText());
            }
            console.document(job);
        }
    }

    /** {@code onboard enrollment upload}. */
    @Command(
            name = "upload",
            mixinStandardHelpOptions = true,
            description = "Put every device of a file on the enrolment list.")
    static final class Upload extends Bulk {
        Upload() {
            super("/v3/device-enrollments-bulk-uploads");
        }
    }

    /** {@code onboard enrollment delete}. */
    @Command(
            name = "delete",
            mixinStandardHelpOptions = true,
            description = "Take every device of a file off the enrolment list.")
    static final class Delete extends Bulk {
        Delete() {
            super("/v3/device-enrollments-bulk-deletes");
        }
    }

    /** {@code onboard enrollment denials}. */
    @Command(
            name = "denials",
            mixinStandardHelpOptions = true,
            description = "Devices that a CA in enrolment mode refused, because they are not on the list.")
    static final class Denials extends ListCommand {
        @Option(
                names = "--trusted",
                required = true,
                paramLabel = "ID",
                description = "The trusted certificate, as 'trust list' shows it")
        private String trusted;

        @Override
        List<JsonNode> entries(ManagementClient client) {
            return client.list("/v3/device-enrollment-denials", Map.of("trusted_certificate_id__eq", trusted));
        }

        @Override
        Table table() {
            return Table.of("created_at", "endpoint_name", "id");
        }

        @Override
        String nothing() {
            return "nobody was refused for not being on the list";
        }
    }
}
