package dev.onboard.device.internal;

import java.util.ArrayDeque;
import java.util.Deque;

/** Lets so many devices at a time be on their way to a registration; the others wait for their turn, in order. Thread-safe. */
final class StartGate {
    private final Deque<Runnable> waiting = new ArrayDeque<>();
    private int free;

    StartGate(int atOnce) {
        this.free = atOnce;
    }

    /** Calls back, now or later, when it is the caller's turn, who must {@link #leave()} once afterwards. */
    void enter(Runnable turn) {
        synchronized (this) {
            if (free == 0) {
                waiting.add(turn);
                return;
            }
            free--;
        }
        turn.run();
    }

    /** Gives the turn to the next one. */
    void leave() {
        Runnable next;
        synchronized (this) {
            next = waiting.poll();
            if (next == null) {
                free++;
                return;
            }
        }
        next.run();
    }
}
