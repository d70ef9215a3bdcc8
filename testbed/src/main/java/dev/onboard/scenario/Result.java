package dev.onboard.scenario;

import dev.onboard.journal.Event;
import java.time.Duration;
import java.util.List;

/**
 * What came of one scenario. Immutable.
 *
 * @param status whether it came as expected
 * @param checks each expectation with what was seen in its place, in order
 * @param observed how it ended, for comparison with other runs
 * @param timeline every event, oldest first
 * @param chain the certificates that the party under test sent, leaf first, each in the lines of {@link
 *     dev.onboard.pki.CertificateText}
 * @param took from the first step to the last check
 * @param note why it was not run, or what could not be observed; else empty
 */
public record Result(
        Scenario scenario,
        Status status,
        List<Check> checks,
        Observed observed,
        List<Event> timeline,
        List<List<String>> chain,
        Duration took,
        String note) {
    public Result {
        checks = List.copyOf(checks);
        timeline = List.copyOf(timeline);
        chain = List.copyOf(chain);
    }

    /** Whether it came as expected. */
    public enum Status {
        AS_EXPECTED,
        /** Something else came, or it could not be carried out. */
        DIFFERENT,
        /** Not run: Onboard has to learn something first. */
        PENDING,
        /** Run, but what is expected cannot be seen from outside a foreign party. */
        NOT_OBSERVED
    }

    /**
     * One expectation.
     *
     * @param met whether it came; false as long as nobody of ours could see it
     * @param isObserved whether it could be seen
     */
    public record Check(String expected, boolean met, boolean isObserved, String actual) {
        /** One that could be seen. */
        public Check(String expected, boolean met, String actual) {
            this(expected, met, true, actual);
        }
    }

    /**
     * How it ended: what a baseline compares.
     *
     * @param verdict {@code registered}, {@code bootstrapped}, {@code refused}, {@code failed}, {@code trusted} or {@code nothing}
     * @param stage where, empty unless refused or failed
     * @param party who refused, empty unless refused
     * @param reason why, empty unless refused or failed
     * @param alert the alert's number, −1 when there was none
     */
    public record Observed(String verdict, String stage, String party, String reason, int alert) {
        /** Nothing was observed. */
        public static final Observed NOTHING = new Observed("nothing", "", "", "", -1);

        @Override
        public String toString() {
            return verdict
                    + (stage.isEmpty() ? "" : " at " + stage)
                    + (party.isEmpty() ? "" : " by " + party)
                    + (reason.isEmpty() ? "" : ": " + reason)
                    + (alert < 0 ? "" : " (alert " + alert + ")");
        }
    }
}
