package dev.onboard.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.onboard.http.ManagementClient;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code onboard device}: simulated devices, and the devices of a running testbed. */
@Command(
        name = "device",
        mixinStandardHelpOptions = true,
        description = "Run simulated devices; look at and manage the devices of a running testbed.",
        subcommands = {
            DeviceRunCommand.class,
            DeviceReportCommand.class,
            DeviceCommand.Listing.class,
            DeviceCommand.Show.class,
            DeviceCommand.Read.class,
            DeviceCommand.Write.class,
            DeviceCommand.Observe.class,
            DeviceCommand.Execute.class,
            DeviceRenewCommand.class,
            DeviceAdmin.Suspend.class,
            DeviceAdmin.Resume.class,
            DeviceAdmin.Release.class,
            DeviceAdmin.Rename.class,
            DeviceAdmin.Remove.class
        })
final class DeviceCommand extends CommandGroup {
    /** {@code onboard device list}. */
    @Command(name = "list", mixinStandardHelpOptions = true, description = "All devices of the account.")
    static final class Listing extends ListCommand {
        @Option(names = "--state", paramLabel = "STATE", description = "Such as registered. Default: every state")
        private @Nullable String state;

        @Override
        List<JsonNode> entries(ManagementClient client) {
            return client.devices(state == null ? Map.of() : Map.of("state__eq", state));
        }

        @Override
        Table table() {
            return Table.of("endpoint_name", "state", "id", "updated_at");
        }

        @Override
        String nothing() {
            return "no device yet; a device is known from its first admission on";
        }
    }

    /** {@code onboard device show}. */
    @Command(
            name = "show",
            mixinStandardHelpOptions = true,
            description = "One device: its state in the account, and its last events on all sides.")
    static final class Show extends AccountCommand {
        private static final String MOST_EVENTS = "1000";

        @Parameters(paramLabel = "EP", description = "Endpoint name")
        private String endpoint;

        @Option(
                names = "--capture",
                paramLabel = "FILE",
                description =
                        "Cut what it sent and received out of the testbed's capture ('up --capture') into this file.")
        private @Nullable Path capture;

        @Override
        void run(ManagementClient client, Console console) {
            List<JsonNode> events = client.events(Map.of("endpoint", endpoint, "limit", MOST_EVENTS));
            JsonNode device = events.isEmpty() ? client.device(endpoint) : deviceOrNothing(client);
            JsonNode registrations = client.registrations(endpoint);
            if (!console.isJson()) {
                for (String field : List.of(
                        "endpoint_name",
                        "state",
                        "id",
                        "ca_id",
                        "device_key",
                        "bootstrapped_timestamp",
                        "updated_at")) {
                    if (device.hasNonNull(field)) {
                        console.say(String.format(
                                Locale.ROOT,
                                "%-24s %s",
                                field,
                                device.get(field).asText()));
                    }
                }
                registrations.forEach(each -> console.say(String.format(
                        Locale.ROOT,
                        "%-24s %s since %s",
                        "registered_with",
                        each.path("server_uri").asText(),
                        each.path("registered_at").asText() + queueMode(each.path("queue_mode")))));
                console.say("");
                events.forEach(event -> console.say(EventText.line(event)));
            }
            if (capture != null) {
                DeviceCapture.cut(testbed(), endpoint, events, capture, console);
            }
            ObjectNode document = Console.json().createObjectNode();
            document.set("device", device);
            document.set("registrations", registrations);
            ArrayNode list = document.putArray("events");
            events.forEach(list::add);
            console.document(document);
        }

        private static String queueMode(JsonNode mode) {
            String waiting = mode.path("waiting").asInt() == 0
                    ? ""
                    : ", " + mode.path("waiting").asInt() + " operations wait until it wakes";
            return mode.isMissingNode()
                    ? ""
                    : mode.hasNonNull("asleep_since")
                            ? ", asleep since " + mode.path("asleep_since").asText() + waiting
                            : ", in queue mode and awake";
        }

        /** A device that was refused before its admission has events and no place in the directory. */
        private JsonNode deviceOrNothing(ManagementClient client) {
            List<JsonNode> found = client.devices(Map.of("endpoint_name__eq", endpoint));
            return found.isEmpty() ? Console.json().createObjectNode().put("endpoint_name", endpoint) : found.get(0);
        }
    }

    /** What the operations on a resource have in common. */
    abstract static class Operation extends AccountCommand {
        @Parameters(index = "0", paramLabel = "EP", description = "Endpoint name")
        String endpoint;

        @Parameters(index = "1", paramLabel = "PATH", description = "LwM2M path, such as /3/0/0")
        String path;

        @Option(
                names = "--server",
                paramLabel = "ID|URI",
                description = "By which LwM2M server, where there are two: its short server id, 1 or 2, or its URI."
                        + " Default: the first")
        private @Nullable String server;

        abstract void operate(ManagementClient client, Console console);

        @Override
        void run(ManagementClient client, Console console) {
            operate(server == null ? client : client.by(server), console);
        }
    }

    /** {@code onboard device read}. */
    @Command(name = "read", mixinStandardHelpOptions = true, description = "Read an object, an instance or a resource.")
    static final class Read extends Operation {
        @Override
        void operate(ManagementClient client, Console console) {
            JsonNode answer = client.read(endpoint, path);
            if (!console.isJson()) {
                JsonNode value = answer.path("value");
                console.say(value.isValueNode() ? value.asText() : value.toPrettyString());
            }
            console.document(answer);
        }
    }

    /** {@code onboard device write}. */
    @Command(name = "write", mixinStandardHelpOptions = true, description = "Write a resource.")
    static final class Write extends Operation {
        @Parameters(index = "2", paramLabel = "VALUE", description = "Read as the resource's type asks")
        private String value;

        @Override
        void operate(ManagementClient client, Console console) {
            client.write(endpoint, path, TextNode.valueOf(value));
            console.say("written");
            console.document(Console.json().createObjectNode().put("path", path).put("written", value));
        }
    }

    /** {@code onboard device execute}. */
    @Command(name = "execute", mixinStandardHelpOptions = true, description = "Execute a resource.")
    static final class Execute extends Operation {
        @Override
        void operate(ManagementClient client, Console console) {
            client.execute(endpoint, path, "");
            console.say("executed");
            console.document(Console.json().createObjectNode().put("executed", path));
        }
    }

    /** {@code onboard device observe}. */
    @Command(
            name = "observe",
            mixinStandardHelpOptions = true,
            description = "Observe an object, an instance or a resource until Ctrl-C.")
    static final class Observe extends Operation {
        @Override
        void operate(ManagementClient client, Console console) {
            client.observe(endpoint, path, answer -> {
                if (console.isJson()) {
                    console.line(answer);
                } else {
                    JsonNode value = answer.path("value");
                    console.say(value.isValueNode() ? value.asText() : value.toString());
                }
            });
        }
    }
}
