package dev.onboard.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GateTest {
    @TempDir
    Path work;

    RunningPort port;

    @BeforeEach
    void start() throws IOException {
        port = new RunningPort(work);
    }

    @AfterEach
    void stop() {
        port.close();
    }

    private static void assertError(RunningPort.Answer answer, int status, String type, String message) {
        assertThat(answer.status()).as(answer.text()).isEqualTo(status);
        JsonNode error = answer.json();
        assertThat(error.path("object").asText()).isEqualTo("error");
        assertThat(error.path("code").asInt()).isEqualTo(status);
        assertThat(error.path("type").asText()).isEqualTo(type);
        assertThat(error.path("message").asText()).contains(message);
        assertThat(error.path("request_id").asText()).matches("[a-f0-9]{32}");
        assertThat(error.path("fields").isArray()).isTrue();
        assertThat(answer.text()).doesNotContain("Exception").doesNotContain("dev.onboard");
    }

    @Test
    void withoutTheKeyNobodyPasses() {
        for (String path : new String[] {"/v3/devices", "/v3/nothing", "/testbed/events", "/pages"}) {
            assertError(port.send(port.to(path).GET().build()), 401, "invalid_auth", "no API key was given");
            assertError(
                    port.send(port.to(path)
                            .header("Authorization", "Bearer ak_wrong")
                            .GET()
                            .build()),
                    401,
                    "invalid_apikey",
                    "not one of this account");
            assertError(
                    port.send(port.to(path)
                            .header("Authorization", "Basic " + port.key.text())
                            .GET()
                            .build()),
                    401,
                    "invalid_auth",
                    "no API key");
        }
    }

    @Test
    void whatIsNotThereSaysSo() {
        assertError(port.get("/v3/nothing"), 404, "not_found", "/v3/nothing");
        assertError(port.call("DELETE", "/v3/devices", ""), 405, "method_not_supported", "DELETE");
        assertError(port.get("/v3/devices/0123"), 404, "not_found", "there is no device '0123'");
    }

    @Test
    void foreignPagesAreRefused() throws IOException {
        assertError(
                port.send(port.to("/v3/devices")
                        .header("Authorization", "Bearer " + port.key.text())
                        .header("Origin", "http://evil.example")
                        .GET()
                        .build()),
                403,
                "access_denied",
                "http://evil.example");
        assertThat(port.send(port.to("/v3/devices")
                                .header("Authorization", "Bearer " + port.key.text())
                                .header("Origin", port.server.address().toString())
                                .GET()
                                .build())
                        .status())
                .isEqualTo(200);
        assertThat(withHost("evil.example")).startsWith("HTTP/1.1 403").contains("not addressed as 'evil.example'");
        assertThat(withHost("127.0.0.1:" + port.server.address().getPort())).startsWith("HTTP/1.1 200");
    }

    /** The Java client does not let a test choose the Host header. */
    private String withHost(String host) throws IOException {
        try (Socket socket = new Socket("127.0.0.1", port.server.address().getPort())) {
            socket.getOutputStream()
                    .write(("GET /v3/devices HTTP/1.1\r\nHost: " + host + "\r\nAuthorization: Bearer " + port.key.text()
                                    + "\r\nConnection: close\r\n\r\n")
                            .getBytes(StandardCharsets.US_ASCII));
            try (InputStream in = socket.getInputStream()) {
                return new String(in.readAllBytes(), StandardCharsets.UTF_8);
            }
        }
    }

    @Test
    void largeAndMalformedBodiesAreRefused() {
        String large = "{\"name\":\"" + "x".repeat(8 << 20) + "\"}";
        assertError(port.call("POST", "/v3/trusted-certificates", large), 413, "bad_request", "bytes; at most");
        assertError(port.call("POST", "/v3/trusted-certificates", "{"), 400, "bad_request", "not JSON");
        assertError(port.call("POST", "/v3/trusted-certificates", "[]"), 400, "bad_request", "not a JSON object");
        assertError(port.call("POST", "/v3/trusted-certificates", "{\"a\":1,\"a\":2}"), 400, "bad_request", "not JSON");
        RunningPort.Answer chunked = port.send(port.to("/v3/trusted-certificates")
                .header("Authorization", "Bearer " + port.key.text())
                .POST(HttpRequest.BodyPublishers.ofInputStream(
                        () -> new java.io.ByteArrayInputStream(large.getBytes(StandardCharsets.US_ASCII))))
                .build());
        assertThat(chunked.status()).isEqualTo(413);
    }

    @Test
    void aTakenPortIsSaidInOneSentence() {
        int taken = port.server.address().getPort();
        assertThatThrownBy(() -> ManagementServer.start(
                        ManagementOptions.loopback(taken, port.key, RunningPort.RANDOM),
                        port.account,
                        port.journal,
                        port.clock,
                        DeviceOperations.none()))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("the management port " + taken)
                .hasMessageEndingWith("give another one with --http-port");
    }

    @Test
    void theClientSpeaksInSentences() {
        ManagementClient wrong = ManagementClient.of(port.server.address(), ApiKey.of("ak_0123456789abcdef"));
        assertThatThrownBy(wrong::trustedCertificates)
                .isInstanceOfSatisfying(
                        ManagementException.class, e -> assertThat(e.status()).isEqualTo(401))
                .hasMessageContaining("the API key is not one of this account");
        port.server.close();
        assertThatThrownBy(port.client::trustedCertificates)
                .isInstanceOf(ManagementException.class)
                .hasMessageContaining("no testbed answers at " + port.server.address());
    }
}
