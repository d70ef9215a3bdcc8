package dev.onboard.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.onboard.http.ManagementClient;
import dev.onboard.testbed.UsageException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code onboard developer-certificate}: certificates that up to 100 devices share during development. */
@Command(
        name = "developer-certificate",
        mixinStandardHelpOptions = true,
        description = "Developer certificates of a running testbed's account.",
        subcommands = {
            DeveloperCertificateCommand.Create.class,
            DeveloperCertificateCommand.Listing.class,
            DeveloperCertificateCommand.Show.class,
            DeveloperCertificateCommand.Download.class,
            DeveloperCertificateCommand.Remove.class
        })
final class DeveloperCertificateCommand extends CommandGroup {
    /** {@code onboard developer-certificate create}. */
    @Command(name = "create", mixinStandardHelpOptions = true, description = "Make a developer certificate.")
    static final class Create extends AccountCommand {
        @Parameters(paramLabel = "NAME", description = "Unique among trusted certificates")
        private String name;

        @Option(names = "--description", paramLabel = "TEXT", description = "Default: none")
        private @Nullable String description;

        @Override
        void run(ManagementClient client, Console console) {
            JsonNode made = client.call(
                    "POST",
                    "/v3/developer-certificates",
                    object().put("name", name).put("description", description == null ? "" : description));
            console.say("made " + made.path("id").asText() + "; 'onboard developer-certificate download "
                    + made.path("id").asText() + "' gives its C file");
            console.document(made);
        }
    }

    /** {@code onboard developer-certificate list}. */
    @Command(name = "list", mixinStandardHelpOptions = true, description = "All developer certificates, oldest first.")
    static final class Listing extends ListCommand {
        @Override
        List<JsonNode> entries(ManagementClient client) {
            return client.list("/v3/trusted-certificates", Map.of("device_execution_mode__eq", "1"));
        }

        @Override
        Table table() {
            return Table.of("id", "status", "validity", "name", "description");
        }

        @Override
        String nothing() {
            return "no developer certificate; 'onboard developer-certificate create NAME' makes one";
        }
    }

    private abstract static class One extends AccountCommand {
        @Parameters(paramLabel = "ID", description = "As 'developer-certificate list' shows it")
        private String id;

        JsonNode read(ManagementClient client) {
            return client.call("GET", "/v3/developer-certificates/" + ManagementClient.encoded(id), null);
        }
    }

    /** {@code onboard developer-certificate show}. */
    @Command(
            name = "show",
            mixinStandardHelpOptions = true,
            description = "One developer certificate; with --json its private key too.")
    static final class Show extends One {
        @Override
        void run(ManagementClient client, Console console) {
            show(console, read(client), "developer_private_key", "security_file_content");
        }
    }

    /** {@code onboard developer-certificate download}. */
    @Command(
            name = "download",
            mixinStandardHelpOptions = true,
            description = "The C file for a device's firmware. It holds the private key.")
    static final class Download extends One {
        @Option(names = "--out", paramLabel = "FILE", description = "Written with mode 0600. Default: standard output")
        private @Nullable Path file;

        @Override
        void run(ManagementClient client, Console console) {
            JsonNode developer = read(client);
            String text = developer.path("security_file_content").asText();
            if (file == null) {
                text.lines().forEach(console::say);
            } else {
                write(file, text);
                console.say("written " + file);
            }
            console.document(developer);
        }

        private static void write(Path file, String text) {
            try {
                Files.deleteIfExists(file);
                try (var channel = Files.newByteChannel(
                        file,
                        Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))) {
                    channel.write(java.nio.ByteBuffer.wrap(text.getBytes(java.nio.charset.StandardCharsets.UTF_8)));
                }
            } catch (IOException e) {
                throw new UsageException(file + " cannot be written: " + e, e);
            }
        }
    }

    /** {@code onboard developer-certificate remove}. */
    @Command(
            name = "remove",
            mixinStandardHelpOptions = true,
            description = "Remove a developer certificate. Its devices' bootstrap sessions are closed.")
    static final class Remove extends RemoveCommand {
        Remove() {
            super("/v3/trusted-certificates/");
        }
    }
}
