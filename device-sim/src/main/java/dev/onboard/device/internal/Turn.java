package dev.onboard.device.internal;

import java.util.concurrent.atomic.AtomicReference;

/** A device's turn at the gate of its fleet: counted from the moment it is given until {@link #end()}. Thread-safe. */
public final class Turn {
    private enum Phase {
        AWAITED,
        GIVEN,
        ENDED
    }

    private final AtomicReference<Phase> phase = new AtomicReference<>(Phase.AWAITED);
    private final Runnable leave;

    private Turn(Runnable leave) {
        this.leave = leave;
    }

    /** No turn. */
    public static Turn none() {
        return new Turn(() -> {});
    }

    static Turn at(StartGate gate, Runnable task) {
        Turn turn = new Turn(gate::leave);
        gate.enter(() -> {
            if (turn.phase.compareAndSet(Phase.AWAITED, Phase.GIVEN)) {
                task.run();
            } else {
                gate.leave();
            }
        });
        return turn;
    }

    /** Gives the turn back; once it has been given, the next device has it. Does nothing when called again. */
    public void end() {
        if (phase.getAndSet(Phase.ENDED) == Phase.GIVEN) {
            leave.run();
        }
    }
}
