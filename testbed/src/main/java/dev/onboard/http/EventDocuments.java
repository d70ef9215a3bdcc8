package dev.onboard.http;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.onboard.journal.Event;
import dev.onboard.journal.Journal;
import io.javalin.http.Context;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * {@code /testbed/events} and {@code /testbed/devices/{endpoint}/events}: the journal, as a list or as a stream that
 * goes on. Parameters {@code endpoint, stage, party, outcome, refused_by, reason} compare for equality, {@code after}
 * leaves out everything up to that event id, {@code limit} keeps so many.
 */
record EventDocuments(Journal journal, EventFeeds feeds) {
    private static final Set<String> PARAMETERS =
            Set.of("endpoint", "stage", "party", "outcome", "refused_by", "reason", "after", "limit");
    private static final int LONGEST_LIST = 10_000;

    void all(Context ctx) {
        answer(ctx, Optional.ofNullable(ctx.queryParam("endpoint")));
    }

    void ofDevice(Context ctx) {
        answer(ctx, Optional.of(ctx.pathParam("endpoint")));
    }

    private void answer(Context ctx, Optional<String> endpoint) {
        for (String name : ctx.queryParamMap().keySet()) {
            if (!PARAMETERS.contains(name)) {
                throw Problem.invalid(
                        name,
                        "is not a parameter of events; there are "
                                + String.join(", ", PARAMETERS.stream().sorted().toList()));
            }
        }
        Predicate<Event> wanted = wanted(ctx, endpoint);
        if (EventFeeds.isWanted(ctx)) {
            stream(ctx, endpoint, wanted);
        } else {
            list(ctx, endpoint, wanted);
        }
    }

    private static Predicate<Event> wanted(Context ctx, Optional<String> endpoint) {
        Predicate<Event> all = event -> true;
        if (endpoint.isPresent()) {
            all = all.and(event -> event.endpoint().equals(endpoint));
        }
        all = and(
                all, ctx.queryParam("stage"), event -> Optional.of(event.stage().word()));
        all = and(
                all, ctx.queryParam("party"), event -> Optional.of(event.party().word()));
        all = and(
                all,
                ctx.queryParam("outcome"),
                event -> Optional.of(event.outcome().word()));
        all = and(all, ctx.queryParam("refused_by"), event -> event.refusedBy().map(party -> party.word()));
        return and(all, ctx.queryParam("reason"), Event::reason);
    }

    private static Predicate<Event> and(
            Predicate<Event> before,
            @org.jspecify.annotations.Nullable String value,
            java.util.function.Function<Event, Optional<String>> field) {
        return value == null ? before : before.and(event -> field.apply(event).equals(Optional.of(value)));
    }

    private static long number(String name, @org.jspecify.annotations.Nullable String value, long otherwise) {
        if (value == null || value.isEmpty()) {
            return otherwise;
        }
        try {
            return Long.parseLong(value);
        } catch (NumberFormatException e) {
            throw Problem.invalid(name, "'" + value + "' is not a whole number");
        }
    }

    private void list(Context ctx, Optional<String> endpoint, Predicate<Event> wanted) {
        long after = number("after", ctx.queryParam("after"), 0);
        long limit = number("limit", ctx.queryParam("limit"), 1000);
        if (limit < 1 || limit > LONGEST_LIST) {
            throw Problem.invalid("limit", limit + " is not in the range 1 to " + LONGEST_LIST);
        }
        List<Event> found = new ArrayList<>();
        try (Stream<Event> events = endpoint.map(journal::eventsOf).orElseGet(journal::events)) {
            events.filter(event -> event.id() > after)
                    .filter(wanted)
                    .limit(limit + 1)
                    .forEach(found::add);
        }
        boolean hasMore = found.size() > limit;
        ObjectNode document = Json.object();
        document.put("object", "list");
        ArrayNode data = document.putArray("data");
        found.stream().limit(limit).forEach(event -> data.add(Json.read(event.toString())));
        document.put("has_more", hasMore).put("limit", limit).put("order", "ASC");
        Json.answer(ctx, 200, document);
    }

    /** What was recorded after the given id, then what is recorded from now on, each once. */
    private void stream(Context ctx, Optional<String> endpoint, Predicate<Event> wanted) {
        String resumeAt = ctx.header("Last-Event-ID");
        String after = resumeAt != null ? resumeAt : ctx.queryParam("after");
        long from = number("after", after, 0);
        feeds.open(ctx, (feed, ending) -> {
            Consumer<Event> tell = event -> {
                if (wanted.test(event)) {
                    feed.send("event", event.toString(), Long.toString(event.id()));
                }
            };
            Journal.Subscription subscription = after == null || after.isEmpty()
                    ? Backlog.live(journal, tell)
                    : endpoint.map(one -> Backlog.ofDevice(journal, one, from, tell))
                            .orElseGet(() -> Backlog.all(journal, from, tell));
            ending.add(subscription::close);
        });
    }
}
