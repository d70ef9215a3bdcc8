package dev.onboard.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.onboard.http.ManagementClient;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** What an operator does to one device of the account, by its endpoint name. */
abstract class DeviceAdmin extends AccountCommand {
    @Parameters(index = "0", paramLabel = "EP", description = "Endpoint name")
    private String endpoint;

    /** Does it to this device; {@code path} is that of its document. */
    abstract void run(ManagementClient client, Console console, JsonNode device, String path);

    @Override
    void run(ManagementClient client, Console console) {
        JsonNode device = client.device(endpoint);
        run(client, console, device, "/v3/devices/" + device.path("id").asText());
    }

    private static void done(ManagementClient client, Console console, String path, String what) {
        JsonNode device = client.call("GET", path, null);
        console.say(device.path("endpoint_name").asText() + " " + what);
        console.document(device);
    }

    /** {@code onboard device suspend}. */
    @Command(
            name = "suspend",
            mixinStandardHelpOptions = true,
            description = "Refuse a device from its next handshake on, until it is resumed.")
    static final class Suspend extends DeviceAdmin {
        @Option(names = "--category", paramLabel = "WORD", defaultValue = "", description = "Such as maintenance")
        private String category;

        @Option(names = "--description", paramLabel = "TEXT", defaultValue = "", description = "Why")
        private String description;

        @Override
        void run(ManagementClient client, Console console, JsonNode device, String path) {
            client.call(
                    "POST",
                    path + "/suspend",
                    object().put("category", category).put("description", description));
            done(client, console, path, "is suspended");
        }
    }

    /** {@code onboard device resume}. */
    @Command(name = "resume", mixinStandardHelpOptions = true, description = "End a device's suspension.")
    static final class Resume extends DeviceAdmin {
        @Override
        void run(ManagementClient client, Console console, JsonNode device, String path) {
            client.call("POST", path + "/resume", object());
            done(client, console, path, "is resumed");
        }
    }

    /** {@code onboard device release}. */
    @Command(
            name = "release",
            mixinStandardHelpOptions = true,
            description = "Let the next claimant own the endpoint name: after a device was exchanged.")
    static final class Release extends DeviceAdmin {
        @Override
        void run(ManagementClient client, Console console, JsonNode device, String path) {
            client.release(device.path("endpoint_name").asText());
            done(client, console, path, "is released: the next identity that comes with this name owns it");
        }
    }

    /** {@code onboard device rename}. */
    @Command(
            name = "rename",
            mixinStandardHelpOptions = true,
            description = "Give a device another display name; its endpoint name stays.")
    static final class Rename extends DeviceAdmin {
        @Parameters(index = "1", paramLabel = "NAME", description = "The display name")
        private String name;

        @Override
        void run(ManagementClient client, Console console, JsonNode device, String path) {
            client.call("PUT", path, object().put("name", name));
            done(client, console, path, "is called '" + name + "'");
        }
    }

    /** {@code onboard device remove}. */
    @Command(
            name = "remove",
            mixinStandardHelpOptions = true,
            description = "Forget a device; its certificates are good for nothing any more.")
    static final class Remove extends DeviceAdmin {
        @Override
        void run(ManagementClient client, Console console, JsonNode device, String path) {
            client.call("DELETE", path, null);
            console.say("removed " + device.path("endpoint_name").asText());
            console.document(
                    object().put("removed", device.path("endpoint_name").asText()));
        }
    }
}
