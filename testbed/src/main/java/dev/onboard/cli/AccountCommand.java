package dev.onboard.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.onboard.http.ManagementClient;
import dev.onboard.testbed.RunningTestbed;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** What the commands on the account of a running testbed have in common: whom they ask, and for whom they print. */
abstract class AccountCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Option(names = "--json", description = "Print what came of it as one JSON document.")
    private boolean json;

    @Mixin
    private Target target;

    /** The testbed itself, for what its work directory and its files say. */
    final RunningTestbed testbed() {
        return target.testbed();
    }

    @Override
    public Integer call() {
        run(target.client(), Console.of(spec, json));
        return 0;
    }

    /** Does it. Refusals are thrown, with a sentence for a person. */
    abstract void run(ManagementClient client, Console console);

    static ObjectNode object() {
        return Console.json().createObjectNode();
    }

    /** A document for people: its single values, then texts of several lines. */
    static void show(Console console, JsonNode document, String... left) {
        if (!console.isJson()) {
            java.util.Set<String> leftOut = java.util.Set.of(left);
            StringBuilder texts = new StringBuilder();
            document.properties().forEach(member -> {
                JsonNode value = member.getValue();
                String text = value.isValueNode() ? value.asText() : value.toString();
                if (leftOut.contains(member.getKey()) || value.isNull() || value.isEmpty() && value.isContainerNode()) {
                    return;
                }
                if (text.contains("\n")) {
                    texts.append('\n').append(member.getKey()).append(":\n").append(text.strip());
                } else {
                    console.say(String.format(Locale.ROOT, "%-28s %s", member.getKey(), text)
                            .stripTrailing());
                }
            });
            texts.toString().lines().forEach(console::say);
        }
        console.document(document);
    }
}
