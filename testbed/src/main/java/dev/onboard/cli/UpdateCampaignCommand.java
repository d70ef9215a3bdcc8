package dev.onboard.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.onboard.http.ManagementClient;
import dev.onboard.testbed.UsageException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code onboard update campaign}: campaigns of a running testbed's account. */
@Command(
        name = "campaign",
        mixinStandardHelpOptions = true,
        description = "Campaigns that bring firmware to devices.",
        subcommands = {
            UpdateCampaignCommand.Create.class,
            UpdateCampaignCommand.Start.class,
            UpdateCampaignCommand.Stop.class,
            UpdateCampaignCommand.Status.class,
            UpdateCampaignCommand.Listing.class
        })
final class UpdateCampaignCommand extends CommandGroup {
    private static final String CAMPAIGNS = "/v3/update-campaigns";

    private static boolean isStopping(JsonNode campaign) {
        return campaign.path("phase").asText().equals("stopping");
    }

    private static boolean isOver(JsonNode campaign) {
        String phase = campaign.path("phase").asText();
        return phase.equals("stopped") || phase.equals("archived");
    }

    private static String path(String id) {
        return CAMPAIGNS + "/" + ManagementClient.encoded(id);
    }

    /** {@code onboard update campaign create}. */
    @Command(name = "create", mixinStandardHelpOptions = true, description = "Make a campaign, a draft.")
    static final class Create extends AccountCommand {
        @Parameters(paramLabel = "NAME", description = "For people")
        private String name;

        @Option(
                names = "--manifest",
                paramLabel = "FILE|ID",
                required = true,
                description = "What 'update sign' wrote, uploaded; or the id of one that was")
        private String manifest;

        @Option(
                names = "--image",
                paramLabel = "FILE",
                description = "The image, uploaded; not needed when it is in the manifest or was uploaded")
        private @Nullable Path image;

        @Option(
                names = "--filter",
                paramLabel = "F",
                defaultValue = "state__eq=registered",
                description = "Which devices: field__eq=value&…. Default: ${DEFAULT-VALUE}")
        private String filter;

        @Option(
                names = "--delivery",
                paramLabel = "pull|push",
                defaultValue = "pull",
                description = "pull: devices fetch it; push: the server writes it. Default: ${DEFAULT-VALUE}")
        private String delivery;

        @Option(names = "--approval", description = "Somebody must approve it after it is started.")
        private boolean approval;

        @Option(names = "--when", paramLabel = "TIME", description = "When it begins, for example 2026-01-31T12:00:00Z")
        private @Nullable String when;

        @Option(names = "--start", description = "Start it at once.")
        private boolean start;

        @Override
        void run(ManagementClient client, Console console) {
            byte[] octets = image == null ? new byte[0] : InputFile.content("--image", image);
            String id = manifest(client);
            if (image != null) {
                client.upload("/v3/firmware-images", "datafile", name(image), octets);
            }
            ObjectNode wanted = object().put("name", name)
                    .put("root_manifest_id", id)
                    .put("device_filter", filter)
                    .put("delivery", delivery)
                    .put("approval_required", approval);
            if (when != null) {
                wanted.put("when", when);
            }
            JsonNode made = client.call("POST", CAMPAIGNS, wanted);
            String campaign = made.path("id").asText();
            if (start) {
                client.call("POST", path(campaign) + "/start", null);
                made = client.call("GET", path(campaign), null);
            }
            console.say("made " + campaign + ", " + made.path("phase").asText() + next(made, campaign));
            console.document(made);
        }

        private static String next(JsonNode made, String id) {
            if (isOver(made)) {
                return ": " + made.path("autostop_reason").asText();
            }
            String start = "; 'onboard update campaign start " + id + "' ";
            return switch (made.path("phase").asText()) {
                case "draft" -> start + "starts it";
                case "awaiting_approval" -> start + "approves it";
                default -> "; 'onboard update campaign status " + id + " --watch' follows it";
            };
        }

        private static String name(Path file) {
            return String.valueOf(file.getFileName());
        }

        private String manifest(ManagementClient client) {
            Path file = Path.of(manifest);
            if (Files.exists(file)) {
                return client.upload(
                                "/v3/firmware-manifests", "datafile", name(file), InputFile.content("--manifest", file))
                        .path("id")
                        .asText();
            }
            if (client.list("/v3/firmware-manifests", Map.of("id__eq", manifest))
                    .isEmpty()) {
                throw new UsageException(
                        "--manifest '" + manifest + "' is neither a file, such as 'onboard update sign'"
                                + " writes, nor the id of a manifest that was uploaded");
            }
            return manifest;
        }
    }

    private abstract static class One extends AccountCommand {
        @Parameters(paramLabel = "ID", description = "As 'update campaign list' shows it")
        private String id;

        String path() {
            return UpdateCampaignCommand.path(id);
        }

        String id() {
            return id;
        }
    }

