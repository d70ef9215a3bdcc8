package dev.onboard.http;

import io.javalin.http.sse.SseClient;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Executor;

/**
 * One client of an event stream. Whoever has something to tell never waits for the client: at most
 * {@value #LONGEST_BACKLOG} messages wait for it, and a client slower than that is let go. Thread-safe.
 */
public final class EventFeed {
    private static final int LONGEST_BACKLOG = 10_000;

    private final SseClient client;
    private final Executor executor;
    private final Deque<Message> waiting = new ArrayDeque<>();
    private boolean sending;
    private boolean overflown;

    private record Message(String event, String data, String id) {}

    EventFeed(SseClient client, Executor executor) {
        this.client = client;
        this.executor = executor;
    }

    /** Sends a message some time later, after those before it; an empty id is none. */
    public void send(String event, String data, String id) {
        synchronized (waiting) {
            if (overflown) {
                return;
            }
            if (waiting.size() >= LONGEST_BACKLOG) {
                overflown = true;
                waiting.clear();
                waiting.add(new Message(
                        "overflow", "{\"message\":\"too slow: read the events again from the last id\"}", ""));
            } else {
                waiting.add(new Message(event, data, id));
            }
            if (sending) {
                return;
            }
            sending = true;
        }
        executor.execute(this::drain);
    }

    /** Sends something that clients ignore, so that a client that is gone is noticed. */
    void beat() {
        synchronized (waiting) {
            if (sending || overflown) {
                return;
            }
            sending = true;
        }
        executor.execute(() -> {
            if (!client.terminated()) {
                client.sendComment("still here");
            }
            drain();
        });
    }

    private void drain() {
        while (true) {
            Message message;
            boolean last;
            synchronized (waiting) {
                message = waiting.poll();
                last = overflown && waiting.isEmpty();
                if (message == null) {
                    sending = false;
                    return;
                }
            }
            if (!client.terminated()) {
                client.sendEvent(message.event(), message.data(), message.id().isEmpty() ? null : message.id());
                if (last) {
                    client.close();
                }
            }
        }
    }
}
