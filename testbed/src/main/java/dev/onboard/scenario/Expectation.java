package dev.onboard.scenario;

import dev.onboard.http.Rotations;
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

    /**
     * With which certificate the device is registered, as the LwM2M server saw it.
     *
     * @param certificate {@code old} (as before the last step), {@code new} (another one), or the id of a certificate
     */
    record Shows(int device, String certificate) implements Expectation {}

    /**
     * A renewal that the account asked for has ended.
     *
     * @param detail is part of what the account notes of it; empty: anything
     */
    record Renewed(int device, Outcome outcome, String detail, Duration within) implements Expectation {}

    /** The devices that still depend on what is being exchanged, these and no others. */
    record Stragglers(Rotations.Subject of, List<Integer> devices) implements Expectation {
        public Stragglers {
            devices = List.copyOf(devices);
        }
    }

    /**
     * What became of a firmware update on a device.
     *
     * @param runs the version that it then runs (/3/0/3)
     * @param result its Update Result (/5/0/5)
     * @param reason why it took no firmware; empty: it took it
     */
    record Firmware(int device, String runs, OptionalInt result, Optional<String> reason, Duration within)
            implements Expectation {}

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
