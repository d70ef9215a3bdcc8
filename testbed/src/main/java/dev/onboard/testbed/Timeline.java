package dev.onboard.testbed;

import dev.onboard.journal.Event;
import java.util.List;
import java.util.stream.Collectors;

/** Events as the lines of a failure message. */
final class Timeline {
    private Timeline() {}

    static String of(List<Event> events) {
        return events.stream()
                .map(event -> "  " + event.time() + " " + event.stage().word() + " "
                        + event.party().word() + " " + event.outcome().word()
                        + event.endpoint()
                                .map(endpoint -> " '" + endpoint + "'")
                                .orElse("")
                        + event.reason().map(reason -> " " + reason).orElse("")
                        + (event.alert().isPresent() ? " alert " + event.alert().getAsInt() : "")
                        + event.detail().map(detail -> ": " + detail).orElse(""))
                .collect(Collectors.joining("\n", "the journal says:\n", ""));
    }
}
