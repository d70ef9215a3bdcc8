package dev.onboard.http;

import static dev.onboard.http.Operation.does;
import static dev.onboard.http.Operation.of;
import static io.javalin.http.HandlerType.GET;
import static io.javalin.http.HandlerType.POST;

import dev.onboard.http.Routes.Route;
import java.util.List;

/** What the management port answers about scenarios. */
final class ScenarioRoutes {
    private static final String RUN = "/testbed/scenario-runs/{id}";

    private ScenarioRoutes() {}

    static List<Route> all(ScenarioDocuments scenarios) {
        return List.of(
                new Route(
                        GET,
                        "/testbed/scenarios",
                        scenarios::list,
                        of("The shipped catalogue", 200, "ScenarioCatalogue")
                                .query(
                                        "filter",
                                        "string",
                                        "a row, a family, a leg like @device-lwm2m, or a pattern with *")),
                new Route(
                        GET,
                        "/testbed/scenarios/{id}",
                        scenarios::read,
                        of("A scenario as a page to read", 200, "ScenarioPage").refuses(404)),
                new Route(
                        GET,
                        "/testbed/scenario-runs",
                        scenarios::runs,
                        of("Runs of scenarios, the newest first", 200, "ScenarioRunList")),
                new Route(
                        POST,
                        "/testbed/scenario-runs",
                        scenarios::run,
                        of("Run the catalogue, a part of it, or a scenario that is sent", 201, "ScenarioRun")
                                .takes("ScenarioRunRequest")
                                .refuses(400)),
                new Route(
                        GET,
                        RUN,
                        scenarios::readRun,
                        of(
                                        "A run as far as it is; with Accept: text/event-stream each result as it comes",
                                        200,
                                        "ScenarioRunWithResults")
                                .query("baseline", "string", "another run, to say what ended otherwise")
                                .refuses(404)),
                new Route(
                        GET,
                        RUN + "/results/{scenario}",
                        scenarios::result,
                        of("What came of one scenario, with its timeline and chain", 200, "ScenarioResult")
                                .refuses(404)),
                new Route(
                        POST,
                        RUN + "/cancel",
                        scenarios::cancel,
                        does("End a run; what came so far stays").refuses(404)),
                new Route(
                        GET,
                        RUN + "/report.html",
                        scenarios::html,
                        of("The report as a page", 200, "text/html", "-").refuses(404, 409)),
                new Route(
                        GET,
                        RUN + "/report.xml",
                        scenarios::junit,
                        of("The report as JUnit XML", 200, "application/xml", "-")
                                .refuses(404, 409)),
                new Route(
                        GET,
                        RUN + "/report.json",
                        scenarios::json,
                        of("The report as scenario run --json writes it", 200, "ScenarioReport")
                                .query("baseline", "string", "another run, to say what ended otherwise")
                                .refuses(404, 409)),
                new Route(
                        POST,
                        RUN + "/changes",
                        scenarios::compare,
                        of("What ended otherwise than in a baseline that is sent", 200, "ScenarioChanges")
                                .takes("ScenarioBaseline")
                                .refuses(400, 404)),
                new Route(
                        GET,
                        RUN + "/baseline.json",
                        scenarios::saved,
                        of("How each scenario ended, for --baseline", 200, "ScenarioReport")
                                .refuses(404)));
    }
}
