package dev.onboard.http;

import static io.javalin.http.HandlerType.GET;
import static io.javalin.http.HandlerType.POST;

import dev.onboard.http.Routes.Route;
import java.util.List;

/** What the management port answers about rotations. */
final class RotationRoutes {
    private static final String ROTATION = "/testbed/rotations/{subject}";

    private RotationRoutes() {}

    static List<Route> all(RotationDocuments documents) {
        return List.of(
                new Route(
                        GET,
                        ROTATION,
                        documents::read,
                        Operation.of("How a rotation stands, and who has not followed", 200, "Rotation")
                                .refuses(404)),
                new Route(
                        POST,
                        ROTATION,
                        documents::begin,
                        Operation.of("Put a new certificate or CA into use beside the old one", 201, "Rotation")
                                .refuses(404, 409, 423)),
                new Route(
                        POST,
                        ROTATION + "/undo",
                        documents::undo,
                        Operation.of(
                                        "Put the old one into use again, beside the new one, which is to go",
                                        200,
                                        "Rotation")
                                .refuses(404, 409)),
                new Route(
                        POST,
                        ROTATION + "/finish",
                        documents::finish,
                        Operation.of("End the overlap of a rotation; lists whom it leaves behind", 200, "Rotation")
                                .takes("RotationEnd")
                                .refuses(400, 404, 409)));
    }
}
