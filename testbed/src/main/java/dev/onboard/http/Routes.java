package dev.onboard.http;

import static io.javalin.http.HandlerType.DELETE;
import static io.javalin.http.HandlerType.GET;
import static io.javalin.http.HandlerType.POST;
import static io.javalin.http.HandlerType.PUT;

import io.javalin.http.Handler;
import io.javalin.http.HandlerType;
import java.util.List;

/** Everything the management port answers. Each path is also answered with a slash at its end. */
final class Routes {
    /** One method at one path. */
    record Route(HandlerType method, String path, Handler handler) {}

    private Routes() {}

    static List<Route> all(
            TrustedCertificateDocuments trusted,
            DeviceDocuments devices,
            IssuedDocuments issued,
            AccountDocuments account,
            ResourceDocuments resources,
            EventDocuments events) {
        return List.of(
                // the platform's
                new Route(GET, "/v3/trusted-certificates", trusted::list),
                new Route(POST, "/v3/trusted-certificates", trusted::create),
                new Route(GET, "/v3/trusted-certificates/{id}", trusted::read),
                new Route(PUT, "/v3/trusted-certificates/{id}", trusted::update),
                new Route(DELETE, "/v3/trusted-certificates/{id}", trusted::delete),
                new Route(GET, "/v3/devices", devices::list),
                new Route(POST, "/v3/devices", devices::create),
                new Route(GET, "/v3/devices/{id}", devices::read),
                new Route(PUT, "/v3/devices/{id}", devices::update),
                new Route(DELETE, "/v3/devices/{id}", devices::delete),
                new Route(POST, "/v3/devices/{id}/suspend", devices::suspend),
                new Route(POST, "/v3/devices/{id}/resume", devices::resume),
                new Route(GET, "/v3/accounts/me", account::me),
                // the testbed's own
                new Route(GET, "/testbed/account", account::read),
                new Route(PUT, "/testbed/account", account::update),
                new Route(GET, "/testbed/events", events::all),
                new Route(GET, "/testbed/devices/{endpoint}", devices::readByEndpoint),
                new Route(POST, "/testbed/devices/{endpoint}/release", devices::release),
                new Route(GET, "/testbed/devices/{endpoint}/events", events::ofDevice),
                new Route(GET, "/testbed/devices/{endpoint}/resources/<path>", resources::read),
                new Route(PUT, "/testbed/devices/{endpoint}/resources/<path>", resources::write),
                new Route(POST, "/testbed/devices/{endpoint}/resources/<path>", resources::execute),
                new Route(GET, "/testbed/issued-certificates", issued::list),
                new Route(GET, "/testbed/issued-certificates/{serial}", issued::read),
                new Route(POST, "/testbed/issued-certificates/{serial}/revoke", issued::revoke));
    }
}
