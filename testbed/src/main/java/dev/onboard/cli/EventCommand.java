package dev.onboard.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.onboard.http.ManagementClient;
import dev.onboard.testbed.UsageException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code onboard event}: the journal of a running testbed. */
@Command(
        name = "event",
        mixinStandardHelpOptions = true,
        description = "The journal of a running testbed: every step of every device, on every side.",
        subcommands = {EventCommand.Listing.class, EventCommand.Show.class, EventCommand.Follow.class})
final class EventCommand extends CommandGroup {
    /** Which events. */
    static final class Wanted {
        @Option(names = "--endpoint", paramLabel = "EP", description = "Of this device")
        private @Nullable String endpoint;

        @Option(names = "--stage", paramLabel = "STAGE", description = "Such as bootstrap-handshake")
        private @Nullable String stage;

        @Option(names = "--party", paramLabel = "PARTY", description = "Such as bootstrap-server")
        private @Nullable String party;

        @Option(names = "--outcome", paramLabel = "ok|refused|failed", description = "That ended so")
        private @Nullable String outcome;

        @Option(names = "--reason", paramLabel = "REASON", description = "Such as unknown-ca")
        private @Nullable String reason;

        @Option(names = "--after", paramLabel = "ID", description = "After this one")
        private @Nullable Long after;

        Map<String, String> conditions() {
            Map<String, String> conditions = new LinkedHashMap<>();
            put(conditions, "endpoint", endpoint);
            put(conditions, "stage", stage);
            put(conditions, "party", party);
            put(conditions, "outcome", outcome);
            put(conditions, "reason", reason);
            put(conditions, "after", after);
            return conditions;
        }

        private static void put(Map<String, String> conditions, String name, @Nullable Object value) {
            if (value != null) {
                conditions.put(name, value.toString());
            }
        }
    }

    private static String line(JsonNode event) {
        return event.path("id").asText() + "  " + event.path("endpoint").asText("-") + "  " + EventText.line(event);
    }

    /** {@code onboard event list}. */
    @Command(name = "list", mixinStandardHelpOptions = true, description = "Events so far, oldest first.")
    static final class Listing extends AccountCommand {
        @Mixin
        private Wanted wanted;

        @Option(
                names = "--limit",
                paramLabel = "N",
                defaultValue = "1000",
                description = "At most so many, 10000 at most. Default: ${DEFAULT-VALUE}")
        private int limit;

        @Override
        void run(ManagementClient client, Console console) {
            Map<String, String> conditions = wanted.conditions();
            conditions.put("limit", Integer.toString(limit));
            List<JsonNode> events = client.events(conditions);
            if (!console.isJson()) {
                events.forEach(event -> console.say(line(event)));
                if (events.isEmpty()) {
                    console.say("no such event");
                }
            }
            ObjectNode document = object();
            ArrayNode data = document.putArray("data");
            events.forEach(data::add);
            console.document(document);
        }
    }

    /** {@code onboard event show}. */
    @Command(name = "show", mixinStandardHelpOptions = true, description = "One event with all its facts.")
    static final class Show extends AccountCommand {
        @Parameters(paramLabel = "ID", description = "As 'event list' shows it")
        private long id;

        @Override
        void run(ManagementClient client, Console console) {
            JsonNode event = client.events(Map.of("after", Long.toString(id - 1), "limit", "1")).stream()
                    .filter(found -> found.path("id").asLong() == id)
                    .findFirst()
                    .orElseThrow(() -> new UsageException("there is no event " + id));
            if (!console.isJson()) {
                show(console, event, "facts");
                event.path("facts")
                        .properties()
                        .forEach(fact -> console.say(String.format(
                                java.util.Locale.ROOT,
                                "  %-26s %s",
                                fact.getKey(),
                                fact.getValue().asText())));
            }
            console.document(event);
        }
    }

    /** {@code onboard event follow}. */
    @Command(
            name = "follow",
            mixinStandardHelpOptions = true,
            description = "Events as they come, until Ctrl-C; with --json one object a line.")
    static final class Follow extends AccountCommand {
        @Mixin
        private Wanted wanted;

        @Override
        void run(ManagementClient client, Console console) {
            client.followEvents(wanted.conditions(), event -> {
                if (console.isJson()) {
                    console.line(event);
                } else {
                    console.say(line(event));
                }
            });
        }
    }
}
