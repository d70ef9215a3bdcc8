package dev.onboard.http.connect;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What waits for the holder of one API key, and the way by which it is fetched: a long poll or a WebSocket, one at a time.
 * At most {@value #MOST_ENTRIES} entries and {@value #MOST_BYTES} bytes wait; when more come, the oldest are lost. No
 * thread waits with them. Thread-safe.
 */
final class Channel {
    static final int MOST_ENTRIES = 10_000;
    static final int MOST_BYTES = 16 << 20;
    /** So many entries go into one message. */
    private static final int MESSAGE = 500;

    /** How the entries are fetched. */
    enum Kind {
        /** Nobody has said yet; answers wait meanwhile. */
        NONE,
        PULL,
        WEBSOCKET
    }

    /** One end of a WebSocket. */
    interface Socket {
        /** Sends; tells afterwards whether it was sent. */
        void send(String message, Consumer<Boolean> sent);

        void close(int code, String why);

        void ping();
    }

    private static final Duration PULL_EXPIRY = Duration.ofMinutes(10);
    private static final Duration WEBSOCKET_EXPIRY = Duration.ofHours(24);

    private final Deque<Notice> waiting = new ArrayDeque<>();
    private long bytes;
    private Kind kind = Kind.NONE;
    private Instant used;
    private @Nullable CompletableFuture<Optional<String>> poll;
    private @Nullable Socket socket;
    private boolean sending;

    Channel(Instant now) {
        this.used = now;
    }

    synchronized Kind kind() {
        return kind;
    }

    synchronized int size() {
        return waiting.size();
    }

    synchronized boolean isConnected() {
        return socket != null;
    }

    /** Whether nobody has come for its entries for so long that it is to go. */
    synchronized boolean isExpired(Instant now) {
        Duration unused = Duration.between(used, now);
        return socket == null
                && poll == null
                && unused.compareTo(kind == Kind.WEBSOCKET ? WEBSOCKET_EXPIRY : PULL_EXPIRY) > 0;
    }

    void put(Notice notice) {
        synchronized (this) {
            waiting.add(notice);
            bytes += notice.size();
            while (waiting.size() > MOST_ENTRIES || bytes > MOST_BYTES && waiting.size() > 1) {
                bytes -= waiting.remove().size();
            }
        }
        deliver();
    }

    /**
     * The next message, as soon as there is something to say. An earlier poll that still waits is ended with
     * {@link ConnectRefusal} 409: its client may be gone without our knowing.
     */
    CompletableFuture<Optional<String>> poll(Instant now) {
        CompletableFuture<Optional<String>> mine = new CompletableFuture<>();
        CompletableFuture<Optional<String>> before;
        synchronized (this) {
            if (kind == Kind.WEBSOCKET) {
                throw new ConnectRefusal(
                        400, "a WebSocket channel exists for this API key; delete /v2/notification/websocket first");
            }
            kind = Kind.PULL;
            used = now;
            before = poll;
            poll = mine;
        }
        if (before != null) {
            before.completeExceptionally(new ConnectRefusal(409, "a newer long poll with this API key took over"));
        }
        deliver();
        return mine;
    }

    /** Ends a poll that has waited long enough with nothing. */
    void giveUp(CompletableFuture<Optional<String>> which, Instant now) {
        synchronized (this) {
            if (poll != which) {
                return;
            }
            poll = null;
            used = now;
        }
        which.complete(Optional.empty());
    }

    /** Makes it a WebSocket channel; false when it is one already. */
    synchronized boolean openWebSocket(Instant now) {
        if (kind == Kind.PULL) {
            throw new ConnectRefusal(
                    400, "a long poll channel exists for this API key; delete /v2/notification/pull first");
        }
        used = now;
        boolean opened = kind == Kind.NONE;
        kind = Kind.WEBSOCKET;
        return opened;
    }

    /** Binds a socket; false when this is no WebSocket channel. An older socket is closed. */
    boolean connect(Socket newer, Instant now) {
        Socket older;
        synchronized (this) {
            if (kind != Kind.WEBSOCKET) {
                return false;
            }
            older = socket;
            socket = newer;
            sending = false;
            used = now;
        }
        if (older != null) {
            older.close(1001, "another socket was opened on this channel");
        }
        deliver();
        return true;
    }

    synchronized void disconnected(Socket which, Instant now) {
        if (socket == which) {
            socket = null;
            sending = false;
            used = now;
        }
    }

    void ping() {
        Socket current;
        synchronized (this) {
            current = socket;
        }
        if (current != null) {
            current.ping();
        }
    }

    /** Ends whoever waits or is connected. */
    void close(int code, String why) {
        CompletableFuture<Optional<String>> waitingPoll;
        Socket connected;
        synchronized (this) {
            waitingPoll = poll;
            poll = null;
            connected = socket;
            socket = null;
            waiting.clear();
            bytes = 0;
            kind = Kind.NONE;
        }
        if (waitingPoll != null) {
            waitingPoll.complete(Optional.empty());
        }
        if (connected != null) {
            connected.close(code, why);
        }
    }

    private void deliver() {
        List<Notice> taken = new ArrayList<>();
        CompletableFuture<Optional<String>> toPoll;
        Socket toSocket;
        synchronized (this) {
            toPoll = poll;
            toSocket = socket;
            if (waiting.isEmpty() || sending || toPoll == null && toSocket == null) {
                return;
            }
            while (taken.size() < MESSAGE && !waiting.isEmpty()) {
                Notice notice = waiting.remove();
                bytes -= notice.size();
                taken.add(notice);
            }
            poll = null;
            sending = toSocket != null;
        }
        if (toPoll != null) {
            toPoll.complete(Optional.of(Notice.message(taken)));
        } else if (toSocket != null) {
            toSocket.send(Notice.message(taken), sent -> afterSending(toSocket, taken, sent));
        }
    }

    private void afterSending(Socket through, List<Notice> taken, boolean sent) {
        synchronized (this) {
            if (!sent) {
                for (int i = taken.size() - 1; i >= 0; i--) {
                    waiting.addFirst(taken.get(i));
                    bytes += taken.get(i).size();
                }
            }
            if (socket != through) {
                return;
            }
            sending = false;
            if (!sent) {
                socket = null;
            }
        }
        deliver();
    }
}
