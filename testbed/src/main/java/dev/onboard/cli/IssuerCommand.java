package dev.onboard.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.onboard.http.ManagementClient;
import dev.onboard.testbed.IssuerCommands;
import dev.onboard.testbed.UsageException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code onboard issuer}: third-party certificate issuers, and which one signs. */
@Command(
        name = "issuer",
        mixinStandardHelpOptions = true,
        description = "Third-party certificate issuers of a running testbed's account.",
        subcommands = {
            IssuerCommand.Add.class,
            IssuerCommand.AddCommand.class,
            IssuerCommand.Listing.class,
            IssuerCommand.Show.class,
            IssuerCommand.Update.class,
            IssuerCommand.Verify.class,
            IssuerCommand.Activate.class,
            IssuerCommand.Deactivate.class,
            IssuerCommand.Active.class,
            IssuerCommand.Remove.class
        })
final class IssuerCommand extends CommandGroup {
    private static final String PATH = "/v3/certificate-issuers";
    private static final String LWM2M = "/v3/certificate-issuer-configurations/lwm2m";

    /** Secrets come from a file: what stands on a command line is seen by everybody on the machine. */
    private static JsonNode credentials(Path file) {
        try {
            JsonNode document = Console.json().readTree(InputFile.content("--credentials", file));
            if (document != null && document.isObject()) {
                return document;
            }
        } catch (IOException e) {
            throw new UsageException(file + " is not JSON; give an object such as {\"hmac_hex_key\": \"…\"}");
        }
        throw new UsageException(file + " holds no JSON object such as {\"hmac_hex_key\": \"…\"}");
    }

    private static ObjectNode attributes(Map<String, String> given) {
        ObjectNode attributes = AccountCommand.object();
        given.forEach(attributes::put);
        return attributes;
    }

    /** {@code onboard issuer add}. */
    @Command(name = "add", mixinStandardHelpOptions = true, description = "Store a certificate issuer.")
    static final class Add extends AccountCommand {
        @Parameters(paramLabel = "NAME", description = "Unique in the account")
        private String name;

        @Option(
                names = "--type",
                required = true,
                paramLabel = "CFSSL_AUTH|EST|GLOBAL_SIGN",
                description = "What kind of issuer")
        private String type;

        @Option(
                names = "--attribute",
                paramLabel = "NAME=VALUE",
                description = "Such as host_url=https://ca.example; may be repeated")
        private Map<String, String> attributes = Map.of();

        @Option(
                names = "--credentials",
                required = true,
                paramLabel = "FILE",
                description = "A JSON object with the credentials that its type needs")
        private Path credentials;

        @Option(names = "--description", paramLabel = "TEXT", description = "Default: none")
        private @Nullable String description;

        @Override
        void run(ManagementClient client, Console console) {
            ObjectNode body = object().put("name", name)
                    .put("issuer_type", type)
                    .put("description", description == null ? "" : description);
            body.set("issuer_attributes", attributes(attributes));
            body.set("issuer_credentials", credentials(credentials));
            JsonNode stored = client.call("POST", PATH, body);
            console.say("stored " + stored.path("id").asText() + "  " + name);
            console.document(stored);
        }
    }

    /** {@code onboard issuer add-command}: on this machine alone, for whoever says what runs owns the machine. */
    @Command(
            name = "add-command",
            mixinStandardHelpOptions = true,
            description =
                    "Have a program on this machine sign: request on standard input, certificate on standard output."
                            + " It counts from the next 'onboard up' in this work directory on.")
    static final class AddCommand implements Callable<Integer> {
        @Spec
        private CommandSpec spec;

        @Option(names = "--work-dir", required = true, paramLabel = "DIR", description = "The testbed's")
        private Path workDirectory;

        @Parameters(index = "0", paramLabel = "NAME", description = "The issuer's name, 1 to 50 characters")
        private String name;

        @Parameters(
                index = "1..*",
                arity = "1..*",
                paramLabel = "-- PROGRAM [ARGUMENT...]",
                description = "Started without a shell")
        private List<String> command;

        @Override
        public Integer call() {
            if (!Files.isDirectory(workDirectory)) {
                throw new UsageException(workDirectory + " does not exist; start a testbed in it first: 'onboard up"
                        + " --work-dir " + workDirectory + "'");
            }
            if (name.isBlank() || name.length() > 50) {
                throw new UsageException("NAME '" + name + "' is not 1 to 50 characters");
            }
            IssuerCommands.write(workDirectory, name, command);
            Console console = Console.of(spec, false);
            console.say("stored '" + name + "': " + String.join(" ", command));
            console.say("a testbed in this directory makes a certificate issuer of it within a second, or at its next"
                    + " start: 'onboard issuer list' shows it, 'issuer activate' makes it sign");
            return 0;
        }
    }

