package dev.onboard.http;

import static dev.onboard.http.Operation.creates;
import static dev.onboard.http.Operation.does;
import static dev.onboard.http.Operation.lists;
import static dev.onboard.http.Operation.of;
import static dev.onboard.http.Operation.reads;
import static dev.onboard.http.Operation.removes;
import static dev.onboard.http.Operation.updates;
import static io.javalin.http.HandlerType.DELETE;
import static io.javalin.http.HandlerType.GET;
import static io.javalin.http.HandlerType.POST;
import static io.javalin.http.HandlerType.PUT;

import io.javalin.http.Handler;
import io.javalin.http.HandlerType;
import java.util.List;

/**
 * Everything the management port answers but the Connect API ({@link ConnectRoutes}), and what {@code /openapi.json} says
 * about it. Each path is also answered with a
 * slash at its end. Longer than usual because it is a table: a row for each route.
 */
final class Routes {
    private static final String FORM = "multipart/form-data";
    private static final String SERVER = "server";
    private static final String BY_SERVER =
            "by which LwM2M server, where there are two: its short server id or its URI; the first when not given";
    private static final String TRUSTED =
            "id name description service status enrollment_mode device_execution_mode owner "
                    + "certificate_fingerprint subject issuer expire validity valid created_at updated_at";
    private static final String DEVICE = "id name description state ca_id device_key issuer_fingerprint endpoint_type "
            + "device_class vendor_id serial_number host_gateway mechanism mechanism_url manifest "
            + "deployment bootstrap_expiration_date connector_expiration_date endpoint_name "
            + "device_execution_mode auto_update operator_suspended lifecycle_status "
            + "bootstrapped_timestamp enrolment_list_timestamp public_key created_at updated_at etag";
    private static final String ENROLLMENT = "id enrollment_identity enrolled_device_id created_at";
    private static final String DENIAL = "id trusted_certificate_id endpoint_name created_at";
    private static final String DEVICE_EVENT =
            "id device_id endpoint_name event_type description state_change date_time created_at";
    private static final String ISSUER = "id name description issuer_type created_at updated_at";
    private static final String CONFIGURATION = "id reference certificate_issuer_id created_at updated_at";
    private static final String RENEWAL =
            "id device_id certificate_name enroll_status enroll_result created_at updated_at";
    private static final String ISSUED = "id serial endpoint_name device_id created_at expires_at";

