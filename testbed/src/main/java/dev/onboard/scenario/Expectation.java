package dev.onboard.scenario;

import dev.onboard.journal.Outcome;
import dev.onboard.journal.Party;
import dev.onboard.journal.Stage;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/** What must come of a configuration. Devices are counted from 1. */
public sealed interface Expectation {
    /**
     * The device is registered.
     *
     * @param findings remarks that the judging party must have made of the certificates
     * @param again only a registration since the last step counts
     */
    record Registered(int device, List<String> findings, boolean again, Duration within) implements Expectation {}

    /** The device has new LwM2M credentials. */
    record Bootstrapped(int device, Duration within) implements Expectation {}

    /**
     * A party said no.
     *
     * @param at in which step; any when empty
     * @param alert what went over the wire; the other side must have seen the same
     * @param certificate the place of the certificate concerned in what was sent, −1 for a trusted one
     */
    record Refused(
            int device,
            Optional<Stage> at,
            Optional<Party> by,
            String reason,
            OptionalInt alert,
            OptionalInt certificate,
            Duration within)
            implements Expectation {}

    /** It did not work, and nobody refused. */
    record Failed(int device, Optional<Stage> at, Optional<Party> by, String reason, Duration within)
            implements Expectation {}

    /** Events that match, at least and at most so many. */
    record Seen(Pattern pattern, int least, int most, Duration within) implements Expectation {}

    /** The verdict of the evaluation alone. */
    record Judged(Optional<String> reason, OptionalInt alert, OptionalInt index, Optional<String> finding)
            implements Expectation {}

    /** Which LwM2M credentials the device has. */
    record Keeps(int device, Which which) implements Expectation {}

    /** Credentials from before the last step, others, or none. */
    enum Which {
        OLD,
        NEW,
        NOTHING
    }

    /** What an event must look like; what is empty is not asked for. Device 0 is any. */
    record Pattern(
            int device,
            Optional<Stage> stage,
            Optional<Party> party,
            Optional<Outcome> outcome,
            Optional<Party> refusedBy,
            Optional<String> reason,
            OptionalInt alert,
            Map<String, String> facts,
            Optional<String> detail) {}
}
