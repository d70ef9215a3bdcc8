package dev.onboard.cli;

import dev.onboard.explain.EventExplanation;
import dev.onboard.explain.Refusals;
import dev.onboard.journal.Event;
import dev.onboard.journal.Journal;
import dev.onboard.journal.Outcome;
import dev.onboard.testbed.UsageException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What the journal of a work directory explains, for people. The file is read once. */
record Explained(Path file, Refusals refusals) {
    /** Of this work directory, whether a testbed runs in it or not; without one, of the newest running testbed. */
    static Explained of(@Nullable Path workDirectory) {
        Path directory = workDirectory == null ? Running.testbed(null).workDirectory() : workDirectory;
        Path file = directory.resolve("events.jsonl");
        if (!Files.isRegularFile(file)) {
            throw new UsageException(file + " does not exist; give a testbed's directory with --work-dir");
        }
        try (Stream<Event> all = Journal.read(file)) {
            return new Explained(file, Refusals.of(all.toList()));
        } catch (UncheckedIOException | IllegalArgumentException e) {
            throw new UsageException(file + " cannot be read: " + e.getMessage(), e);
        }
    }

    /** The event with this number. */
    Event event(long id) {
        return refusals.event(id)
                .orElseThrow(() -> new UsageException(file + " has no event " + id + "; it has " + refusals.size()));
    }

    /** Every event of a device, oldest first. */
    List<Event> ofDevice(String endpoint) {
        List<Event> own = refusals.ofDevice(endpoint);
        if (own.isEmpty()) {
            throw new UsageException(
                    file + " has no event of a device '" + endpoint + "'; 'onboard device list' shows the names");
        }
        return own;
    }

    static List<String> text(EventExplanation explanation) {
        Event decisive = explanation.decisive();
        Event other = explanation.other();
        List<String> lines = new ArrayList<>();
        lines.add(EventText.line(EventExplanation.json(decisive)));
        if (other != null) {
            lines.add(EventText.line(EventExplanation.json(other)));
        }
        if (decisive.outcome() == Outcome.OK) {
            lines.add("Nothing was refused here.");
            return lines;
        }
        String by = decisive.refusedBy()
                .map(party -> " by the " + party.word().replace('-', ' '))
                .orElse("");
        lines.add((decisive.outcome() == Outcome.REFUSED ? "REFUSED" : "FAILED") + by + " at "
                + decisive.stage().word()
                + ": " + decisive.reason().orElse("")
                + explanation
                        .alert()
                        .map(alert -> ", " + VerdictText.alert(alert))
                        .orElse(""));
        if (decisive.facts().containsKey("subject")) {
            lines.add(VerdictText.row(
                    "certificate",
                    decisive.facts().get("subject") + ", serial "
                            + decisive.facts().getOrDefault("serial", "unknown")));
        }
        decisive.detail().ifPresent(detail -> lines.add(VerdictText.row("because", detail)));
        explanation.clause().ifPresent(clause -> lines.add(VerdictText.row("rule", clause)));
        lines.add(VerdictText.row("fix", explanation.fix()));
        if (Refusals.isHearsay(decisive)) {
            lines.add(VerdictText.row("note", "the other side's own event is not in this journal"));
        }
        return lines;
    }
}
