package dev.onboard.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.onboard.http.ManagementClient;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code onboard device}: simulated devices, and the devices of a running testbed. */
@Command(
        name = "device",
        mixinStandardHelpOptions = true,
        description = "Run simulated devices; look at and manage the devices of a running testbed.",
        subcommands = {
            DeviceRunCommand.class,
            DeviceCommand.Listing.class,
            DeviceCommand.Show.class,
            DeviceCommand.Read.class,
            DeviceCommand.Write.class,
            DeviceCommand.Observe.class,
            DeviceCommand.Execute.class
        })
final class DeviceCommand implements Runnable {
    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(
                spec.commandLine(), "which? 'device run', 'list', 'show', 'read', 'write', 'observe' or 'execute'");
    }

    /** {@code onboard device list}. */
    @Command(name = "list", mixinStandardHelpOptions = true, description = "All devices of the account.")
    static final class Listing implements Callable<Integer> {
        @Spec
        private CommandSpec spec;

        @Option(names = "--json", description = "Print them as one JSON document.")
        private boolean json;

        @Mixin
        private Target target;

        @Override
        public Integer call() {
            Console console = Console.of(spec, json);
            List<JsonNode> devices = target.client().devices(Map.of());
            if (!console.isJson()) {
                if (devices.isEmpty()) {
                    console.say("no device yet; a device is known from its first admission on");
                } else {
                    console.say(row("ENDPOINT", "STATE", "ID", "UPDATED"));
                }
                devices.forEach(device -> console.say(row(
                        device.path("endpoint_name").asText(),
                        device.path("state").asText(),
                        device.path("id").asText(),
                        device.path("updated_at").asText())));
            }
            ArrayNode data = Console.json().createArrayNode();
            devices.forEach(data::add);
            console.document(Console.json().createObjectNode().set("data", data));
            return 0;
        }

        private static String row(String... cells) {
            return String.format(Locale.ROOT, "%-32s %-16s %-34s %s", (Object[]) cells)
                    .stripTrailing();
        }
    }

    /** {@code onboard device show}. */
    @Command(
            name = "show",
            mixinStandardHelpOptions = true,
            description = "One device: its state in the account, and its last events on all sides.")
    static final class Show implements Callable<Integer> {
        private static final String MOST_EVENTS = "1000";

        @Spec
        private CommandSpec spec;

        @Parameters(paramLabel = "EP", description = "Endpoint name")
        private String endpoint;

        @Option(names = "--json", description = "Print it as one JSON document.")
        private boolean json;

        @Mixin
        private Target target;

        @Override
        public Integer call() {
            Console console = Console.of(spec, json);
            ManagementClient client = target.client();
            List<JsonNode> events = client.events(Map.of("endpoint", endpoint, "limit", MOST_EVENTS));
            JsonNode device = events.isEmpty() ? client.device(endpoint) : deviceOrNothing(client);
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
                console.say("");
                events.forEach(event -> console.say(EventText.line(event)));
            }
            ObjectNode document = Console.json().createObjectNode();
            document.set("device", device);
            ArrayNode list = document.putArray("events");
            events.forEach(list::add);
            console.document(document);
            return 0;
        }

        /** A device that was refused before its admission has events and no place in the directory. */
        private JsonNode deviceOrNothing(ManagementClient client) {
            List<JsonNode> found = client.devices(Map.of("endpoint_name__eq", endpoint));
            return found.isEmpty() ? Console.json().createObjectNode().put("endpoint_name", endpoint) : found.get(0);
        }
    }

    /** What the operations on a resource have in common. */
    abstract static class Operation implements Callable<Integer> {
        @Spec
        CommandSpec spec;

        @Parameters(index = "0", paramLabel = "EP", description = "Endpoint name")
        String endpoint;

        @Parameters(index = "1", paramLabel = "PATH", description = "LwM2M path, such as /3/0/0")
        String path;

        @Option(names = "--json", description = "Print the answer as JSON.")
        boolean json;

        @Mixin
        Target target;
    }

    /** {@code onboard device read}. */
    @Command(name = "read", mixinStandardHelpOptions = true, description = "Read an object, an instance or a resource.")
    static final class Read extends Operation {
        @Override
        public Integer call() {
            Console console = Console.of(spec, json);
            JsonNode answer = target.client().read(endpoint, path);
            if (!console.isJson()) {
                JsonNode value = answer.path("value");
                console.say(value.isValueNode() ? value.asText() : value.toPrettyString());
            }
            console.document(answer);
            return 0;
        }
    }

    /** {@code onboard device write}. */
    @Command(name = "write", mixinStandardHelpOptions = true, description = "Write a resource.")
    static final class Write extends Operation {
        @Parameters(index = "2", paramLabel = "VALUE", description = "Read as the resource's type asks")
        private String value;

        @Override
        public Integer call() {
            Console console = Console.of(spec, json);
            target.client().write(endpoint, path, TextNode.valueOf(value));
            console.say("written");
            console.document(Console.json().createObjectNode().put("path", path).put("written", value));
            return 0;
        }
    }

    /** {@code onboard device execute}. */
    @Command(name = "execute", mixinStandardHelpOptions = true, description = "Execute a resource.")
    static final class Execute extends Operation {
        @Override
        public Integer call() {
            Console console = Console.of(spec, json);
            target.client().execute(endpoint, path, "");
            console.say("executed");
            console.document(Console.json().createObjectNode().put("executed", path));
            return 0;
        }
    }

    /** {@code onboard device observe}. */
    @Command(
            name = "observe",
            mixinStandardHelpOptions = true,
            description = "Observe an object, an instance or a resource until Ctrl-C.")
    static final class Observe extends Operation {
        @Override
        public Integer call() {
            Console console = Console.of(spec, json);
            target.client().observe(endpoint, path, answer -> {
                if (console.isJson()) {
                    console.line(answer);
                } else {
                    JsonNode value = answer.path("value");
                    console.say(value.isValueNode() ? value.asText() : value.toString());
                }
            });
            return 0;
        }
    }
}
