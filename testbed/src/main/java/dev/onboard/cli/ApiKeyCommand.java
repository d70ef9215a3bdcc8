package dev.onboard.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.onboard.http.ManagementClient;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code onboard api-key}: keys of the management port. */
@Command(
        name = "api-key",
        mixinStandardHelpOptions = true,
        description = "API keys of a running testbed's account, besides the one in its work directory.",
        subcommands = {
            ApiKeyCommand.Create.class,
            ApiKeyCommand.Listing.class,
            ApiKeyCommand.Show.class,
            ApiKeyCommand.Remove.class
        })
final class ApiKeyCommand extends CommandGroup {
    private static final String PATH = "/v3/api-keys";

    /** {@code onboard api-key create}. */
    @Command(name = "create", mixinStandardHelpOptions = true, description = "Make an API key. It is shown this once.")
    static final class Create extends AccountCommand {
        @Parameters(paramLabel = "NAME", description = "What it is for")
        private String name;

        @Option(names = "--read-only", description = "A key that changes nothing")
        private boolean readOnly;

        @Override
        void run(ManagementClient client, Console console) {
            JsonNode made = client.call(
                    "POST", PATH, object().put("name", name).put("access", readOnly ? "read-only" : "full"));
            console.say(made.path("key").asText());
            console.note("keep it: it is not shown again. Its id is "
                    + made.path("id").asText());
            console.document(made);
        }
    }

    /** {@code onboard api-key list}. */
    @Command(name = "list", mixinStandardHelpOptions = true, description = "All API keys, without the keys.")
    static final class Listing extends ListCommand {
        @Override
        List<JsonNode> entries(ManagementClient client) {
            return client.list(PATH, Map.of());
        }

        @Override
        Table table() {
            return Table.of("id", "access", "created_at", "name");
        }

        @Override
        String nothing() {
            return "no API key besides the one in the work directory; 'onboard api-key create NAME' makes one";
        }
    }

    /** {@code onboard api-key show}. */
    @Command(name = "show", mixinStandardHelpOptions = true, description = "One API key, without the key.")
    static final class Show extends AccountCommand {
        @Parameters(paramLabel = "ID", description = "As 'api-key list' shows it")
        private String id;

        @Override
        void run(ManagementClient client, Console console) {
            show(console, client.call("GET", PATH + "/" + ManagementClient.encoded(id), null));
        }
    }

    /** {@code onboard api-key remove}. */
    @Command(name = "remove", mixinStandardHelpOptions = true, description = "Revoke an API key.")
    static final class Remove extends RemoveCommand {
        Remove() {
            super(PATH + "/");
        }
    }
}
