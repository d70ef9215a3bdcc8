package dev.onboard.scenario.internal;

import dev.onboard.device.DeviceState;
import dev.onboard.device.SimulatedDevice;
import dev.onboard.journal.Event;
import dev.onboard.journal.Journal;
import dev.onboard.journal.Outcome;
import dev.onboard.journal.Party;
import dev.onboard.journal.Stage;
import dev.onboard.scenario.Expectation;
import dev.onboard.scenario.ForeignParties;
import dev.onboard.scenario.Leg;
import dev.onboard.scenario.Result.Check;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Waits for what is expected in a scenario under way and says what was seen. An expectation is over as soon as it is met,
 * or as soon as the device has come to another end; otherwise when its time is. Used by one thread.
 */
final class Checking {
    /** The other side's word, and what a party tells after its device has come to an end. */
    private static final Duration GRACE = Duration.ofSeconds(2);

    /** A device of the user's has to be started first. */
    private static final Duration FOREIGN_DEVICE = Duration.ofSeconds(60);

    /** So often it is looked whether a device of the user's still runs. */
    private static final Duration LOOK = Duration.ofMillis(200);

    private final ScenarioRun run;
    private final Leg leg;
    private final ForeignParties foreign;
    /** The last event before the latest step. */
    private long since;

    /** What devices kept, and were registered with, before the latest step, by their numbers. */
    private final Map<Integer, Optional<String>> keptBefore = new HashMap<>();

    private boolean missed;

    private final Map<Integer, Optional<String>> shownBefore = new HashMap<>();

    Checking(ScenarioRun run, Leg leg, ForeignParties foreign) {
        this.run = run;
        this.leg = leg;
        this.foreign = foreign;
    }

    /** A step begins: what comes now is its doing. */
    void stepBegins() throws IOException {
        run.bench().journal().flush();
        List<Event> timeline = run.bench().timeline();
        since = timeline.isEmpty() ? 0 : timeline.get(timeline.size() - 1).id();
        for (int device = 1; device <= run.devices(); device++) {
            keptBefore.put(device, run.lwm2mSerial(device));
            shownBefore.put(device, shown(timeline, device));
        }
    }

    /** Waits, and judges. Once something has not come, what else must come is not waited for long. */
    Check check(Expectation expectation) throws IOException {
        Check check = judged(expectation);
        missed |= !check.met();
        return check;
    }

    private Duration patience(Duration asked) {
        return missed && asked.compareTo(GRACE) > 0 ? GRACE : asked;
    }

    private Check judged(Expectation expectation) throws IOException {
        String said = Words.of(expectation);
        if (expectation instanceof Expectation.Registered expected) {
            return registered(expected, said);
        }
        if (expectation instanceof Expectation.Bootstrapped expected) {
            return seen(
                    expected.device(),
                    expected.within(),
                    said,
                    event -> event.id() > since
                            && event.stage() == Stage.FINISHED
                            && event.outcome() == Outcome.OK
                            && event.party() == Party.DEVICE);
        }
        if (expectation instanceof Expectation.Refused expected) {
            return refused(expected, said);
        }
        if (expectation instanceof Expectation.Failed expected) {
            Predicate<Event> failure = Observations.failure(expected);
            return seen(expected.device(), expected.within(), said, event -> event.id() > since && failure.test(event));
        }
        if (expectation instanceof Expectation.Seen expected) {
            return counted(expected, said);
        }
        if (expectation instanceof Expectation.Keeps expected) {
            return keeps(expected, said);
        }
        if (expectation instanceof Expectation.Shows expected) {
            return shows(expected, said);
        }
        return new CheckingLater(run, since, this::patience).check(expectation, said);
    }

    /** The serial number of the certificate with which the device registered last. */
    private Optional<String> shown(List<Event> timeline, int device) {
        Optional<String> endpoint = run.endpoint(device);
        return timeline.stream()
                .filter(event -> event.stage() == Stage.REGISTERED
                        && event.party() == Party.LWM2M_SERVER
                        && event.outcome() == Outcome.OK
                        && event.endpoint().equals(endpoint))
                .reduce((earlier, later) -> later)
                .map(event -> event.facts().get("serial"));
    }

    private Check shows(Expectation.Shows expected, String said) {
        run.bench().journal().flush();
        Optional<String> now = shown(run.bench().timeline(), expected.device());
        boolean isOld = now.equals(shownBefore.get(expected.device()));
        boolean met = now.isPresent()
                && switch (expected.certificate()) {
                    case "old" -> isOld;
                    case "new" -> !isOld;
                    default -> now.get().equals(run.serial(expected.certificate()));
                };
        return new Check(
                said,
                met,
                now.map(serial -> (isOld ? "with the certificate that it had" : "with another certificate")
                                + ", serial " + serial)
                        .orElse("it has not registered"));
    }

