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
            ApiKeyDocuments keys,
            DeveloperCertificateDocuments developers,
            ServerCredentialDocuments servers,
            EnrollmentDocuments enrollments,
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
                new Route(POST, "/v3/developer-certificates", developers::create),
                new Route(GET, "/v3/developer-certificates/{id}", developers::read),
                new Route(GET, "/v3/server-credentials", servers::all),
                new Route(GET, "/v3/server-credentials/bootstrap", servers::bootstrap),
                new Route(GET, "/v3/server-credentials/lwm2m", servers::lwm2m),
                new Route(GET, "/v3/device-enrollments", enrollments::list),
                new Route(POST, "/v3/device-enrollments", enrollments::create),
                new Route(GET, "/v3/device-enrollments/{id}", enrollments::read),
                new Route(DELETE, "/v3/device-enrollments/{id}", enrollments::delete),
                new Route(POST, "/v3/device-enrollments-bulk-uploads", enrollments::bulkUpload),
                new Route(GET, "/v3/device-enrollments-bulk-uploads/{id}", enrollments::readUploadJob),
                new Route(POST, "/v3/device-enrollments-bulk-deletes", enrollments::bulkDelete),
                new Route(GET, "/v3/device-enrollments-bulk-deletes/{id}", enrollments::readDeleteJob),
                new Route(GET, "/v3/device-enrollment-denials", enrollments::denials),
                new Route(GET, "/v3/device-enrollment-denials/{id}", enrollments::readDenial),
                new Route(GET, "/v3/api-keys", keys::list),
                new Route(POST, "/v3/api-keys", keys::create),
                new Route(GET, "/v3/api-keys/{id}", keys::read),
                new Route(DELETE, "/v3/api-keys/{id}", keys::revoke),
                new Route(GET, "/v3/accounts/me", account::me),
                // the testbed's own
                new Route(GET, "/testbed/account", account::read),
                new Route(PUT, "/testbed/account", account::update),
                new Route(GET, "/testbed/events", events::all),
                new Route(GET, "/testbed/enrollment-jobs/{id}/report", enrollments::report),
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
