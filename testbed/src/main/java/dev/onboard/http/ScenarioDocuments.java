package dev.onboard.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.onboard.account.AccountException.Fault;
import dev.onboard.explain.EventExplanation;
import dev.onboard.http.ScenarioRuns.Run;
import dev.onboard.http.ScenarioRuns.State;
import dev.onboard.scenario.Catalogue;
import dev.onboard.scenario.EarlierRun;
import dev.onboard.scenario.InvalidScenarioException;
import dev.onboard.scenario.Report;
import dev.onboard.scenario.Result;
import dev.onboard.scenario.Scenario;
import dev.onboard.scenario.ScenarioFiles;
import dev.onboard.scenario.Step;
import dev.onboard.scenario.internal.Words;
import io.javalin.http.Context;
import java.io.IOException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * {@code /testbed/scenarios} and {@code /testbed/scenario-runs}: the catalogue, and running it or a scenario that was sent. A
 * scenario that was sent can name no command and no file: the language has neither, and all parties of a run are ours.
 */
final class ScenarioDocuments {
    private final ScenarioRuns runs;
    private final EventFeeds feeds;
    private final InstantSource clock;
    private @Nullable Catalogue catalogue;

    ScenarioDocuments(ScenarioRuns runs, EventFeeds feeds, InstantSource clock) {
        this.runs = runs;
        this.feeds = feeds;
        this.clock = clock;
    }

    /** Read when somebody asks first. */
    private synchronized Catalogue catalogue() {
        Catalogue present = catalogue;
        if (present == null) {
            present = Catalogue.shipped();
            catalogue = present;
        }
        return present;
    }

    void list(Context ctx) {
        String filter = ctx.queryParam("filter");
        List<Scenario> found = filter == null || filter.isEmpty()
                ? catalogue().scenarios()
                : catalogue().matching(filter);
        ObjectNode document = Json.object();
        ArrayNode families = document.putArray("families");
        Catalogue.FAMILIES.forEach(families::add);
        ArrayNode all = document.putArray("scenarios");
        found.forEach(scenario -> all.add(head(scenario)));
        Json.answer(ctx, 200, document);
    }

    private static ObjectNode head(Scenario scenario) {
        return Json.object()
                .put("id", scenario.id())
                .put("family", scenario.family())
                .put("row", scenario.row())
                .put("leg", scenario.leg().word())
                .put("title", scenario.title())
                .put("because", scenario.because())
                .put("pending", scenario.pending().orElse(null));
    }

    void read(Context ctx) {
        String id = ctx.pathParam("id");
        Scenario scenario = catalogue().scenarios().stream()
                .filter(each -> each.id().equals(id))
                .findFirst()
                .orElseThrow(() -> Problem.notFound("there is no scenario '" + id + "'"));
        Json.answer(ctx, 200, page(scenario));
    }

    private static ObjectNode page(Scenario scenario) {
        ObjectNode document = head(scenario).put("about", scenario.about());
        document.put("yaml", ScenarioFiles.text(scenario.written()));
        ArrayNode expected = document.putArray("expected");
        for (Step step : scenario.steps()) {
            if (step instanceof Step.Expect expect) {
                expected.add(Words.of(expect.expectation()));
            }
        }
        return document;
    }

    void run(Context ctx) {
        Body body = Body.of(ctx);
        Optional<String> sent = body.text("scenario");
        String name = body.text("name").orElse("sent");
        long seed = body.number("seed").orElse(1);
        if (!name.matches("[A-Za-z0-9][A-Za-z0-9._/-]{0,79}")) {
            body.fault("name", "'" + name + "' is not made of letters, digits, dots, slashes and hyphens");
        }
        body.done();
        JsonNode filters = Json.read(ctx.body()).path("filters");
        List<Scenario> chosen = sent.isPresent() ? parsed(name, sent.get()) : chosen(filters);
        Run run = runs.begin(chosen, seed);
        Json.answer(ctx, 201, summary(run));
    }

    private static List<Scenario> parsed(String name, String text) {
        try {
            return ScenarioFiles.parse(name, text);
        } catch (InvalidScenarioException e) {
            throw Problem.invalid(e.faults().stream()
                    .map(fault -> new Fault(
                            fault.path().isEmpty() ? "scenario" : fault.path(),
                            (fault.line() > 0 ? "line " + fault.line() + ": " : "") + fault.message()))
                    .toList());
        }
    }

    private List<Scenario> chosen(JsonNode filters) {
        if (!filters.isArray() || filters.isEmpty()) {
            return catalogue().scenarios();
        }
        Set<Scenario> found = new LinkedHashSet<>();
        for (JsonNode filter : filters) {
            List<Scenario> matching = catalogue().matching(filter.asText());
            if (matching.isEmpty()) {
                throw Problem.invalid("filters", "nothing in the catalogue is called '" + filter.asText() + "'");
            }
            found.addAll(matching);
        }
        return new ArrayList<>(found);
    }

    void runs(Context ctx) {
        ObjectNode document = Json.object().put("object", "list");
        ArrayNode data = document.putArray("data");
        runs.all().forEach(run -> data.add(summary(run)));
        Json.answer(ctx, 200, document);
    }