    private Check registered(Expectation.Registered expected, String said) {
        if (run.isRaw(expected.device())) {
            return established(expected);
        }
        String endpoint = run.endpoint(expected.device()).orElse("");
        // a foreign bootstrap server sends its devices to an LwM2M server of its own
        Party teller = foreign.haveServers() ? Party.DEVICE : Party.LWM2M_SERVER;
        Predicate<Event> registration = event -> event.stage() == Stage.REGISTERED
                && event.party() == teller
                && event.outcome() == Outcome.OK
                && event.endpoint().equals(Optional.of(endpoint))
                && (!expected.again() || event.id() > since);
        Optional<Event> found = await(registration, expected.device(), expected.within());
        if (found.isEmpty()) {
            return new Check(said, false, ended());
        }
        if (run.device(expected.device()).isPresent() && teller != Party.DEVICE && !knows(expected, endpoint)) {
            return new Check(said, false, "registered at the server, and the device does not know of it");
        }
        if (!expected.findings().isEmpty() && !foreign.isObserved(leg.judge())) {
            return new Check(said, false, false, "registered; what the foreign party remarked nobody sees");
        }
        List<String> made = Observations.findings(run.bench().timeline(), leg);
        boolean all = made.containsAll(expected.findings());
        return new Check(
                said,
                all,
                expected.findings().isEmpty()
                        ? "registered"
                        : "registered with the remarks " + String.join(", ", made));
    }

    /** The server is first to know; what is done next to a device may depend on its knowing too. */
    private boolean knows(Expectation.Registered expected, String endpoint) {
        boolean told = run.bench()
                .journal()
                .await(
                        event -> event.stage() == Stage.REGISTERED
                                && event.party() == Party.DEVICE
                                && event.outcome() == Outcome.OK
                                && event.endpoint().equals(Optional.of(endpoint))
                                && (!expected.again() || event.id() > since),
                        patience(expected.within()))
                .isPresent();
        // it tells of its registration a moment before it acts on it
        long deadline = System.nanoTime() + GRACE.toNanos();
        while (told
                && run.device(expected.device()).orElseThrow().state() != DeviceState.REGISTERED
                && System.nanoTime() < deadline) {
            Thread.onSpinWait();
        }
        return told;
    }

    /** A party that is none of ours goes no further than the handshake, which the judge must have let pass. */
    private Check established(Expectation.Registered expected) {
        String said = "the handshake is established (who sends this goes no further)";
        Predicate<Event> handshake = event -> event.id() > since
                && event.stage() == leg.handshake()
                && event.party() == leg.judge()
                && event.outcome() == Outcome.OK;
        Optional<Event> found = await(handshake, expected.device(), expected.within());
        List<String> made = Observations.findings(run.bench().timeline(), leg);
        return new Check(
                said
                        + (expected.findings().isEmpty()
                                ? ""
                                : " with the remark " + String.join(", ", expected.findings())),
                found.isPresent() && made.containsAll(expected.findings()),
                found.isPresent()
                        ? "established, remarks: " + (made.isEmpty() ? "none" : String.join(", ", made))
                        : ended());
    }

    private Check refused(Expectation.Refused expected, String said) {
        if (expected.by().isPresent() && !foreign.isObserved(expected.by().get())) {
            return refusedByAForeigner(expected, said);
        }
        Predicate<Event> refusal = Observations.refusal(expected);
        Optional<Event> found =
                await(event -> event.id() > since && refusal.test(event), expected.device(), expected.within());
        if (found.isEmpty()) {
            return new Check(said, false, ended());
        }
        if (expected.alert().isPresent() && !run.isRawServer() && foreign.isObserved(other(expected))) {
            Predicate<Event> heard = Observations.heard(expected);
            if (run.bench()
                    .journal()
                    .await(event -> event.id() > since && heard.test(event), GRACE)
                    .isEmpty()) {
                return new Check(said, false, "refused so, but the other side did not see that alert");
            }
        }
        return new Check(said, true, summary(found.get()));
    }

    private Party other(Expectation.Refused expected) {
        return expected.by().equals(Optional.of(Party.DEVICE))
                ? leg.startsAtLwm2m() ? Party.LWM2M_SERVER : Party.BOOTSTRAP_SERVER
                : Party.DEVICE;
    }

    /** Of a foreign party's refusal only the alert is seen, or the answer; its reason is its own. */
    private Check refusedByAForeigner(Expectation.Refused expected, String said) {
        Predicate<Event> heard = event -> event.id() > since
                && event.outcome() == Outcome.REFUSED
                && event.refusedBy().equals(expected.by())
                && (expected.at().isEmpty() || event.stage() == expected.at().get());
        Optional<Event> found = await(heard, expected.device(), expected.within());
        if (found.isEmpty()) {
            return new Check(said, false, ended());
        }
        if (expected.alert().isPresent() && !found.get().alert().equals(expected.alert())) {
            return new Check(said, false, summary(found.get()));
        }
        return new Check(
                said,
                false,
                false,
                "refused as far as it is seen; the reason is the foreign party's own: " + summary(found.get()));
    }

