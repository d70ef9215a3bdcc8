package dev.onboard.http;

import static dev.onboard.http.Operation.does;
import static dev.onboard.http.Operation.of;
import static io.javalin.http.HandlerType.GET;
import static io.javalin.http.HandlerType.POST;

import dev.onboard.http.Routes.Route;
import java.util.List;

/** What the management port answers about the whole testbed: what the page is made of, and the page itself. */
final class TestbedRoutes {
    private TestbedRoutes() {}

    static List<Route> all(
            PageFiles page,
            Handover handover,
            OverviewDocuments overview,
            SimulatedDocuments simulated,
            ExplainDocuments explain) {
        return List.of(
                new Route(
                        GET,
                        "/",
                        page::index,
                        of("The page", 200, "text/html", "-").withoutKey()),
                new Route(
                        GET,
                        "/page/<path>",
                        page::file,
                        of("A file of the page, of the type that its name says", 200, "text/javascript", "-")
                                .with(304)
                                .refuses(404)
                                .withoutKey()),
                new Route(
                        POST,
                        "/testbed/handover",
                        handover::exchange,
                        of("Exchange the code of a one-time link for the API key", 200, "ApiKeyHandedOver")
                                .takes("Handover")
                                .refuses(400)
                                .withoutKey()),
                new Route(
                        GET,
                        "/testbed/overview",
                        overview::overview,
                        of(
                                "How many devices are where, rates, refusals by reason; with Accept: text/event-stream"
                                        + " told anew as it changes, four times a second at most",
                                200,
                                "Overview")),
                new Route(
                        GET,
                        "/testbed/devices",
                        overview::devices,
                        of("Every device that the journal knows, by name; refused ones too", 200, "DeviceRows")
                                .query("q", "string", "a part of the endpoint name")
                                .query("phase", "string", "registered, refused and so on")
                                .query("mode", "string", "bootstrap, lwm2m or developer")
                                .query("reason", "string", "why it is refused")
                                .query("offset", "integer", "leaves out so many")
                                .query("limit", "integer", "rows at most, 1000 at most; 100 when not given")
                                .refuses(400)),
                new Route(
                        GET,
                        "/testbed/devices/{endpoint}/summary",
                        overview::device,
                        of("Where a device stands, as the journal has it", 200, "DeviceRow")
                                .refuses(404)),
                new Route(
                        GET,
                        "/testbed/devices/{endpoint}/explanation",
                        explain::device,
                        of("Why a device was refused the last time, and what repairs it", 200, "DeviceExplanation")
                                .refuses(404)),
                new Route(
                        GET,
                        "/testbed/devices/{endpoint}/certificates",
                        explain::certificates,
                        of("A device's certificates, before and after bootstrap", 200, "DeviceCertificates")),
                new Route(
                        POST,
                        "/testbed/explain",
                        explain::explain,
                        of("What is in a file, and what each party of this testbed says of it", 200, "Explained")
                                .takes("ExplainRequest")
                                .refuses(400)),
                new Route(
                        GET,
                        "/testbed/update-certificates",
                        simulated::updateCertificates,
                        of(
                                "The update authenticity certificates that the factory gives devices",
                                200,
                                "UpdateCertificates")),
                new Route(
                        GET,
                        "/testbed/defects",
                        simulated::defects,
                        of("What can be wrong with a certificate that the factory makes", 200, "Defects")),
                new Route(
                        POST,
                        "/testbed/simulated-devices",
                        simulated::make,
                        of("Have the factory make devices, and switch them on", 201, "DevicesMade")
                                .takes("DeviceOrder")
                                .refuses(400)),
                new Route(
                        GET,
                        "/testbed/simulated-devices/{endpoint}",
                        simulated::read,
                        of("A simulated device", 200, "SimulatedDevice").refuses(404)),
                new Route(
                        POST,
                        "/testbed/simulated-devices/{endpoint}/actions",
                        simulated::act,
                        does("Switch a simulated device on or off, reboot it, reset it")
                                .takes("DeviceAction")
                                .refuses(400, 404)));
    }
}
