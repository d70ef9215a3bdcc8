package dev.onboard.http;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.onboard.explain.Refusals;
import dev.onboard.journal.Event;
import dev.onboard.journal.Journal;
import dev.onboard.journal.Outcome;
import dev.onboard.journal.Party;
import dev.onboard.journal.Stage;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What the journal comes to: each device's story, how many are where, what was refused and how often, and what happened in
 * each of the last seconds. Nothing is kept that the journal does not say. The past is read when somebody asks first, so
 * that nobody else pays for it. Thread-safe.
 */
final class Chronicle implements AutoCloseable {
    private static final int SECONDS = 600;
    private static final int STEP = 5;

    private final Journal journal;
    private final InstantSource clock;
    private final Map<String, DeviceStory> stories = new TreeMap<>(NATURAL);
    private final Map<DevicePhase, Integer> counts = new EnumMap<>(DevicePhase.class);
    private final Map<String, Reasons> reasons = new HashMap<>();
    private final Map<Flow, long[]> seconds = new EnumMap<>(Flow.class);
    private final Map<Flow, Long> totals = new EnumMap<>(Flow.class);
    private final long[] stamps = new long[SECONDS];
    private long lastId;
    private Journal.@Nullable Subscription subscription;
    private boolean closed;

    /** Names as people sort them: {@code device-2} before {@code device-10}. */
    static final Comparator<String> NATURAL = Chronicle::natural;

    /** What is counted over time. */
    enum Flow {
        CONNECTED,
        BOOTSTRAPPED,
        ISSUED,
        REGISTERED,
        REFUSED,
        EVENTS;

        String word() {
            return name().toLowerCase(java.util.Locale.ROOT);
        }
    }

    /** How often something was refused or failed for one reason. */
    private static final class Reasons {
        private long count;
        private @Nullable Event last;
    }

    Chronicle(Journal journal, InstantSource clock) {
        this.journal = journal;
        this.clock = clock;
        for (Flow flow : Flow.values()) {
            seconds.put(flow, new long[SECONDS]);
            totals.put(flow, 0L);
        }
    }

    /** Reads the past unless that is done. */
    private void begin() {
        synchronized (this) {
            if (subscription != null || closed) {
                return;
            }
            subscription = () -> {};
        }
        Journal.Subscription opened = Backlog.all(journal, 0, this::see);
        boolean late;
        synchronized (this) {
            late = closed;
            subscription = opened;
        }
        if (late) {
            opened.close();
        }
    }

    private synchronized void see(Event event) {
        lastId = event.id();
        flow(Flow.EVENTS, event);
        event.endpoint().ifPresent(endpoint -> {
            DeviceStory story = stories.get(endpoint);
            if (story == null) {
                story = new DeviceStory(endpoint);
                stories.put(endpoint, story);
                counts.merge(story.phase(), 1, Integer::sum);
            }
            DevicePhase before = story.phase();
            story.see(event);
            if (before != story.phase()) {
                counts.merge(before, -1, Integer::sum);
                counts.merge(story.phase(), 1, Integer::sum);
            }
        });
        if (event.outcome() == Outcome.OK) {
            count(event);
        } else if (!Refusals.isHearsay(event) && event.stage() != Stage.FALLBACK) {
            flow(Flow.REFUSED, event);
            Reasons known = reasons.computeIfAbsent(event.reason().orElse("unknown"), reason -> new Reasons());
            known.count++;
            known.last = event;
        }
    }

    /** Each step once, as the server tells it. */
    private void count(Event event) {
        switch (event.stage()) {
            case BOOTSTRAP_HANDSHAKE -> by(Party.BOOTSTRAP_SERVER, Flow.CONNECTED, event);
            case FINISHED -> by(Party.BOOTSTRAP_SERVER, Flow.BOOTSTRAPPED, event);
            case ISSUED -> flow(Flow.ISSUED, event);
            case REGISTERED -> by(Party.LWM2M_SERVER, Flow.REGISTERED, event);
            default -> {}
        }
    }

    private void by(Party party, Flow flow, Event event) {
        if (event.party() == party) {
            flow(flow, event);
        }
    }

    private void flow(Flow flow, Event event) {
        long second = event.time().getEpochSecond();
        int slot = (int) (second % SECONDS);
        if (stamps[slot] < second) {
            stamps[slot] = second;
            seconds.values().forEach(counted -> counted[slot] = 0);
        }
        if (stamps[slot] == second) {
            counted(flow)[slot]++;
        }
        totals.merge(flow, 1L, Long::sum);
    }

