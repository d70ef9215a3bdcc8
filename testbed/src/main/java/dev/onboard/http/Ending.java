package dev.onboard.http;

import java.util.ArrayList;
import java.util.List;

/** What is to be done when something ends; done at once when it has ended already. Thread-safe. */
public final class Ending {
    private final List<Runnable> actions = new ArrayList<>();
    private boolean ended;

    /** Does this at the end, or at once when it has ended. */
    public void add(Runnable action) {
        synchronized (actions) {
            if (!ended) {
                actions.add(action);
                return;
            }
        }
        action.run();
    }

    void end() {
        List<Runnable> now;
        synchronized (actions) {
            ended = true;
            now = List.copyOf(actions);
            actions.clear();
        }
        now.forEach(Runnable::run);
    }
}
