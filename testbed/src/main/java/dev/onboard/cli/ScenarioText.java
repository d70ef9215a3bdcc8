package dev.onboard.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.onboard.journal.Event;
import dev.onboard.scenario.EarlierRun;
import dev.onboard.scenario.Report;
import dev.onboard.scenario.Result;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A run of scenarios for people: what came otherwise, expected and actual, with the timeline; then the counts. */
final class ScenarioText {
    private static final int LONGEST_TIMELINE = 40;

    private ScenarioText() {}

    private static String line(Event event) {
        try {
            return EventText.line(Console.json().readTree(event.toString()));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("an event writes itself as JSON", e);
        }
    }

    static List<String> lines(Report report) {
        List<String> lines = new ArrayList<>();
        for (Result result : report.results()) {
            if (result.status() == Result.Status.DIFFERENT || result.status() == Result.Status.NOT_OBSERVED) {
                lines.add("");
                lines.add(result.scenario().id() + "  " + result.scenario().title());
                if (!result.note().isEmpty()) {
                    lines.add("    " + result.note());
                }
                for (Result.Check check : result.checks()) {
                    lines.add("    expected  " + check.expected());
                    lines.add("    " + (check.met() ? "came so   " : check.isObserved() ? "came      " : "not seen  ")
                            + check.actual());
                }
                result.timeline().stream()
                        .skip(Math.max(0, result.timeline().size() - LONGEST_TIMELINE))
                        .forEach(event -> lines.add("      " + line(event)));
            }
        }
        if (!report.changes().isEmpty()) {
            lines.add("");
            lines.add("changed against the baseline:");
            for (EarlierRun.Change change : report.changes()) {
                lines.add("    " + change.id());
                lines.add("      before  " + change.before());
                lines.add("      now     " + change.now());
            }
        }
        lines.add("");
        lines.add(String.format(
                Locale.ROOT,
                "%d scenarios in %.1f s: %d as expected, %d different, %d pending, %d not observed",
                report.results().size(),
                report.took().toMillis() / 1000.0,
                report.count(Result.Status.AS_EXPECTED),
                report.count(Result.Status.DIFFERENT),
                report.count(Result.Status.PENDING),
                report.count(Result.Status.NOT_OBSERVED)));
        return lines;
    }
}
