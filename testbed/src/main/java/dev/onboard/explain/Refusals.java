package dev.onboard.explain;

import dev.onboard.journal.Event;
import dev.onboard.journal.Outcome;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** What a journal says about refusals: each side's words about one thing that went wrong. Immutable. */
public final class Refusals {
    private static final Duration TOGETHER = Duration.ofSeconds(10);

    private final List<Event> events;

    private Refusals(List<Event> events) {
        this.events = events;
    }

    /** Among these events, oldest first. */
    public static Refusals of(List<Event> events) {
        return new Refusals(List.copyOf(events));
    }

    /** The event with this number. */
    public Optional<Event> event(long id) {
        return events.stream().filter(event -> event.id() == id).findFirst();
    }

    /** How many events there are. */
    public int size() {
        return events.size();
    }

    /** Every event of a device, oldest first. */
    public List<Event> ofDevice(String endpoint) {
        return events.stream()
                .filter(event -> event.endpoint().equals(Optional.of(endpoint)))
                .toList();
    }

    /** The server's last event about a handshake with this peer address, {@code host:port}. */
    public Optional<Event> ofPeer(String peer) {
        return events.stream()
                .filter(event -> peer.equals(event.facts().get("peer")))
                .reduce((first, second) -> second);
    }

    /** Whether an event only repeats what the other side answered. */
    public static boolean isHearsay(Event event) {
        String reason = event.reason().orElse("");
        return reason.startsWith("alert-") || reason.startsWith("response-");
    }

    /** What the one who refused said of it, when this event is of the other side; and the other way round. */
    public Optional<Event> otherSide(Event event) {
        return events.stream()
                .filter(other -> other.stage() == event.stage()
                        && other.party() != event.party()
                        && other.outcome() == Outcome.REFUSED
                        && other.refusedBy().equals(event.refusedBy())
                        && isHearsay(other) != isHearsay(event)
                        && other.alert().equals(event.alert())
                        && (other.endpoint().equals(event.endpoint())
                                || other.endpoint().isEmpty()
                                || event.endpoint().isEmpty())
                        && apart(other, event).compareTo(TOGETHER) <= 0)
                .min(Comparator.comparing((Event other) -> !other.endpoint().equals(event.endpoint()))
                        .thenComparing(other -> apart(other, event)));
    }

    private static Duration apart(Event one, Event other) {
        return Duration.between(one.time(), other.time()).abs();
    }
}
