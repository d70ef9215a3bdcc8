package dev.onboard.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.onboard.http.ManagementClient;
import java.util.List;

/** A list: a table for people, {@code {"data":[…]}} with {@code --json}. */
abstract class ListCommand extends AccountCommand {
    /** What is listed, in its order. */
    abstract List<JsonNode> entries(ManagementClient client);

    /** How it is shown to people. */
    abstract Table table();

    /** What is said when there is nothing, and what to do about it. */
    abstract String nothing();

    @Override
    void run(ManagementClient client, Console console) {
        List<JsonNode> entries = entries(client);
        if (!console.isJson()) {
            if (entries.isEmpty()) {
                console.say(nothing());
            } else {
                table().lines(entries).forEach(console::say);
            }
        }
        ObjectNode document = object();
        ArrayNode data = document.putArray("data");
        entries.forEach(data::add);
        console.document(document);
    }
}