    /** {@code onboard update campaign start}. */
    @Command(
            name = "start",
            mixinStandardHelpOptions = true,
            description = "Start a draft, or approve a campaign that awaits it.")
    static final class Start extends One {
        @Override
        void run(ManagementClient client, Console console) {
            if (client.call("GET", path(), null).path("phase").asText().equals("awaiting_approval")) {
                client.call("PUT", path(), object().put("approval_required", false));
            } else {
                client.call("POST", path() + "/start", null);
            }
            JsonNode now = client.call("GET", path(), null);
            console.say(id() + " is " + now.path("phase").asText());
            console.document(now);
        }
    }

    /** {@code onboard update campaign stop}. */
    @Command(
            name = "stop",
            mixinStandardHelpOptions = true,
            description =
                    "Stop it: it sends nothing more, and is stopping until the devices to which it sent the firmware"
                            + " have ended. One that is stopping ends at once.")
    static final class Stop extends One {
        @Override
        void run(ManagementClient client, Console console) {
            client.call("POST", path() + "/stop", null);
            JsonNode now = client.call("GET", path(), null);
            console.say(id() + " is " + now.path("phase").asText()
                    + (isStopping(now)
                            ? " until the devices to which it sent the firmware have ended; the same once more ends it at"
                                    + " once"
                            : ""));
            console.document(now);
        }
    }

    /** {@code onboard update campaign status}. */
    @Command(
            name = "status",
            mixinStandardHelpOptions = true,
            description = "How its devices stand, and why some did not take the firmware.")
    static final class Status extends One {
        @Option(names = "--watch", description = "Follow it until it has stopped.")
        private boolean watch;

        /** Ends following. */
        private static final class Over extends RuntimeException {
            private static final long serialVersionUID = 1;

            Over() {
                super("the campaign has stopped", null, false, false);
            }
        }

        @Override
        void run(ManagementClient client, Console console) {
            if (watch && !isOver(client.call("GET", path(), null))) {
                follow(client, console);
            }
            JsonNode campaign = client.call("GET", path(), null);
            JsonNode metrics = client.call("GET", path() + "/metrics", null);
            List<JsonNode> devices = client.list(path() + "/campaign-device-metadata", Map.of());
            console.say(campaign.path("name").asText() + " (" + id() + ") is "
                    + campaign.path("phase").asText() + ", "
                    + campaign.path("state").asText()
                    + (campaign.path("autostop_reason").asText().isEmpty()
                            ? ""
                            : ": " + campaign.path("autostop_reason").asText()));
            console.say(figures(metrics, campaign));
            for (JsonNode device : devices) {
                if (!device.path("description").asText().isEmpty()) {
                    console.say("  " + device.path("name").asText() + ": "
                            + device.path("description").asText());
                }
            }
            ObjectNode document = object();
            document.set("campaign", campaign);
            document.set("metrics", metrics);
            document.set("devices", Console.json().valueToTree(devices));
            console.document(document);
        }

        private static String figures(JsonNode metrics, JsonNode campaign) {
            int skipped = metrics.path("skipped_count").asInt();
            return metrics.path("success_count").asText() + " of "
                    + (metrics.path("total_count").asInt() - skipped) + " devices run the firmware, "
                    + metrics.path("failed_count").asText() + " do not"
                    + pending(metrics.path("pending_count").asInt(), campaign)
                    + (skipped == 0 ? "" : "; " + skipped + " were skipped");
        }

        private static String pending(int devices, JsonNode campaign) {
            if (!isOver(campaign)) {
                return ", " + devices + " are under way";
            }
            return devices == 0 ? "" : ", " + devices + " had not ended when it stopped";
        }

        /** Every step of the campaign is an event; each is a reason to look. */
        private void follow(ManagementClient client, Console console) {
            String[] last = {""};
            look(client, console, last);
            try {
                client.followEvents(Map.of("stage", "firmware", "after", "0"), event -> {
                    if (!event.path("facts").path("campaign").asText().equals(id())) {
                        return;
                    }
                    if (isOver(look(client, console, last))) {
                        throw new Over();
                    }
                });
            } catch (Over over) {
                console.note("the campaign has stopped");
            }
        }

        private JsonNode look(ManagementClient client, Console console, String[] last) {
            JsonNode campaign = client.call("GET", path(), null);
            String now = campaign.path("phase").asText() + ": "
                    + figures(client.call("GET", path() + "/metrics", null), campaign);
            if (!now.equals(last[0])) {
                console.note(now);
                last[0] = now;
            }
            return campaign;
        }
    }

    /** {@code onboard update campaign list}. */
    @Command(name = "list", mixinStandardHelpOptions = true, description = "All campaigns, oldest first.")
    static final class Listing extends ListCommand {
        @Override
        List<JsonNode> entries(ManagementClient client) {
            return client.list(CAMPAIGNS, Map.of());
        }

        @Override
        Table table() {
            return Table.of("id", "phase", "state", "name", "device_filter");
        }

        @Override
        String nothing() {
            return "no campaign; 'onboard update campaign create NAME --manifest FILE' makes one";
        }
    }
}
