package dev.onboard.cli;

import dev.onboard.journal.Event;
import dev.onboard.journal.Journal;
import dev.onboard.journal.Outcome;
import dev.onboard.testbed.RunningTestbed;
import dev.onboard.testbed.UsageException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What a journal says about refusals: each side's words about one thing that went wrong. Read once, from the file. */
final class Refusals {
    private static final Duration TOGETHER = Duration.ofSeconds(10);

    private final Path file;
    private final List<Event> events;

    private Refusals(Path file, List<Event> events) {
        this.file = file;
        this.events = events;
    }

    /** Of this work directory, whether a testbed runs in it or not; without one, of the newest running testbed. */
    static Refusals of(@Nullable Path workDirectory) {
        Path directory = workDirectory == null ? newest().workDirectory() : workDirectory;
        Path file = directory.resolve("events.jsonl");
        if (!Files.isRegularFile(file)) {
            throw new UsageException(file + " does not exist; give a testbed's directory with --work-dir");
        }
        try (Stream<Event> all = Journal.read(file)) {
            return new Refusals(file, all.toList());
        } catch (UncheckedIOException | IllegalArgumentException e) {
            throw new UsageException(file + " cannot be read: " + e.getMessage(), e);
        }
    }

    private static RunningTestbed newest() {
        return Running.testbed(null);
    }

    /** The event with this number. */
    Event event(long id) {
        return events.stream()
                .filter(event -> event.id() == id)
                .findFirst()
                .orElseThrow(() -> new UsageException(file + " has no event " + id + "; it has " + events.size()));
    }

    /** Every event of a device, oldest first. */
    List<Event> ofDevice(String endpoint) {
        List<Event> own = events.stream()
                .filter(event -> event.endpoint().equals(Optional.of(endpoint)))
                .toList();
        if (own.isEmpty()) {
            throw new UsageException(
                    file + " has no event of a device '" + endpoint + "'; 'onboard device list' shows the names");
        }
        return own;
    }

    /** The server's last event about a handshake with this peer address, {@code host:port}. */
    Optional<Event> ofPeer(String peer) {
        return events.stream()
                .filter(event -> peer.equals(event.facts().get("peer")))
                .reduce((first, second) -> second);
    }

    /** Whether an event only repeats what the other side answered. */
    static boolean isHearsay(Event event) {
        String reason = event.reason().orElse("");
        return reason.startsWith("alert-") || reason.startsWith("response-");
    }

    /** What the one who refused said of it, when this event is of the other side; and the other way round. */
    Optional<Event> otherSide(Event event) {
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