    /** Everything but the single devices. */
    ObjectNode overview() {
        begin();
        synchronized (this) {
            long now = clock.instant().getEpochSecond();
            ObjectNode document = Json.object()
                    .put("time", Json.time(clock.instant()))
                    .put("last_event_id", lastId)
                    .put("devices", stories.size());
            ObjectNode phases = document.putObject("phases");
            for (DevicePhase phase : DevicePhase.values()) {
                phases.put(phase.word(), counts.getOrDefault(phase, 0));
            }
            ObjectNode sums = document.putObject("totals");
            totals.forEach((flow, sum) -> sums.put(flow.word(), sum));
            ObjectNode rates = document.putObject("per_second");
            for (Flow flow : Flow.values()) {
                rates.put(flow.word(), Math.round(sum(flow, now - STEP, STEP) * 10.0 / STEP) / 10.0);
            }
            reasons(document.putArray("refusals"));
            ObjectNode series = document.putObject("series").put("step_s", STEP);
            long from = now - now % STEP - SECONDS + 2 * STEP;
            series.put("from", Json.time(java.time.Instant.ofEpochSecond(from)));
            for (Flow flow : List.of(Flow.CONNECTED, Flow.REGISTERED, Flow.REFUSED)) {
                ArrayNode values = series.putArray(flow.word());
                for (long at = from; at <= now; at += STEP) {
                    values.add(sum(flow, at, STEP));
                }
            }
            return document;
        }
    }

    private void reasons(ArrayNode target) {
        reasons.entrySet().stream()
                .sorted(Comparator.comparingLong((Map.Entry<String, Reasons> entry) -> -entry.getValue().count)
                        .thenComparing(Map.Entry::getKey))
                .limit(20)
                .forEach(entry -> {
                    Event last = java.util.Objects.requireNonNull(entry.getValue().last);
                    target.addObject()
                            .put("reason", entry.getKey())
                            .put("count", entry.getValue().count)
                            .put("stage", last.stage().word())
                            .put("refused_by", last.refusedBy().map(Party::word).orElse(null))
                            .put("last_endpoint", last.endpoint().orElse(null))
                            .put("last_event_id", last.id())
                            .put("last_time", Json.time(last.time()));
                });
    }

    private long[] counted(Flow flow) {
        return java.util.Objects.requireNonNull(seconds.get(flow));
    }

    private long sum(Flow flow, long from, int count) {
        long sum = 0;
        for (long second = from; second < from + count; second++) {
            int slot = (int) (second % SECONDS);
            sum += stamps[slot] == second ? counted(flow)[slot] : 0;
        }
        return sum;
    }

    /** Those of the devices that are wanted, by name, and how many there are. */
    record Rows(List<ObjectNode> rows, int total, Map<DevicePhase, Integer> counts, long lastId) {}

    Rows rows(Predicate<DeviceStory> wanted, int offset, int limit, Predicate<String> simulated) {
        begin();
        synchronized (this) {
            List<ObjectNode> rows = new ArrayList<>();
            int total = 0;
            for (DeviceStory story : stories.values()) {
                if (wanted.test(story)) {
                    if (total >= offset && rows.size() < limit) {
                        rows.add(story.document(simulated.test(story.endpoint())));
                    }
                    total++;
                }
            }
            return new Rows(rows, total, new EnumMap<>(counts), lastId);
        }
    }

    /** One device, when the journal knows it. */
    Optional<ObjectNode> row(String endpoint, Predicate<String> simulated) {
        begin();
        synchronized (this) {
            return Optional.ofNullable(stories.get(endpoint)).map(story -> story.document(simulated.test(endpoint)));
        }
    }

    private static int natural(String one, String other) {
        int i = 0;
        int j = 0;
        while (i < one.length() && j < other.length()) {
            if (digit(one.charAt(i)) && digit(other.charAt(j))) {
                int startOne = i;
                int startOther = j;
                while (i < one.length() && digit(one.charAt(i))) {
                    i++;
                }
                while (j < other.length() && digit(other.charAt(j))) {
                    j++;
                }
                String numberOne = one.substring(startOne, i).replaceFirst("^0+(?=.)", "");
                String numberOther = other.substring(startOther, j).replaceFirst("^0+(?=.)", "");
                int byValue = numberOne.length() != numberOther.length()
                        ? Integer.compare(numberOne.length(), numberOther.length())
                        : numberOne.compareTo(numberOther);
                if (byValue != 0) {
                    return byValue;
                }
            } else {
                int byLetter = Character.compare(one.charAt(i++), other.charAt(j++));
                if (byLetter != 0) {
                    return byLetter;
                }
            }
        }
        int byLength = Integer.compare(one.length() - i, other.length() - j);
        return byLength != 0 ? byLength : one.compareTo(other);
    }

    private static boolean digit(char letter) {
        return letter >= '0' && letter <= '9';
    }

    @Override
    public void close() {
        Journal.Subscription ending;
        synchronized (this) {
            closed = true;
            ending = subscription;
        }
        if (ending != null) {
            ending.close();
        }
    }
}
