package dev.onboard.http;

import static io.javalin.http.HandlerType.DELETE;
import static io.javalin.http.HandlerType.GET;
import static io.javalin.http.HandlerType.POST;

import dev.onboard.http.Routes.Route;
import java.util.List;

/** What the management port answers about revocation lists. The account's own is for everybody (RFC 5280, 4.2.1.13). */
final class RevocationRoutes {
    private static final String LISTS = "/testbed/trusted-certificates/{id}/revocation-lists";

    private RevocationRoutes() {}

    static List<Route> all(RevocationDocuments documents) {
        return List.of(
                new Route(
                        GET,
                        LISTS,
                        documents::list,
                        Operation.of("The revocation lists of a trusted certificate", 200, "RevocationListPage")
                                .refuses(404)),
                new Route(
                        POST,
                        LISTS,
                        documents::create,
                        Operation.of("Keep a revocation list, or fetch one from this machine", 201, "RevocationList")
                                .takes("RevocationListRequest")
                                .refuses(400, 404)),
                new Route(
                        POST,
                        LISTS + "/{list_id}/refresh",
                        documents::refresh,
                        Operation.of("Fetch a revocation list again", 200, "RevocationList")
                                .refuses(400, 404)),
                new Route(
                        DELETE,
                        LISTS + "/{list_id}",
                        documents::delete,
                        Operation.does("Forget a revocation list").refuses(404)),
                new Route(
                        GET,
                        "/crl/lwm2m-device-ca.crl",
                        documents::ownDer,
                        Operation.of("The account's own revocation list, DER", 200, "application/pkix-crl", "-")
                                .withoutKey()),
                new Route(
                        GET,
                        "/crl/lwm2m-device-ca.pem",
                        documents::ownPem,
                        Operation.of("The account's own revocation list, PEM", 200, "application/x-pem-file", "-")
                                .withoutKey()));
    }
}
