package dev.onboard.scenario;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.onboard.scenario.internal.HtmlReport;
import dev.onboard.scenario.internal.JUnitReport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * The report of a run, in the forms in which people and machines read it. Immutable.
 *
 * @param changes against a baseline; empty without one
 */
public record Report(List<Result> results, List<EarlierRun.Change> changes, Instant startedAt, Duration took) {
    private static final ObjectMapper JSON = new ObjectMapper();

    public Report {
        results = List.copyOf(results);
        changes = List.copyOf(changes);
    }

    /** How many results have this status. */
    public long count(Result.Status status) {
        return results.stream().filter(result -> result.status() == status).count();
    }

    /** Whether nothing came otherwise than expected, as far as it was run and could be seen, and nothing changed against the baseline. */
    public boolean isGood() {
        return changes.isEmpty() && count(Result.Status.DIFFERENT) == 0;
    }

    /** The document of {@code --json}; its form is in docs/schemas/scenario-report.schema.json. */
    public ObjectNode json() {
        ObjectNode document = JSON.createObjectNode();
        document.put("started_at", startedAt.toString());
        document.put("seconds", took.toMillis() / 1000.0);
        document.put("total", results.size());
        document.put("as_expected", count(Result.Status.AS_EXPECTED));
        document.put("different", count(Result.Status.DIFFERENT));
        document.put("pending", count(Result.Status.PENDING));
        document.put("not_observed", count(Result.Status.NOT_OBSERVED));
        ArrayNode all = document.putArray("scenarios");
        results.forEach(result -> all.add(json(result)));
        ArrayNode changed = document.putArray("changes");
        for (EarlierRun.Change change : changes) {
            ObjectNode one = changed.addObject().put("id", change.id());
            one.set("before", EarlierRun.json(change.before()));
            one.set("now", EarlierRun.json(change.now()));
        }
        return document;
    }

    private static ObjectNode json(Result result) {
        ObjectNode one = JSON.createObjectNode();
        one.put("id", result.scenario().id());
        one.put("title", result.scenario().title());
        one.put("status", Step.word(result.status()));
        one.put("seconds", result.took().toMillis() / 1000.0);
        one.set("observed", EarlierRun.json(result.observed()));
        one.set("checks", checks(result));
        if (!result.note().isEmpty()) {
            one.put("note", result.note());
        }
        return one;
    }

    /** What was expected of a scenario and what came, in JSON. */
    public static ArrayNode checks(Result result) {
        ArrayNode checks = JSON.createArrayNode();
        for (Result.Check check : result.checks()) {
            checks.addObject()
                    .put("expected", check.expected())
                    .put("met", check.met())
                    .put("observed", check.isObserved())
                    .put("actual", check.actual());
        }
        return checks;
    }

    /** Surefire's XML, one test case for each scenario. */
    public String junit() {
        return new JUnitReport(this).xml();
    }

    /** One HTML page that needs nothing else: a matrix, and for each scenario its chain, its timeline as a sequence diagram, and the verdicts of both sides. */
    public String html() {
        return new HtmlReport(this).html();
    }

    /** Writes {@link #junit}. */
    public void writeJUnit(Path file) throws IOException {
        Files.writeString(file, junit());
    }

    /** Writes {@link #html}. */
    public void writeHtml(Path file) throws IOException {
        Files.writeString(file, html());
    }

    /** Writes the document of {@code --json}. */
    public void writeJson(Path file) throws IOException {
        Files.writeString(file, JSON.writerWithDefaultPrettyPrinter().writeValueAsString(json()) + "\n");
    }
}
