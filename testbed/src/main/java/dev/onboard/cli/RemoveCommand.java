package dev.onboard.cli;

import dev.onboard.http.ManagementClient;
import picocli.CommandLine.Parameters;

/** Removes something that is known by its id. */
abstract class RemoveCommand extends AccountCommand {
    private final String path;

    @Parameters(paramLabel = "ID", description = "As 'list' shows it")
    private String id;

    /** What stands under this path, which ends with a slash. */
    RemoveCommand(String path) {
        this.path = path;
    }

    @Override
    void run(ManagementClient client, Console console) {
        client.call("DELETE", path + ManagementClient.encoded(id), null);
        console.say("removed " + id);
        console.document(object().put("removed", id));
    }
}