    private Check seen(int device, Duration within, String said, Predicate<Event> wanted) {
        Optional<Event> found = await(wanted, device, within);
        return new Check(said, found.isPresent(), found.map(Checking::summary).orElseGet(this::ended));
    }

    private Check counted(Expectation.Seen expected, String said) {
        Predicate<Event> wanted = Observations.pattern(
                expected.pattern(),
                expected.pattern().device() == 0
                        ? Optional.empty()
                        : run.endpoint(expected.pattern().device()));
        if (expected.least() > 0) {
            Set<Long> seen = new HashSet<>();
            await(
                    event -> wanted.test(event) && seen.add(event.id()) && seen.size() >= expected.least()
                            || seen.size() >= expected.least(),
                    Math.max(1, expected.pattern().device()),
                    expected.within());
        }
        run.bench().journal().flush();
        List<Event> found = run.bench().timeline().stream().filter(wanted).toList();
        boolean met = found.size() >= expected.least() && found.size() <= expected.most();
        return new Check(
                said,
                met,
                found.isEmpty()
                        ? "no such event; " + ended()
                        : found.size()
                                + (found.size() == 1 ? " event: " : " events, the last: ")
                                + summary(found.get(found.size() - 1)));
    }

    private Check keeps(Expectation.Keeps expected, String said) throws IOException {
        Optional<String> now = run.lwm2mSerial(expected.device());
        Expectation.Which which = now.isEmpty()
                ? Expectation.Which.NOTHING
                : now.equals(keptBefore.get(expected.device())) ? Expectation.Which.OLD : Expectation.Which.NEW;
        return new Check(
                said,
                which == expected.which(),
                now.map(serial -> (which == Expectation.Which.OLD ? "the old" : "a new") + " certificate, serial "
                                + serial)
                        .orElse("no LwM2M credentials"));
    }

    /** The event, when it is there or comes in time; not later than a moment after the device has come to an end. */
    private Optional<Event> await(Predicate<Event> wanted, int device, Duration asked) {
        Journal journal = run.bench().journal();
        Duration within =
                patience(foreign.device().isPresent() && asked.compareTo(FOREIGN_DEVICE) < 0 ? FOREIGN_DEVICE : asked);
        long deadline = System.nanoTime() + within.toNanos();
        Optional<Event> found = awaitOrFail(event -> wanted.test(event) || isAnEnd(event, device), within);
        if (found.isEmpty() || wanted.test(found.get())) {
            return found;
        }
        long left = Math.min(deadline - System.nanoTime(), GRACE.toNanos());
        return journal.await(wanted, Duration.ofNanos(Math.max(1, left)));
    }

    /** As the journal waits; but for a device of the user's that ended badly no longer than a moment. */
    private Optional<Event> awaitOrFail(Predicate<Event> wanted, Duration within) {
        Journal journal = run.bench().journal();
        if (foreign.device().isEmpty()) {
            return journal.await(wanted, within);
        }
        long deadline = System.nanoTime() + within.toNanos();
        Optional<Event> found = Optional.empty();
        while (found.isEmpty() && !run.foreignFailed() && System.nanoTime() < deadline) {
            found = journal.await(wanted, LOOK);
        }
        return found.isPresent() ? found : journal.await(wanted, run.foreignFailed() ? GRACE : LOOK);
    }

    /** The device waits before it tries again, or is where it wants to be; a peer that is no device is there at once. */
    private boolean isAnEnd(Event event, int device) {
        if (event.id() <= since || run.mayPass()) {
            return false;
        }
        Optional<SimulatedDevice> simulated = run.device(device);
        if (!foreign.isObserved(Party.DEVICE)) {
            return event.outcome() != Outcome.OK || event.stage() == Stage.REGISTERED;
        }
        if (simulated.isEmpty()) {
            return event.outcome() != Outcome.OK || event.stage() == leg.handshake();
        }
        return event.endpoint().equals(Optional.of(simulated.get().endpoint()))
                && event.party() == Party.DEVICE
                && (event.stage() == Stage.FALLBACK && event.outcome() != Outcome.OK
                        || event.stage() == Stage.REGISTERED && event.outcome() == Outcome.OK);
    }

    private String ended() {
        run.bench().journal().flush();
        List<Event> timeline = run.bench().timeline();
        return Observations.outcome(timeline, leg)
                + timeline.stream()
                        .filter(event -> event.outcome() == Outcome.REFUSED
                                && event.detail().isPresent())
                        .filter(event -> event.refusedBy().equals(Optional.of(event.party())))
                        .reduce((a, b) -> b)
                        .flatMap(Event::detail)
                        .map(detail -> " — " + detail)
                        .orElse("");
    }

    static String summary(Event event) {
        return event.stage().word() + " " + event.outcome().word()
                + event.refusedBy().map(by -> " by " + by.word()).orElse("")
                + event.reason().map(reason -> ": " + reason).orElse("")
                + (event.alert().isPresent() ? " (alert " + event.alert().getAsInt() + ")" : "")
                + event.detail().map(detail -> " — " + detail).orElse("");
    }
}