    /** One method at one path, and what {@code /openapi.json} says about it. */
    record Route(HandlerType method, String path, Handler handler, Operation says) {}

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
            EventDocuments events,
            DeviceEventDocuments deviceEvents,
            IssuerDocuments issuers,
            IssuerConfigurationDocuments configurations,
            RenewalDocuments renewals,
            BlockCategoryDocuments categories,
            OpenApi openApi) {
        return List.of(
                // the platform's
                new Route(
                        GET,
                        "/v3/trusted-certificates",
                        trusted::list,
                        lists("TrustedCertificate", "Trusted certificates").by(TRUSTED)),
                new Route(
                        POST,
                        "/v3/trusted-certificates",
                        trusted::create,
                        creates(
                                "TrustedCertificate",
                                "TrustedCertificateRequest",
                                "Upload a CA certificate or a chain, root first")),
                new Route(
                        GET,
                        "/v3/trusted-certificates/{id}",
                        trusted::read,
                        reads("TrustedCertificate", "A trusted certificate")),
                new Route(
                        PUT,
                        "/v3/trusted-certificates/{id}",
                        trusted::update,
                        updates(
                                        "TrustedCertificate",
                                        "TrustedCertificateUpdate",
                                        "Change members of a trusted certificate")
                                .refuses(409)),
                new Route(
                        DELETE,
                        "/v3/trusted-certificates/{id}",
                        trusted::delete,
                        removes("Remove a trusted certificate; sessions that it admitted end")),
                new Route(
                        GET,
                        "/v3/devices",
                        devices::list,
                        lists("Device", "Devices").by(DEVICE)),
                new Route(
                        POST,
                        "/v3/devices",
                        devices::create,
                        creates("Device", "DeviceRequest", "Make a device known")),
                new Route(GET, "/v3/devices/{id}", devices::read, reads("Device", "A device")),
                new Route(
                        PUT,
                        "/v3/devices/{id}",
                        devices::update,
                        updates("Device", "DeviceUpdate", "Change what people wrote on a device")),
                new Route(
                        DELETE,
                        "/v3/devices/{id}",
                        devices::delete,
                        removes("Forget a device; its certificates are good for nothing any more")),
                new Route(
                        POST,
                        "/v3/devices/{id}/suspend",
                        devices::suspend,
                        does("Refuse a device from now on")
                                .takes("SuspensionRequest")
                                .refuses(400, 404)),
                new Route(
                        POST,
                        "/v3/devices/{id}/resume",
                        devices::resume,
                        does("End a suspension").refuses(400, 404)),
                new Route(
                        POST,
                        "/v3/developer-certificates",
                        developers::create,
                        creates(
                                "DeveloperCertificate",
                                "DeveloperCertificateRequest",
                                "Make a certificate for development")),
                new Route(
                        GET,
                        "/v3/developer-certificates/{id}",
                        developers::read,
                        reads("DeveloperCertificate", "A developer certificate, with its private key and C file")),
                new Route(
                        GET,
                        "/v3/server-credentials",
                        servers::all,
                        of("Both servers, in the short form", 200, "AllServerCredentials")
                                .refuses(404)),
                new Route(
                        GET,
                        "/v3/server-credentials/bootstrap",
                        servers::bootstrap,
                        reads("ServerCredentials", "The bootstrap server's address and CA certificate")),
                new Route(
                        GET,
                        "/v3/server-credentials/lwm2m",
                        servers::lwm2m,
                        reads("ServerCredentials", "The LwM2M server's address and CA certificate")),
                new Route(
                        GET,
                        "/v3/device-enrollments",
                        enrollments::list,
                        lists("Enrollment", "The enrolment list").by(ENROLLMENT)),
                new Route(
                        POST,
                        "/v3/device-enrollments",
                        enrollments::create,
                        creates("Enrollment", "EnrollmentRequest", "Put a device on the enrolment list")),
                new Route(
                        GET,
                        "/v3/device-enrollments/{id}",
                        enrollments::read,
                        reads("Enrollment", "An entry of the enrolment list")),
                new Route(
                        DELETE,
                        "/v3/device-enrollments/{id}",
                        enrollments::delete,
                        removes("Take a device off the enrolment list")),
                new Route(
                        POST,
                        "/v3/device-enrollments-bulk-uploads",
                        enrollments::bulkUpload,
                        of("Put a CSV file of devices on the enrolment list", 201, "EnrollmentJob")
                                .takes(FORM, "EnrollmentFile")
                                .refuses(400, 415)),
                new Route(
                        GET,
                        "/v3/device-enrollments-bulk-uploads/{id}",
                        enrollments::readUploadJob,
                        of("What became of an upload", 200, "EnrollmentJob").refuses(404)),
                new Route(
                        POST,
                        "/v3/device-enrollments-bulk-deletes",
                        enrollments::bulkDelete,
                        of("Take a CSV file of devices off the enrolment list", 201, "EnrollmentJob")
                                .takes(FORM, "EnrollmentFile")
                                .refuses(400, 415)),
                new Route(
                        GET,
                        "/v3/device-enrollments-bulk-deletes/{id}",
                        enrollments::readDeleteJob,
                        of("What became of a deletion", 200, "EnrollmentJob").refuses(404)),
                new Route(
                        GET,
                        "/v3/device-enrollment-denials",
                        enrollments::denials,
                        lists(
                                        "EnrollmentDenial",
                                        "Devices refused by a CA in enrolment mode; trusted_certificate_id__eq must be given")
                                .by(DENIAL)),
                new Route(
                        GET,
                        "/v3/device-enrollment-denials/{id}",
                        enrollments::readDenial,
                        of("A refusal", 200, "EnrollmentDenial").refuses(404)),
                new Route(GET, "/v3/api-keys", keys::list, lists("ApiKey", "API keys, without the keys")),
                new Route(
                        POST,
                        "/v3/api-keys",
                        keys::create,
                        creates("NewApiKey", "ApiKeyRequest", "Make an API key, shown this once")),
                new Route(GET, "/v3/api-keys/{id}", keys::read, reads("ApiKey", "An API key, without the key")),
                new Route(DELETE, "/v3/api-keys/{id}", keys::revoke, removes("Revoke an API key")),
                new Route(
                        GET,
                        "/v3/device-events",
                        deviceEvents::list,
                        lists("DeviceEvent", "What happened to devices").by(DEVICE_EVENT)),
                new Route(
                        GET,
                        "/v3/device-events/{id}",
                        deviceEvents::read,
                        reads("DeviceEvent", "What happened to a device")),
                new Route(
                        GET,
                        "/v3/devicelog",
                        deviceEvents::list,
                        lists("DeviceEvent", "The old name of /v3/device-events")
                                .by(DEVICE_EVENT)),
                new Route(
                        GET,
                        "/v3/devicelog/{id}",
                        deviceEvents::read,
                        reads("DeviceEvent", "The old name of /v3/device-events/{id}")),
                new Route(
                        GET,
                        "/v3/device-block-categories",
                        categories::list,
                        of("Words for why a device is suspended", 200, "DeviceBlockCategory[]")),
                new Route(
                        GET,
                        "/v3/device-block-categories/{reference}",
                        categories::read,
                        of("A word for why a device is suspended", 200, "DeviceBlockCategory")
                                .refuses(404)),
                new Route(
                        GET,
                        "/v3/certificate-issuers",
                        issuers::list,
                        lists("CertificateIssuer", "Third-party certificate issuers")
                                .by(ISSUER)),
                new Route(
                        POST,
                        "/v3/certificate-issuers",
                        issuers::create,
                        creates(
                                        "CertificateIssuer",
                                        "CertificateIssuerRequest",
                                        "Store a certificate issuer; 20 at most")
                                .refuses(424)),
                new Route(
                        GET,
                        "/v3/certificate-issuers/{id}",
                        issuers::read,
                        reads("CertificateIssuer", "A certificate issuer, without its credentials")),
                new Route(
                        PUT,
                        "/v3/certificate-issuers/{id}",
                        issuers::update,
                        updates("CertificateIssuer", "CertificateIssuerUpdate", "Change a certificate issuer")
                                .refuses(409, 424)),
                new Route(
                        DELETE,
                        "/v3/certificate-issuers/{id}",
                        issuers::delete,
                        removes("Remove a certificate issuer that no configuration names")
                                .refuses(400)),
                new Route(
                        POST,
                        "/v3/certificate-issuers/{id}/verify",
                        issuers::verify,
                        of("Ask a certificate issuer whether it would sign", 200, "CertificateIssuerVerification")
                                .refuses(404, 424)),
                new Route(
                        GET,
                        "/v3/certificate-issuer-configurations",
                        configurations::list,
                        lists("CertificateIssuerConfiguration", "Who signs which certificates")
                                .by(CONFIGURATION)),
                new Route(
                        POST,
                        "/v3/certificate-issuer-configurations",
                        configurations::create,
                        creates(
                                "CertificateIssuerConfiguration",
                                "CertificateIssuerConfigurationRequest",
                                "Have an issuer sign a custom certificate")),
                new Route(
                        GET,
                        "/v3/certificate-issuer-configurations/lwm2m",
                        configurations::readLwm2m,
                        of("Who signs LwM2M device certificates", 200, "CertificateIssuerConfiguration")
                                .with(304)),
                new Route(
                        PUT,
                        "/v3/certificate-issuer-configurations/lwm2m",
                        configurations::updateLwm2m,
                        updates(
                                        "CertificateIssuerConfiguration",
                                        "CertificateIssuerConfigurationUpdate",
                                        "Have an issuer sign LwM2M device certificates; null: the account's own CA")
                                .refuses(424)),
                new Route(
                        GET,
                        "/v3/certificate-issuer-configurations/{id}",
                        configurations::read,
                        reads("CertificateIssuerConfiguration", "Who signs certificates of one kind")),
                new Route(
                        PUT,
                        "/v3/certificate-issuer-configurations/{id}",
                        configurations::update,
                        updates(
                                        "CertificateIssuerConfiguration",
                                        "CertificateIssuerConfigurationUpdate",
                                        "Exchange the issuer of one kind of certificate")
                                .refuses(424)),
                new Route(
                        DELETE,
                        "/v3/certificate-issuer-configurations/{id}",
                        configurations::delete,
                        removes("Remove the configuration of a custom certificate")
                                .refuses(400)),
                new Route(
                        GET,
                        "/v3/certificate-enrollments",
                        renewals::list,
                        lists("CertificateEnrollment", "Renewals of certificates")
                                .by(RENEWAL)),
                new Route(
                        GET,
                        "/v3/certificate-enrollments/{id}",
                        renewals::read,
                        reads("CertificateEnrollment", "A renewal of a certificate")),
                new Route(
                        POST,
                        "/v3/devices/{id}/certificates/{name}/renew",
                        renewals::renew,
                        of("Renew a certificate on a device", 201, "CertificateEnrollment")
                                .refuses(400, 404, 409, 423)),
                new Route(
                        GET,
                        "/v3/accounts/{account_id}/trusted-certificates",
                        account.own(trusted::list),
                        lists("TrustedCertificate", "Trusted certificates of this account")
                                .by(TRUSTED)
                                .refuses(404)),
                new Route(
                        POST,
                        "/v3/accounts/{account_id}/trusted-certificates",
                        account.own(trusted::create),
                        creates(
                                        "TrustedCertificate",
                                        "TrustedCertificateRequest",
                                        "Upload a CA certificate or a chain, root first")
                                .refuses(404)),
                new Route(
                        GET,
                        "/v3/accounts/{account_id}/trusted-certificates/{id}",
                        account.own(trusted::read),
                        reads("TrustedCertificate", "A trusted certificate")),
                new Route(
                        PUT,
                        "/v3/accounts/{account_id}/trusted-certificates/{id}",
                        account.own(trusted::update),
                        updates(
                                        "TrustedCertificate",
                                        "TrustedCertificateUpdate",
                                        "Change members of a trusted certificate")
                                .refuses(409)),
                new Route(
                        DELETE,
                        "/v3/accounts/{account_id}/trusted-certificates/{id}",
                        account.own(trusted::delete),
                        removes("Remove a trusted certificate; sessions that it admitted end")),
                new Route(GET, "/v3/accounts/me", account::me, of("The account", 200, "Account")),
                // the testbed's own
                new Route(
                        GET,
                        "/openapi.json",
                        openApi::answer,
                        of("This document", 200, "OpenApi").withoutKey()),
                new Route(
                        GET,
                        "/testbed/account",
                        account::read,
                        of("The account as a testbed's", 200, "TestbedAccount")),
                new Route(
                        PUT,
                        "/testbed/account",
                        account::update,
                        of(
                                        "Change the anchor policy, or what becomes of certificates without a revocation list",
                                        200,
                                        "TestbedAccount")
                                .takes("TestbedAccountUpdate")
                                .refuses(400)),
                new Route(GET, "/testbed/events", events::all, events("The journal")),
                new Route(
                        GET,
                        "/testbed/enrollment-jobs/{id}/report",
                        enrollments::report,
                        of("CSV: a line for each identity of a bulk job", 200, "text/csv", "-")
                                .refuses(404)),
                new Route(
                        GET,
                        "/testbed/devices/{endpoint}",
                        devices::readByEndpoint,
                        reads("Device", "A device, by its endpoint name")),
                new Route(
                        POST,
                        "/testbed/devices/{endpoint}/release",
                        devices::release,
                        of("Let the next claimant own an endpoint name", 200, "Device")
                                .refuses(404)),
                new Route(
                        GET, "/testbed/devices/{endpoint}/events", events::ofDevice, events("The journal of a device")),
                new Route(
                        GET,
                        "/testbed/devices/{endpoint}/registrations",
                        resources::registrations,
                        of("Where a device is registered: at each of its LwM2M servers", 200, "Registrations")),
                new Route(
                        GET,
                        "/testbed/devices/{endpoint}/resources/<path>",
                        resources::read,
                        of("Read an LwM2M path; with Accept: text/event-stream observe it", 200, "ResourceValue")
                                .query(SERVER, "string", BY_SERVER)
                                .refuses(400, 404, 422, 504)),
                new Route(
                        PUT,
                        "/testbed/devices/{endpoint}/resources/<path>",
                        resources::write,
                        does("Write to an LwM2M path")
                                .takes("ResourceWrite")
                                .query(SERVER, "string", BY_SERVER)
                                .refuses(400, 404, 422, 504)),
                new Route(
                        POST,
                        "/testbed/devices/{endpoint}/resources/<path>",
                        resources::execute,
                        does("Execute a resource; the body may be left out")
                                .takes("ResourceExecution")
                                .query(SERVER, "string", BY_SERVER)
                                .refuses(400, 404, 422, 504)),
                new Route(
                        GET,
                        "/testbed/issued-certificates",
                        issued::list,
                        lists("IssuedCertificate", "Certificates issued to devices")
                                .by(ISSUED)),
                new Route(
                        GET,
                        "/testbed/issued-certificates/{serial}",
                        issued::read,
                        of("An issued certificate", 200, "IssuedCertificate").refuses(404)),
                new Route(
                        POST,
                        "/testbed/issued-certificates/{serial}/revoke",
                        issued::revoke,
                        of("Revoke an issued certificate; the body may be left out", 200, "IssuedCertificate")
                                .takes("RevocationRequest")
                                .refuses(400, 404)));
    }

    private static Operation events(String summary) {
        Operation operation = of(summary + "; with Accept: text/event-stream as a stream that goes on", 200, "Event[]")
                .query("after", "integer", "leaves out everything up to this event id")
                .query("limit", "integer", "events at most, 1 to 10000; 1000 when not given");
        for (String field : new String[] {"endpoint", "stage", "party", "outcome", "refused_by", "reason"}) {
            operation = operation.query(field, "string", "equals");
        }
        return operation.refuses(400);
    }
}
