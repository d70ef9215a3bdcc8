package dev.onboard.http;

import dev.onboard.journal.Event;
import dev.onboard.journal.Journal;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * Tells a journal's past and then its present, each event once and in order: what is new while the past is read waits.
 * Thread-safe.
 */
final class Backlog implements Consumer<Event> {
    private final Consumer<Event> target;
    private final List<Event> held = new ArrayList<>();
    private boolean live;
    private long last;

    private Backlog(long after, Consumer<Event> target) {
        this.last = after;
        this.target = target;
    }

    /** What was recorded after this id, and whatever will be, on any thread. */
    static Journal.Subscription all(Journal journal, long after, Consumer<Event> target) {
        return from(journal, after, target, journal::events);
    }

    /** The same of one device; the target is told of others as well, from now on. */
    static Journal.Subscription ofDevice(Journal journal, String endpoint, long after, Consumer<Event> target) {
        return from(journal, after, target, () -> journal.eventsOf(endpoint));
    }

    private static Journal.Subscription from(
            Journal journal, long after, Consumer<Event> target, Supplier<Stream<Event>> before) {
        Backlog backlog = new Backlog(after, target);
        Journal.Subscription subscription = journal.subscribe(backlog);
        try (Stream<Event> past = before.get()) {
            past.forEach(backlog::tell);
        }
        backlog.begin();
        return subscription;
    }

    /** What will be recorded. */
    static Journal.Subscription live(Journal journal, Consumer<Event> target) {
        return journal.subscribe(target);
    }

    private synchronized void tell(Event event) {
        if (event.id() > last) {
            last = event.id();
            target.accept(event);
        }
    }

    private synchronized void begin() {
        held.forEach(this::tell);
        held.clear();
        live = true;
    }

    @Override
    public synchronized void accept(Event event) {
        if (live) {
            tell(event);
        } else {
            held.add(event);
        }
    }
}
