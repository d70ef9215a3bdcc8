package dev.onboard.scenario.internal;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/** A clock that stands still until it is moved, so that a verdict does not depend on how fast a scenario runs. Thread-safe. */
final class MovableClock implements InstantSource {
    private volatile Instant now;

    MovableClock(Instant now) {
        this.now = now;
    }

    @Override
    public Instant instant() {
        return now;
    }

    /** Forward, or backward. */
    synchronized void move(Duration by) {
        now = now.plus(by);
    }
}
