package dev.onboard.http;

import static dev.onboard.http.Operation.does;
import static dev.onboard.http.Operation.of;
import static io.javalin.http.HandlerType.DELETE;
import static io.javalin.http.HandlerType.GET;
import static io.javalin.http.HandlerType.POST;
import static io.javalin.http.HandlerType.PUT;

import dev.onboard.http.Routes.Route;
import dev.onboard.http.connect.Connect;
import dev.onboard.http.connect.EndpointDocuments;
import dev.onboard.http.connect.NotificationDocuments;
import dev.onboard.http.connect.SubscriptionDocuments;
import java.util.List;

/** The Connect API, {@code /v2}, on one screen. Its errors are bare text. */
final class ConnectRoutes {
    private static final int[] REQUEST_REFUSALS = {400, 404, 410, 429};

    private ConnectRoutes() {}

    static List<Route> all(Connect connect) {
        EndpointDocuments endpoints = connect.endpoints();
        SubscriptionDocuments subscriptions = connect.subscriptions();
        NotificationDocuments notifications = connect.notifications();
        String resource = "/v2/endpoints/{id}/<path>";
        String subscription = "/v2/subscriptions/{id}/<path>";
        String webSocket = "/v2/notification/websocket";
        return List.of(
                new Route(
                        GET,
                        "/v2/endpoints",
                        endpoints::list,
                        of("Devices that are registered now", 200, "ConnectEndpoints")
                                .query("type", "string", "an endpoint type")),
                new Route(
                        GET,
                        "/v2/endpoints/{id}",
                        endpoints::resources,
                        of("What a device has", 200, "ConnectResources").saysNo(404)),
                new Route(
                        GET,
                        resource,
                        endpoints::read,
                        request("Read; 200 is a value that was kept, 205 says that none was")
                                .query("cacheOnly", "boolean", "do not ask the device")
                                .with(205)
                                .saysNo(200)),
                new Route(PUT, resource, endpoints::write, request("Write").takes("text/plain", "-")),
                new Route(
                        POST,
                        resource,
                        endpoints::execute,
                        request("Execute a resource, or create an instance").takes("text/plain", "-")),
                new Route(DELETE, resource, endpoints::delete, request("Delete an instance")),
                new Route(
                        POST,
                        "/v2/device-requests/{id}",
                        endpoints::deviceRequest,
                        of("Send a request whose answer comes under the client's own id", 202, "text/plain", "-")
                                .takes("ConnectRequest")
                                .query("async-id", "string", "1 to 200 characters; required")
                                .query("retry", "integer", "read, and not acted on")
                                .query("expiry-seconds", "integer", "read, and not acted on")
                                .saysNo(400, 404)),
                new Route(
                        GET,
                        "/v2/subscriptions",
                        subscriptions::rules,
                        of("Presubscriptions of this API key", 200, "Presubscriptions")),
                new Route(
                        PUT,
                        "/v2/subscriptions",
                        subscriptions::setRules,
                        does("Replace the presubscriptions of this API key")
                                .takes("Presubscriptions")
                                .saysNo(400)),
                new Route(
                        DELETE,
                        "/v2/subscriptions",
                        subscriptions::removeRules,
                        does("Remove the presubscriptions of this API key")),
                new Route(
                        GET,
                        "/v2/subscriptions/{id}",
                        subscriptions::ofDevice,
                        of("Paths subscribed to on a device, one a line", 200, "text/uri-list", "-")
                                .saysNo(404)),
                new Route(
                        DELETE,
                        "/v2/subscriptions/{id}",
                        subscriptions::removeAll,
                        does("End all subscriptions to a device")),
                new Route(
                        GET,
                        subscription,
                        subscriptions::check,
                        of("Whether a path is subscribed to", 200, "text/plain", "-")
                                .saysNo(400, 404)),
                new Route(
                        PUT,
                        subscription,
                        subscriptions::add,
                        of("Subscribe; 200 says that this is so already", 202, "ConnectAnswer")
                                .saysNo(200, 400, 404, 429)),
                new Route(
                        DELETE,
                        subscription,
                        subscriptions::remove,
                        does("End a subscription").saysNo(400)),
                new Route(
                        GET,
                        "/v2/notification/channel",
                        notifications::channel,
                        of("How this API key fetches its notifications", 200, "NotificationChannel")
                                .saysNo(404)),
                new Route(
                        GET,
                        "/v2/notification/pull",
                        notifications::pull,
                        of("Wait for notifications, at most 20 seconds", 200, "NotificationMessage")
                                .with(204)
                                .saysNo(400, 409, 429)),
                new Route(
                        DELETE,
                        "/v2/notification/pull",
                        notifications::removePull,
                        of("Remove the long poll channel", 200, "text/plain", "-")),
                new Route(
                        GET,
                        "/v2/notification/callback",
                        notifications::noCallback,
                        of("There never is a callback", 404, "text/plain", "-")),
                new Route(
                        PUT,
                        "/v2/notification/callback",
                        notifications::refuseCallback,
                        of("Refused: this testbed calls nobody back", 400, "text/plain", "-")),
                new Route(
                        DELETE,
                        "/v2/notification/callback",
                        notifications::noCallback,
                        of("There never is a callback", 404, "text/plain", "-")),
                new Route(
                        GET,
                        webSocket,
                        notifications::webSocket,
                        of("The WebSocket channel", 200, "WebsocketChannel").saysNo(404)),
                new Route(
                        PUT,
                        webSocket,
                        notifications::openWebSocket,
                        of("Open a WebSocket channel", 201, "WebsocketChannel")
                                .with(200, "WebsocketChannel")
                                .saysNo(400, 429)),
                new Route(
                        DELETE,
                        webSocket,
                        notifications::removeWebSocket,
                        does("Remove the WebSocket channel").saysNo(404)),
                new Route(
                        GET,
                        Connect.SOCKET_PATH,
                        notifications::upgradeRequired,
                        of("The WebSocket itself, with the sub-protocols wss and pelion_<key>", 426, "text/plain", "-")
                                .with(101)));
    }

    private static Operation request(String summary) {
        return of(summary + ". The answer arrives in the notification channel", 202, "ConnectAnswer")
                .query("noResp", "boolean", "send it once, unconfirmed: 204, and no answer")
                .with(204)
                .saysNo(REQUEST_REFUSALS);
    }
}
