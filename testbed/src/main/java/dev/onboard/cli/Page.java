package dev.onboard.cli;

import dev.onboard.testbed.Testbed;
import java.io.IOException;
import java.net.URI;
import picocli.CommandLine.Option;

/** Says where the page is, and opens it in a browser when that is asked for. */
final class Page {
    @Option(names = "--open", description = "Open the page in this desktop's browser.")
    private boolean open;

    void tell(Testbed testbed, Console console) {
        URI link = testbed.pageLink();
        console.say("page              " + link + "  (with the API key; good once)");
        if (open) {
            try {
                new ProcessBuilder(opener(), link.toString())
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .start();
            } catch (IOException e) {
                console.note("onboard: no browser could be opened (" + e.getMessage() + "); open the address yourself");
            }
        }
    }

    private static String opener() {
        return System.getProperty("os.name", "").startsWith("Mac") ? "open" : "xdg-open";
    }
}
