package dev.onboard.http;

import static dev.onboard.http.Operation.of;
import static io.javalin.http.HandlerType.GET;

import dev.onboard.http.Routes.Route;
import java.util.List;

/** What the management port answers to who watches the process: Prometheus, Kubernetes and their like. */
final class HealthRoutes {
    private HealthRoutes() {}

    static List<Route> all(Metrics metrics, Readiness readiness) {
        return List.of(
                new Route(
                        GET,
                        "/metrics",
                        metrics::answer,
                        of("Metrics in the text format of Prometheus", 200, "text/plain", "-")),
                new Route(
                        GET,
                        "/healthz",
                        readiness::healthz,
                        of("Whether the process lives", 200, "Health").withoutKey()),
                new Route(
                        GET,
                        "/readyz",
                        readiness::readyz,
                        of(
                                        "Whether the database answers, Redis where it is used, and each server listens; if not, why not",
                                        200,
                                        "Readiness")
                                .with(503, "Readiness")
                                .withoutKey()));
    }
}
