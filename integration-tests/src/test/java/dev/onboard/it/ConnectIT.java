package dev.onboard.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.BufferedReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The Connect API over a device that onboarded: requests, subscriptions, and both ways to fetch what comes of them. */
@Timeout(120)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ConnectIT {
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    @TempDir
    static Path folder;

    private Cli cli;
    private Cli.Up up;
    private String firstKey;
    private String id;

    @BeforeAll
    void start() throws Exception {
        cli = new Cli(Cli.folder(folder, "home"));
        up = cli.up(folder.resolve("work"));
        firstKey = Files.readString(up.workDirectory().resolve("api-key")).strip();
        cli.run("factory", "make", "--endpoint", "meter-1", "--out", folder.resolve("devices"));
        cli.run("trust", "add", up.workDirectory().resolve("ca/factory-root.cert.pem"), "--service", "bootstrap");
        onboard();
        id = call(firstKey, "GET", "/testbed/devices/meter-1", "")
                .json()
                .path("id")
                .asText();
    }

    private Process onboard() throws Exception {
        return cli.onboarded(folder.resolve("devices/meter-1"));
    }

    @AfterAll
    void stop() throws Exception {
        cli.close();
    }

    private record Answer(int status, String text) {
        JsonNode json() {
            try {
                return Cli.JSON.readTree(text);
            } catch (java.io.IOException e) {
                throw new AssertionError("not JSON: " + text, e);
            }
        }
    }

    private Answer call(String key, String method, String path, String body) throws Exception {
        HttpResponse<String> response = HTTP.send(
                HttpRequest.newBuilder(
                                URI.create(up.endpoints().path("management_uri").asText() + path))
                        .header("Authorization", "Bearer " + key)
                        .method(method, HttpRequest.BodyPublishers.ofString(body))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        return new Answer(response.statusCode(), response.body());
    }

    /** An API key of its own: channels and subscriptions belong to keys. */
    private String key(String name) throws Exception {
        return call(firstKey, "POST", "/v3/api-keys", "{\"name\":\"" + name + "\"}")
                .json()
                .path("key")
                .asText();
    }

    /** Polls until an entry of this section matches. */
    private JsonNode pulled(String key, String section, Predicate<JsonNode> wanted) throws Exception {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (System.nanoTime() < deadline) {
            Answer answer = call(key, "GET", "/v2/notification/pull", "");
            assertThat(answer.status()).as(answer.text()).isIn(200, 204);
            if (answer.status() == 200) {
                for (JsonNode entry : answer.json().path(section)) {
                    if (wanted.test(entry)) {
                        return entry;
                    }
                }
            }
        }
        throw new AssertionError("no such entry of " + section + "; the journal says:\n" + up.events());
    }

    private static String payload(JsonNode entry) {
        return new String(Base64.getMimeDecoder().decode(entry.path("payload").asText()), StandardCharsets.UTF_8);
    }

    private JsonNode asked(String key, String document) throws Exception {
        String asyncId = java.util.UUID.randomUUID().toString();
        Answer accepted = call(key, "POST", "/v2/device-requests/" + id + "?async-id=" + asyncId, document);
        assertThat(accepted.status()).as(accepted.text()).isEqualTo(202);
        return pulled(key, "async-responses", entry -> entry.path("id").asText().equals(asyncId));
    }

    @Test
    void deviceRequestsAreAnsweredInTheChannel() throws Exception {
        String key = key("requests");
        JsonNode read = asked(key, "{\"method\":\"GET\",\"uri\":\"/3/0/0\"}");
        assertThat(read.path("status").asInt()).isEqualTo(200);
        assertThat(read.path("ct").asText()).isEqualTo("text/plain");
        assertThat(payload(read))
                .isEqualTo(call(key, "GET", "/testbed/devices/meter-1/resources/3/0/0", "")
                        .json()
                        .path("value")
                        .asText())
                .isNotBlank();
        JsonNode tlv =
                asked(key, "{\"method\":\"GET\",\"uri\":\"/3/0/0\",\"accept\":\"application/vnd.oma.lwm2m+tlv\"}");
        assertThat(tlv.path("ct").asText()).isEqualTo("application/vnd.oma.lwm2m+tlv");
        assertThat(Base64.getDecoder().decode(tlv.path("payload").asText())[1]).isEqualTo((byte) 0);
        JsonNode instance = asked(key, "{\"method\":\"GET\",\"uri\":\"/3/0\"}");
        assertThat(instance.path("ct").asText()).isEqualTo("application/vnd.oma.lwm2m+tlv");

        String value = Base64.getEncoder().encodeToString("Europe/Paris".getBytes(StandardCharsets.UTF_8));
        assertThat(asked(key, "{\"method\":\"PUT\",\"uri\":\"/3/0/15\",\"payload-b64\":\"" + value + "\"}")
                        .path("status")
                        .asInt())
                .isEqualTo(200);
        assertThat(payload(asked(key, "{\"method\":\"GET\",\"uri\":\"/3/0/15\"}")))
                .isEqualTo("Europe/Paris");
        assertThat(asked(key, "{\"method\":\"PUT\",\"uri\":\"/3/0/13?pmin=1&pmax=3\"}")
                        .path("status")
                        .asInt())
                .isEqualTo(200);
        assertThat(asked(key, "{\"method\":\"POST\",\"uri\":\"/1/0/8\"}")
                        .path("status")
                        .asInt())
                .isEqualTo(200);
        JsonNode refused = asked(key, "{\"method\":\"POST\",\"uri\":\"/3/0/0\"}");
        assertThat(refused.path("status").asInt()).isEqualTo(400);
        assertThat(refused.path("error").asText()).contains("METHOD_NOT_ALLOWED", "/3/0/0 cannot be executed");
        JsonNode missing = asked(key, "{\"method\":\"GET\",\"uri\":\"/3/0/3333\"}");
        assertThat(missing.path("status").asInt()).isEqualTo(404);
        Answer wrong = call(
                key,
                "POST",
                "/v2/device-requests/" + id + "?async-id=1",
                "{\"method\":\"PUT\",\"uri\":\"/1/0/1\",\"payload-b64\":\"c29vbg==\"}");
        assertThat(wrong.status()).isEqualTo(400);
        assertThat(wrong.text()).contains("cannot be written to /1/0/1");
    }

    @Test
    void requestsThatCannotBeAreRefusedInBareText() throws Exception {
        String requests = "/v2/device-requests/";
        String read = "{\"method\":\"GET\",\"uri\":\"/3/0/0\"}";
        assertThat(call(firstKey, "POST", requests + "nobody?async-id=1", read))
                .isEqualTo(new Answer(404, "DEVICE_NOT_FOUND"));
        assertThat(call(firstKey, "POST", requests + id + "?async-id=1", "{\"method\":\"GET\",\"uri\":\"/9/0/0\"}"))
                .isEqualTo(new Answer(400, "RESOURCE_NOT_FOUND"));
        assertThat(call(firstKey, "POST", requests + id, read).text()).startsWith("MALFORMED_ASYNC_ID");
        assertThat(call(firstKey, "POST", requests + id + "?async-id=1", "{").text())
                .startsWith("MALFORMED_JSON_CONTENT");
        assertThat(call(firstKey, "GET", "/v2/endpoints/nobody/3/0/0", "").status())
                .isEqualTo(410);
        assertThat(call(firstKey, "GET", "/v2/endpoints/" + id + "/9/0/0", "").status())
                .isEqualTo(404);
        assertThat(call(firstKey, "GET", "/v2/endpoints/" + id + "/three", "").text())
                .contains("'/three' is not an LwM2M path");
        Answer noKey = call("ak_wrong", "GET", "/v2/endpoints", "");
        assertThat(noKey.status()).isEqualTo(401);
        assertThat(noKey.text()).startsWith("the API key is not one of this account");
        assertThat(call(firstKey, "PUT", "/v2/notification/callback", "{\"url\":\"http://localhost:1\"}")
                        .text())
                .contains("calls nobody back");
        assertThat(call(firstKey, "GET", "/v2/notification/callback", "").status())
                .isEqualTo(404);
    }

    @Test
    void endpointsAndTheirResourcesAreListedAndUsedByPath() throws Exception {
        String key = key("endpoints");
        JsonNode endpoints = call(key, "GET", "/v2/endpoints", "").json();
        assertThat(endpoints.path(0).path("name").asText()).isEqualTo(id);
        JsonNode resources = call(key, "GET", "/v2/endpoints/" + id + "/", "").json();
        assertThat(resources).anySatisfy(resource -> {
            assertThat(resource.path("uri").asText()).isEqualTo("/3/0/0");
            assertThat(resource.path("obs").asBoolean()).isTrue();
        });
        assertThat(call(key, "GET", "/v2/endpoints/" + id + "/3/0/0?cacheOnly=true", "")
                        .status())
                .isEqualTo(205);
        Answer written = call(key, "PUT", "/v2/endpoints/" + id + "/3/0/14", "+03:00");
        assertThat(written.status()).isEqualTo(202);
        String asyncId = written.json().path("async-response-id").asText();
        assertThat(pulled(
                                key,
                                "async-responses",
                                entry -> entry.path("id").asText().equals(asyncId))
                        .path("status")
                        .asInt())
                .isEqualTo(200);
        Answer unconfirmed = call(key, "PUT", "/v2/endpoints/" + id + "/3/0/14?noResp=true", "+04:00");
        assertThat(unconfirmed.status()).isEqualTo(204);
    }

    @Test
    void valuesArriveOverAWebSocket() throws Exception {
        String key = key("socket");
        assertThat(call(key, "PUT", "/v2/notification/websocket", "").status()).isEqualTo(201);
        assertThat(call(key, "PUT", "/v2/notification/websocket", "").status()).isEqualTo(200);
        assertThat(call(key, "GET", "/v2/notification/pull", "").status()).isEqualTo(400);
        BlockingQueue<JsonNode> messages = new LinkedBlockingQueue<>();
        WebSocket socket = connect(key, messages);
        assertThat(socket.getSubprotocol()).isEqualTo("wss");
        assertThat(call(key, "GET", "/v2/notification/websocket", "")
                        .json()
                        .path("status")
                        .asText())
                .isEqualTo("connected");

        String subscription = "/v2/subscriptions/" + id + "/3/0/13";
        assertThat(call(key, "GET", subscription, "").status()).isEqualTo(404);
        String asyncId = call(key, "PUT", subscription, "")
                .json()
                .path("async-response-id")
                .asText();
        JsonNode present = next(messages, "async-responses");
        assertThat(present.path("id").asText()).isEqualTo(asyncId);
        assertThat(payload(present)).matches("\\d{10}");
        JsonNode first = next(messages, "notifications");
        assertThat(first.path("ep").asText()).isEqualTo(id);
        assertThat(first.path("path").asText()).isEqualTo("/3/0/13");
        assertThat(call(key, "GET", subscription, "").status()).isEqualTo(200);
        assertThat(call(key, "PUT", subscription, "").status()).isEqualTo(200);
        assertThat(call(key, "GET", "/v2/subscriptions/" + id, "").text()).isEqualTo("/3/0/13");

        Process observing = cli.start("device", "observe", "meter-1", "/3/0/13", "--json");
        BufferedReader out = observing.inputReader(StandardCharsets.UTF_8);
        out.readLine();
        out.readLine();
        observing.destroy();
        messages.clear();
        assertThat(Long.parseLong(payload(next(messages, "notifications"))))
                .as("another observer of the same path takes nothing away")
                .isGreaterThan(Long.parseLong(payload(first)));

        assertThat(call(key, "DELETE", subscription, "").status()).isEqualTo(204);
        assertThat(call(key, "GET", subscription, "").status()).isEqualTo(404);
        assertThat(call(key, "DELETE", "/v2/notification/websocket", "").status())
                .isEqualTo(204);
        JsonNode closed;
        do {
            closed = messages.poll(20, TimeUnit.SECONDS);
            assertThat(closed).isNotNull();
        } while (!closed.isInt());
        assertThat(closed.asInt()).as("the code of the close frame").isEqualTo(1000);
    }

    @Test
    void aSocketWithAWrongKeyIsNotOpened() {
        assertThat(HTTP.newWebSocketBuilder()
                        .subprotocols("wss", "pelion_ak_wrong-wrong-wrong")
                        .buildAsync(socketUri(), new WebSocket.Listener() {}))
                .failsWithin(java.time.Duration.ofSeconds(20))
                .withThrowableOfType(java.util.concurrent.ExecutionException.class)
                .havingCause()
                .isInstanceOfSatisfying(
                        java.net.http.WebSocketHandshakeException.class,
                        failure ->
                                assertThat(failure.getResponse().statusCode()).isEqualTo(401));
    }

    @Test
    void aPresubscriptionSubscribesWhenTheDeviceUpdates() throws Exception {
        String key = key("presubscription");
        asked(
                key,
                "{\"method\":\"GET\",\"uri\":\"/3/0/0\"}"); // what happens before there is a channel is told to nobody
        String rules = "[{\"endpoint-name\":\"meter*\",\"resource-path\":[\"/3/0/13\"]}]";
        assertThat(call(key, "PUT", "/v2/subscriptions", rules).status()).isEqualTo(204);
        assertThat(call(key, "GET", "/v2/subscriptions", "").text()).isEqualTo(rules);
        call(key, "POST", "/v2/endpoints/" + id + "/1/0/8", "");
        JsonNode updated =
                pulled(key, "reg-updates", entry -> entry.path("ep").asText().equals(id));
        assertThat(updated.path("original-ep").asText()).isEqualTo("meter-1");
        assertThat(payload(pulled(
                        key,
                        "notifications",
                        entry -> entry.path("path").asText().equals("/3/0/13"))))
                .matches("\\d{10}");
        assertThat(call(key, "DELETE", "/v2/notification/pull", "").text()).isEqualTo("REMOVED");
        assertThat(call(key, "GET", "/v2/subscriptions/" + id, "").status()).isEqualTo(404);
    }

    private URI socketUri() {
        return URI.create(up.endpoints().path("management_uri").asText().replace("http", "ws")
                + "/v2/notification/websocket-connect");
    }

    private WebSocket connect(String key, BlockingQueue<JsonNode> messages) {
        return HTTP.newWebSocketBuilder()
                .subprotocols("wss", "pelion_" + key)
                .buildAsync(socketUri(), new WebSocket.Listener() {
                    private final StringBuilder text = new StringBuilder();

                    @Override
                    public @org.jspecify.annotations.Nullable CompletionStage<?> onText(
                            WebSocket socket, CharSequence data, boolean last) {
                        text.append(data);
                        if (last) {
                            try {
                                messages.add(Cli.JSON.readTree(text.toString()));
                            } catch (java.io.IOException e) {
                                throw new AssertionError("not JSON: " + text, e);
                            }
                            text.setLength(0);
                        }
                        socket.request(1);
                        return null;
                    }

                    @Override
                    public @org.jspecify.annotations.Nullable CompletionStage<?> onClose(
                            WebSocket socket, int code, String reason) {
                        messages.add(com.fasterxml.jackson.databind.node.IntNode.valueOf(code));
                        return null;
                    }
                })
                .join();
    }

    private static JsonNode next(BlockingQueue<JsonNode> messages, String section) throws InterruptedException {
        while (true) {
            JsonNode message = messages.poll(20, TimeUnit.SECONDS);
            assertThat(message).as("a message with " + section).isNotNull();
            if (message.path(section).size() > 0) {
                return message.path(section).path(0);
            }
        }
    }
}