    private ObjectNode summary(Run run) {
        List<Result> results = run.results();
        ObjectNode document = Json.object()
                .put("id", run.id())
                .put("state", run.state().word())
                .put("problem", run.problem())
                .put("seed", run.seed())
                .put("asked_at", Json.time(run.askedAt()))
                .put("seconds", run.took(clock.instant()).toMillis() / 1000.0)
                .put("total", run.scenarios().size())
                .put("done", results.size());
        for (Result.Status status : Result.Status.values()) {
            document.put(
                    Step.word(status).replace('-', '_'),
                    results.stream().filter(result -> result.status() == status).count());
        }
        return document;
    }

    /** As far as it is; as a stream, whenever a result comes, at once and in between with the new results alone. */
    void readRun(Context ctx) {
        Run run = find(ctx.pathParam("id"));
        if (!EventFeeds.isWanted(ctx)) {
            Json.answer(ctx, 200, document(run, baseline(ctx)));
            return;
        }
        feeds.open(ctx, (feed, ending) -> {
            Teller teller = new Teller(feed);
            ending.add(run.watch(teller::tell));
            teller.tell(run);
        });
    }

    /** Tells a client each result once. */
    private final class Teller {
        private final EventFeed feed;
        private final Set<String> told = new LinkedHashSet<>();

        Teller(EventFeed feed) {
            this.feed = feed;
        }

        synchronized void tell(Run run) {
            ObjectNode news = summary(run);
            ArrayNode results = news.putArray("results");
            for (Result result : run.results()) {
                if (told.add(result.scenario().id())) {
                    results.add(brief(result));
                }
            }
            feed.send("run", Json.text(news), "");
        }
    }

    private ObjectNode document(Run run, Optional<Run> baseline) {
        ObjectNode document = summary(run);
        ArrayNode results = document.putArray("results");
        run.results().forEach(result -> results.add(brief(result)));
        ArrayNode scenarios = document.putArray("scenarios");
        run.scenarios().forEach(scenario -> scenarios.add(head(scenario)));
        document.set("changes", changes(run.report(baseline, clock.instant()).changes()));
        return document;
    }

    private static ArrayNode changes(List<EarlierRun.Change> changes) {
        ArrayNode documents = Json.object().putArray("changes");
        for (EarlierRun.Change change : changes) {
            documents
                    .addObject()
                    .put("id", change.id())
                    .put("before", change.before().toString())
                    .put("now", change.now().toString());
        }
        return documents;
    }

    /** What ended otherwise than in a baseline that is sent, such as {@code scenario run --save-baseline} writes. */
    void compare(Context ctx) {
        Run run = find(ctx.pathParam("id"));
        try {
            EarlierRun before = EarlierRun.parse(ctx.body(), "what was sent");
            ObjectNode document =
                    Json.object().put("compared", before.observed().size());
            document.set("changes", changes(before.changes(EarlierRun.of(run.results()))));
            Json.answer(ctx, 200, document);
        } catch (IOException e) {
            throw Problem.badRequest(String.valueOf(e.getMessage()));
        }
    }

    private static ObjectNode brief(Result result) {
        return Json.object()
                .put("id", result.scenario().id())
                .put("status", Step.word(result.status()))
                .put("seconds", result.took().toMillis() / 1000.0)
                .put("observed", result.observed().toString());
    }

    void result(Context ctx) {
        Run run = find(ctx.pathParam("id"));
        String id = ctx.pathParam("scenario");
        Result result = run.result(id)
                .orElseThrow(() -> Problem.notFound("run " + run.id() + " has no result of '" + id + "' yet"));
        ObjectNode document = brief(result).put("note", result.note());
        document.set("scenario", page(result.scenario()));
        document.set("checks", Report.checks(result));
        ArrayNode timeline = document.putArray("timeline");
        result.timeline().forEach(event -> timeline.add(EventExplanation.json(event)));
        ArrayNode chain = document.putArray("chain");
        for (List<String> lines : result.chain()) {
            ArrayNode certificate = chain.addArray();
            lines.forEach(certificate::add);
        }
        Json.answer(ctx, 200, document);
    }

    void cancel(Context ctx) {
        find(ctx.pathParam("id")).cancel();
        ctx.status(204);
    }

    void html(Context ctx) {
        // a page of its own, shown nowhere but where its reader opens it
        ctx.header("Content-Security-Policy", "sandbox; default-src 'none'; style-src 'unsafe-inline'")
                .contentType("text/html; charset=utf-8")
                .result(report(ctx).html());
    }

    void junit(Context ctx) {
        ctx.contentType("application/xml").result(report(ctx).junit());
    }

    void json(Context ctx) {
        Json.answer(ctx, 200, report(ctx).json());
    }

    void saved(Context ctx) {
        Json.answer(ctx, 200, EarlierRun.of(find(ctx.pathParam("id")).results()).json());
    }

    private Report report(Context ctx) {
        Run run = find(ctx.pathParam("id"));
        if (run.state() == State.WAITING || run.state() == State.RUNNING) {
            throw Problem.duplicate("run " + run.id() + " goes on; its report is there when it has ended");
        }
        return run.report(baseline(ctx), clock.instant());
    }

    private Optional<Run> baseline(Context ctx) {
        String id = ctx.queryParam("baseline");
        return id == null || id.isEmpty() ? Optional.empty() : Optional.of(find(id));
    }

    private Run find(String id) {
        return runs.get(id).orElseThrow(() -> Problem.notFound("there is no run '" + id + "' of scenarios"));
    }
}
