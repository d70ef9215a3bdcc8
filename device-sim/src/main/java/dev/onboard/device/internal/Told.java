package dev.onboard.device.internal;

import dev.onboard.device.Failure;
import dev.onboard.journal.Event;
import dev.onboard.journal.Party;
import dev.onboard.journal.Stage;

/** The events of one device. Makes drafts; the caller records them. */
public final class Told {
    private final String endpoint;

    /** By the device of this name. */
    public Told(String endpoint) {
        this.endpoint = endpoint;
    }

    /** A step that went well, unless more is said. */
    public Event.Draft of(Stage stage) {
        return Event.of(stage, Party.DEVICE).endpoint(endpoint);
    }

    /** A step that failed. */
    public Event.Draft of(Failure failure) {
        return of(failure.stage(), failure);
    }

    /** A step that this failure leads to. */
    public Event.Draft of(Stage stage, Failure failure) {
        Event.Draft event = of(stage).detail(failure.detail());
        failure.refusedBy()
                .ifPresentOrElse(by -> event.refused(by, failure.reason()), () -> event.failed(failure.reason()));
        failure.alert().ifPresent(event::alert);
        return event;
    }
}
