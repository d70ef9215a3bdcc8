package dev.onboard.http;

import java.util.function.BiConsumer;
import java.util.function.Consumer;

/** Reads the lines of a {@code text/event-stream} (HTML standard, section 9.2.6). Not thread-safe. */
final class EventLines implements Consumer<String> {
    private final BiConsumer<String, String> target;
    private String event = "message";
    private final StringBuilder data = new StringBuilder();

    /** Tells the target the name and the data of each event. */
    EventLines(BiConsumer<String, String> target) {
        this.target = target;
    }

    @Override
    public void accept(String line) {
        if (line.isEmpty()) {
            if (!data.isEmpty()) {
                target.accept(event, data.toString());
            }
            event = "message";
            data.setLength(0);
        } else if (line.startsWith("event:")) {
            event = line.substring(6).strip();
        } else if (line.startsWith("data:")) {
            data.append(data.isEmpty() ? "" : "\n").append(line.substring(5).strip());
        }
    }
}
