package dev.onboard.journal;

import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * One step of one device, as one party saw it. Immutable and thread-safe.
 *
 * <p>Made with {@link #of(Stage, Party)} and handed to {@link Journal#record}, which gives it its {@link #id() number}
 * and {@link #time() time}. No secret ever belongs into an event.
 */
public final class Event {
    private final long id;
    private final @Nullable Instant time;
    private final @Nullable String endpoint;
    private final Stage stage;
    private final Party party;
    private final Outcome outcome;
    private final @Nullable Party refusedBy;
    private final @Nullable String reason;
    private final int alert;
    private final @Nullable String detail;
    private final @Nullable Duration duration;
    private final Map<String, String> facts;

    private Event(Draft draft, long id, @Nullable Instant time) {
        this.id = id;
        this.time = time;
        this.endpoint = draft.endpoint;
        this.stage = draft.stage;
        this.party = draft.party;
        this.outcome = draft.outcome;
        this.refusedBy = draft.refusedBy;
        this.reason = draft.reason;
        this.alert = draft.alert;
        this.detail = draft.detail;
        this.duration = draft.duration;
        this.facts = draft.facts.isEmpty() ? Map.of() : Collections.unmodifiableMap(new LinkedHashMap<>(draft.facts));
    }

    /** Begins an event of this stage, told by this party, with outcome {@link Outcome#OK}. */
    public static Draft of(Stage stage, Party party) {
        return new Draft(stage, party);
    }

    /** The event's number in its journal, counting from 1 without gaps. */
    public long id() {
        return id;
    }

    /** When the journal received the event. */
    public Instant time() {
        return time == null ? Instant.EPOCH : time;
    }

    /** The endpoint name of the device, when it is known. */
    public Optional<String> endpoint() {
        return Optional.ofNullable(endpoint);
    }

    /** Which step this was. */
    public Stage stage() {
        return stage;
    }

    /** Who tells it. */
    public Party party() {
        return party;
    }

    /** How it ended. */
    public Outcome outcome() {
        return outcome;
    }

    /** Who said no; present exactly when the outcome is {@link Outcome#REFUSED}. */
    public Optional<Party> refusedBy() {
        return Optional.ofNullable(refusedBy);
    }

    /** The stable reason id of a refusal or failure, for example {@code unknown-ca}. */
    public Optional<String> reason() {
        return Optional.ofNullable(reason);
    }

    /** The TLS alert number that was sent or received (RFC 5246 section 7.2), when there was one. */
    public OptionalInt alert() {
        return alert < 0 ? OptionalInt.empty() : OptionalInt.of(alert);
    }

    /** A sentence for a person: what was found, what was expected, what to do. */
    public Optional<String> detail() {
        return Optional.ofNullable(detail);
    }

    /** How long the step took, when it was measured. */
    public Optional<Duration> duration() {
        return Optional.ofNullable(duration);
    }

    /** Further facts by name, for example {@code serial}, {@code issuer}, {@code peer}; in the order in which they were given. */
    public Map<String, String> facts() {
        return facts;
    }

    /** The event as one line of JSON, as it stands in the journal's file. */
    @Override
    public String toString() {
        return EventJson.write(this);
    }

    /** An event in the making. Not thread-safe. */
    public static final class Draft {
        private final Stage stage;
        private final Party party;
        private @Nullable String endpoint;
        private Outcome outcome = Outcome.OK;
        private @Nullable Party refusedBy;
        private @Nullable String reason;
        private int alert = -1;
        private @Nullable String detail;
        private @Nullable Duration duration;
        private final Map<String, String> facts = new LinkedHashMap<>();

        private Draft(Stage stage, Party party) {
            this.stage = stage;
            this.party = party;
        }

        /** The device that the event is about; an empty name leaves it unknown. */
        public Draft endpoint(String name) {
            this.endpoint = name.isEmpty() ? null : name;
            return this;
        }

        /** The step was refused by that party, for a stable reason id such as {@code unknown-ca}. */
        public Draft refused(Party by, String reasonId) {
            this.outcome = Outcome.REFUSED;
            this.refusedBy = by;
            this.reason = reasonId;
            return this;
        }

        /** The step failed without a refusal, for a stable reason id such as {@code timeout}. */
        public Draft failed(String reasonId) {
            this.outcome = Outcome.FAILED;
            this.refusedBy = null;
            this.reason = reasonId;
            return this;
        }

        /** The TLS alert number that went over the wire. */
        public Draft alert(int number) {
            this.alert = number;
            return this;
        }

        /** A sentence for a person. */
        public Draft detail(String sentence) {
            this.detail = sentence;
            return this;
        }

        /** How long the step took. */
        public Draft took(Duration time) {
            this.duration = time;
            return this;
        }

        /** A further fact by name. */
        public Draft fact(String name, String value) {
            this.facts.put(name, value);
            return this;
        }

        Event numbered(long id, Instant time) {
            return new Event(this, id, time);
        }
    }
}