    /** {@code onboard issuer list}. */
    @Command(name = "list", mixinStandardHelpOptions = true, description = "All certificate issuers, oldest first.")
    static final class Listing extends ListCommand {
        @Override
        List<JsonNode> entries(ManagementClient client) {
            return client.list(PATH, Map.of());
        }

        @Override
        Table table() {
            return Table.of("id", "issuer_type", "name", "description", "health");
        }

        @Override
        String nothing() {
            return "no certificate issuer: the account's own CA signs; 'onboard issuer add' stores one";
        }
    }

    private abstract static class One extends AccountCommand {
        @Parameters(paramLabel = "ID", description = "As 'issuer list' shows it")
        private String id;

        String id() {
            return id;
        }

        String path() {
            return PATH + "/" + ManagementClient.encoded(id);
        }
    }

    /** {@code onboard issuer show}. */
    @Command(
            name = "show",
            mixinStandardHelpOptions = true,
            description = "One certificate issuer, without its credentials.")
    static final class Show extends One {
        @Override
        void run(ManagementClient client, Console console) {
            show(console, client.call("GET", path(), null));
        }
    }

    /** {@code onboard issuer update}. */
    @Command(
            name = "update",
            mixinStandardHelpOptions = true,
            description = "Change a certificate issuer; what is not given stays as it is.")
    static final class Update extends One {
        @Option(names = "--name", paramLabel = "NAME", description = "Its name")
        private @Nullable String name;

        @Option(names = "--description", paramLabel = "TEXT", description = "Its description")
        private @Nullable String description;

        @Option(
                names = "--attribute",
                paramLabel = "NAME=VALUE",
                description = "All of its attributes, one after the other")
        private Map<String, String> attributes = Map.of();

        @Option(names = "--credentials", paramLabel = "FILE", description = "A JSON object with all of its credentials")
        private @Nullable Path credentials;

        @Override
        void run(ManagementClient client, Console console) {
            ObjectNode changes = object();
            if (name != null) {
                changes.put("name", name);
            }
            if (description != null) {
                changes.put("description", description);
            }
            if (!attributes.isEmpty()) {
                changes.set("issuer_attributes", attributes(attributes));
            }
            if (credentials != null) {
                changes.set("issuer_credentials", credentials(credentials));
            }
            if (changes.isEmpty()) {
                throw new UsageException("nothing to change; give --name, --description, --attribute or --credentials");
            }
            JsonNode changed = client.call("PUT", path(), changes);
            console.say("changed " + id());
            console.document(changed);
        }
    }

    /** {@code onboard issuer verify}. */
    @Command(
            name = "verify",
            mixinStandardHelpOptions = true,
            description = "Ask a certificate issuer whether it would sign.")
    static final class Verify extends One {
        @Override
        void run(ManagementClient client, Console console) {
            JsonNode said = client.call("POST", path() + "/verify", null);
            console.say((said.path("successful").asBoolean() ? "yes: " : "no: ")
                    + said.path("message").asText());
            console.document(said);
        }
    }

    private static void say(Console console, JsonNode configuration) {
        console.say(
                configuration.hasNonNull("certificate_issuer_id")
                        ? "LwM2M certificates are signed by "
                                + configuration.path("certificate_issuer_id").asText()
                        : "LwM2M certificates are signed by the account's own CA");
        console.document(configuration);
    }

    /** {@code onboard issuer activate}. */
    @Command(
            name = "activate",
            mixinStandardHelpOptions = true,
            description = "Have a certificate issuer sign LwM2M certificates from now on.")
    static final class Activate extends One {
        @Override
        void run(ManagementClient client, Console console) {
            say(console, client.call("PUT", LWM2M, object().put("certificate_issuer_id", id())));
        }
    }

    /** {@code onboard issuer deactivate}. */
    @Command(
            name = "deactivate",
            mixinStandardHelpOptions = true,
            description = "Have the account's own CA sign LwM2M certificates from now on.")
    static final class Deactivate extends AccountCommand {
        @Override
        void run(ManagementClient client, Console console) {
            say(console, client.call("PUT", LWM2M, object().putNull("certificate_issuer_id")));
        }
    }

    /** {@code onboard issuer active}. */
    @Command(name = "active", mixinStandardHelpOptions = true, description = "Who signs LwM2M certificates.")
    static final class Active extends AccountCommand {
        @Override
        void run(ManagementClient client, Console console) {
            say(console, client.call("GET", LWM2M, null));
        }
    }

    /** {@code onboard issuer remove}. */
    @Command(
            name = "remove",
            mixinStandardHelpOptions = true,
            description = "Remove a certificate issuer that no configuration names.")
    static final class Remove extends RemoveCommand {
        Remove() {
            super(PATH + "/");
        }
    }
}
