package dev.onboard.http;

import io.javalin.http.Context;
import io.javalin.http.sse.SseClient;
import io.javalin.http.sse.SseHandler;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.function.BiConsumer;

/** The open event streams of a port. Thread-safe. */
public final class EventFeeds {
    private final Executor executor;
    private final Set<EventFeed> open = ConcurrentHashMap.newKeySet();
    private final Set<SseClient> clients = ConcurrentHashMap.newKeySet();

    /** Messages are sent on this executor. */
    public EventFeeds(Executor executor) {
        this.executor = executor;
    }

    /** Whether the client asks for a stream of events. */
    static boolean isWanted(Context ctx) {
        String accept = ctx.header("Accept");
        return accept != null && accept.contains("text/event-stream");
    }

    /** Answers with a stream that stays open; what starts it is given the feed, and a place for what ends it. */
    public void open(Context ctx, BiConsumer<EventFeed, Ending> start) {
        try {
            new SseHandler(client -> begin(client, start)).handle(ctx);
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException("the stream of events could not be opened: " + e.getMessage(), e);
        }
    }

    private void begin(SseClient client, BiConsumer<EventFeed, Ending> start) {
        client.keepAlive();
        EventFeed feed = new EventFeed(client, executor);
        Ending ending = new Ending();
        open.add(feed);
        clients.add(client);
        ending.add(() -> {
            open.remove(feed);
            clients.remove(client);
        });
        client.onClose(ending::end);
        start.accept(feed, ending);
        feed.beat();
    }

    /** Called now and then: notices clients that are gone. */
    public void beat() {
        open.forEach(EventFeed::beat);
    }

    /** Ends all of them. */
    public void close() {
        clients.forEach(SseClient::close);
    }
}
