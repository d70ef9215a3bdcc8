package dev.onboard.scenario.internal;

import dev.onboard.journal.Event;
import dev.onboard.journal.Outcome;
import dev.onboard.journal.Party;
import dev.onboard.journal.Stage;
import dev.onboard.scenario.Expectation;
import dev.onboard.scenario.Leg;
import dev.onboard.scenario.Result.Observed;
import dev.onboard.scenario.Scenario;
import dev.onboard.scenario.Step;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/** What the journal of a scenario says, in the words of expectations. */
final class Observations {
    private Observations() {}

    /** How a scenario ended. One that is about a bootstrap ends with it: how far its device goes on meanwhile is chance. */
    static Observed outcome(List<Event> timeline, Scenario scenario) {
        List<Step> steps = scenario.steps();
        boolean endsWithBootstrap = !steps.isEmpty()
                && steps.get(steps.size() - 1) instanceof Step.Expect expect
                && expect.expectation() instanceof Expectation.Bootstrapped;
        int end = timeline.size();
        for (int i = 0; endsWithBootstrap && i < timeline.size(); i++) {
            end = isBootstrapped(timeline.get(i)) ? i + 1 : end;
        }
        return outcome(timeline.subList(0, end), scenario.leg());
    }

    private static boolean isBootstrapped(Event event) {
        return event.stage() == Stage.FINISHED && event.outcome() == Outcome.OK && event.party() == Party.DEVICE;
    }

    /** How it ended: the last of registration, refusal and failure that the timeline has; what was refused counts as its party tells it. */
    static Observed outcome(List<Event> timeline, Leg leg) {
        Observed last = Observed.NOTHING;
        for (Event event : timeline) {
            if (event.stage() == Stage.REGISTERED && event.outcome() == Outcome.OK) {
                last = new Observed("registered", "", "", "", -1);
            } else if (isBootstrapped(event)) {
                last = new Observed("bootstrapped", "", "", "", -1);
            } else if (event.outcome() == Outcome.REFUSED
                    && event.stage() != Stage.FALLBACK // tells of the same refusal once more, sooner or later
                    // sessions are looked over each second: one that the device left is closed sooner or later, too
                    && !(event.stage() == Stage.SESSION_CLOSED && last.verdict().equals("refused"))
                    && event.refusedBy().equals(Optional.of(event.party()))) {
                last = observed("refused", event);
            } else if (event.outcome() == Outcome.FAILED
                    && event.stage() != Stage.FALLBACK
                    && event.party() != Party.ACCOUNT // sums up what others told, sooner or later
                    && !last.verdict().equals("refused")) {
                last = observed("failed", event);
            }
        }
        return last;
    }

    private static Observed observed(String verdict, Event event) {
        return new Observed(
                verdict,
                event.stage().word(),
                event.refusedBy().map(Party::word).orElse(""),
                event.reason().orElse(""),
                event.alert().orElse(-1));
    }

    /** An event of the party that refused, with its reason, wherever it matches the expectation. */
    static Predicate<Event> refusal(Expectation.Refused expected) {
        return event -> event.outcome() == Outcome.REFUSED
                && event.refusedBy().equals(Optional.of(event.party()))
                && (expected.by().isEmpty() || event.refusedBy().equals(expected.by()))
                && (expected.at().isEmpty() || event.stage() == expected.at().get())
                && event.reason().equals(Optional.of(expected.reason()))
                && (expected.alert().isEmpty() || event.alert().equals(expected.alert()))
                && (expected.certificate().isEmpty()
                        || event.facts()
                                .getOrDefault("certificate_index", "-1")
                                .equals(Integer.toString(expected.certificate().getAsInt())));
    }

    /** The other side's word on the same refusal: the same step, the same alert. */
    static Predicate<Event> heard(Expectation.Refused expected) {
        return event -> event.outcome() == Outcome.REFUSED
                && !event.refusedBy().equals(Optional.of(event.party()))
                && (expected.by().isEmpty() || event.refusedBy().equals(expected.by()))
                && (expected.at().isEmpty() || event.stage() == expected.at().get())
                && event.alert().equals(expected.alert());
    }

    static Predicate<Event> failure(Expectation.Failed expected) {
        return event -> event.outcome() == Outcome.FAILED
                && (expected.by().isEmpty() || expected.by().get() == event.party())
                && (expected.at().isEmpty() || event.stage() == expected.at().get())
                && event.reason().equals(Optional.of(expected.reason()));
    }

    static Predicate<Event> pattern(Expectation.Pattern expected, Optional<String> endpoint) {
        return event -> (endpoint.isEmpty() || event.endpoint().equals(endpoint))
                && (expected.stage().isEmpty()
                        || event.stage() == expected.stage().get())
                && (expected.party().isEmpty()
                        || event.party() == expected.party().get())
                && (expected.outcome().isEmpty()
                        || event.outcome() == expected.outcome().get())
                && (expected.refusedBy().isEmpty() || event.refusedBy().equals(expected.refusedBy()))
                && (expected.reason().isEmpty() || event.reason().equals(expected.reason()))
                && (expected.alert().isEmpty() || event.alert().equals(expected.alert()))
                && expected.facts().entrySet().stream()
                        .allMatch(fact -> fact.getValue().equals(event.facts().get(fact.getKey())))
                && (expected.detail().isEmpty()
                        || event.detail().orElse("").contains(expected.detail().get()));
    }

    /** The findings that were made of the certificates in this handshake. */
    static List<String> findings(List<Event> timeline, Leg leg) {
        List<String> findings = new ArrayList<>();
        for (Event event : timeline) {
            if (event.stage() == leg.handshake() && event.party() == leg.judge()) {
                findings.addAll(
                        Arrays.asList(event.facts().getOrDefault("findings", "").split(" ", -1)));
            }
        }
        findings.removeIf(String::isEmpty);
        return findings.stream().distinct().toList();
    }
}
