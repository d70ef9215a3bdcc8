package dev.onboard.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.onboard.account.IssueRequest;
import dev.onboard.account.NewDevice;
import dev.onboard.journal.Event;
import dev.onboard.journal.Party;
import dev.onboard.journal.Stage;
import dev.onboard.pki.KeyAlgorithm;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class TestbedRoutesTest {
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

    @Test
    void resourcesAreReadWrittenAndExecuted() {
        assertThat(port.client.read("dev-1", "/3/0/0"))
                .isEqualTo(Json.read("{\"path\":\"/3/0/0\",\"value\":\"Onboard\"}"));
        port.client.write("dev-1", "/3/0/14", TextNode.valueOf("+02:00"));
        assertThat(port.devices.values).containsEntry("dev-1/3/0/14", TextNode.valueOf("+02:00"));
        port.client.write("a/b", "1/0/1", IntNode.valueOf(60));
        assertThat(port.devices.values).containsEntry("a/b/1/0/1", IntNode.valueOf(60));
        port.client.execute("dev-1", "/3/0/4", "0='x'");
        assertThat(port.devices.executed).containsExactly("dev-1/3/0/4(0='x')");
    }

    @Test
    void failuresOfDevicesAreToldApart() {
        assertStatus("gone", 404, "'gone' is not registered");
        assertStatus("silent", 504, "did not answer");
        assertStatus("stubborn", 422, "4.05 Method Not Allowed");
        RunningPort.Answer path = port.get("/testbed/devices/dev-1/resources/three/0");
        assertThat(path.status()).isEqualTo(400);
        assertThat(path.text()).contains("'/three/0' is not an LwM2M path");
        assertThat(port.call("PUT", "/testbed/devices/dev-1/resources/3/0/14", "{}")
                        .text())
                .contains("send {\\\"value\\\": …}");
    }

    private void assertStatus(String endpoint, int status, String message) {
        assertThatThrownBy(() -> port.client.read(endpoint, "/3/0/0"))
                .isInstanceOfSatisfying(
                        ManagementException.class, e -> assertThat(e.status()).isEqualTo(status))
                .hasMessageContaining(message);
        assertThatThrownBy(() -> port.client.observe(endpoint, "/3/0/0", value -> {}))
                .isInstanceOfSatisfying(
                        ManagementException.class, e -> assertThat(e.status()).isEqualTo(status))
                .hasMessageContaining(message);
    }

    @Test
    void anObservationGoesOnUntilTheClientLeaves() throws InterruptedException {
        BlockingQueue<JsonNode> values = new LinkedBlockingQueue<>();
        Thread observer = new Thread(() -> {
            try {
                port.client.observe("dev-1", "/3/0/9", values::add);
            } catch (ManagementException e) {
                values.add(TextNode.valueOf("ended"));
            }
        });
        observer.start();
        assertThat(next(values).path("value").asText()).isEqualTo("first");
        for (int i = 0; i < 100; i++) {
            consumer().accept(IntNode.valueOf(i));
        }
        for (int i = 0; i < 100; i++) {
            assertThat(next(values).path("value").asInt()).isEqualTo(i);
        }
        port.server.close();
        observer.join(20_000);
        assertThat(observer.isAlive()).isFalse();
        assertThat(port.devices.cancelled)
                .succeedsWithin(java.time.Duration.ofSeconds(20))
                .isEqualTo("dev-1/3/0/9");
    }

    @Test
    void aThreadThatFollowsIsLetGoWhenItIsInterrupted() throws InterruptedException {
        BlockingQueue<JsonNode> values = new LinkedBlockingQueue<>();
        BlockingQueue<Boolean> returned = new LinkedBlockingQueue<>();
        Thread observer = new Thread(() -> {
            port.client.observe("dev-1", "/3/0/9", values::add);
            returned.add(Thread.currentThread().isInterrupted());
        });
        observer.start();
        next(values);
        observer.interrupt();
        assertThat(returned.poll(20, TimeUnit.SECONDS))
                .as("it stays interrupted")
                .isTrue();
        Thread follower = new Thread(() -> {
            port.client.followEvents(Map.of("after", "0"), values::add);
            returned.add(Thread.currentThread().isInterrupted());
        });
        follower.start();
        port.journal.record(Event.of(Stage.POWER, Party.DEVICE).endpoint("dev-1"));
        next(values);
        follower.interrupt();
        assertThat(returned.poll(20, TimeUnit.SECONDS)).isTrue();
    }

    private java.util.function.Consumer<JsonNode> consumer() {
        java.util.function.Consumer<JsonNode> consumer = port.devices.observers.get("dev-1/3/0/9");
        assertThat(consumer).isNotNull();
        return java.util.Objects.requireNonNull(consumer);
    }

    private static JsonNode next(BlockingQueue<JsonNode> values) throws InterruptedException {
        JsonNode value = values.poll(20, TimeUnit.SECONDS);
        assertThat(value).isNotNull();
        return java.util.Objects.requireNonNull(value);
    }

    @Test
    void eventsAreListedAndFollowed() throws InterruptedException {
        port.journal.record(Event.of(Stage.POWER, Party.DEVICE).endpoint("dev-1"));
        port.journal.record(Event.of(Stage.ADMISSION, Party.BOOTSTRAP_SERVER)
                .endpoint("dev-2")
                .refused(Party.BOOTSTRAP_SERVER, "unknown-ca"));
        assertThat(port.client.events(Map.of())).hasSize(2);
        assertThat(port.client.events(Map.of("reason", "unknown-ca")))
                .singleElement()
                .satisfies(event -> assertThat(event.path("endpoint").asText()).isEqualTo("dev-2"));
        assertThat(port.client.events(Map.of("endpoint", "dev-1", "stage", "power")))
                .hasSize(1);
        assertThat(port.get("/testbed/devices/dev-2/events").json().path("data"))
                .hasSize(1);
        assertThat(port.get("/testbed/events?limit=1").json().path("has_more").asBoolean())
                .isTrue();
        assertThat(port.get("/testbed/events?colour=red").status()).isEqualTo(400);

        BlockingQueue<JsonNode> events = new LinkedBlockingQueue<>();
        Thread reader = new Thread(() -> {
            try {
                port.client.followEvents(Map.of("after", "0", "endpoint", "dev-1"), events::add);
            } catch (ManagementException e) {
                events.add(TextNode.valueOf("ended"));
            }
        });
        reader.start();
        assertThat(next(events).path("stage").asText()).isEqualTo("power");
        port.journal.record(Event.of(Stage.FINISHED, Party.DEVICE).endpoint("dev-2"));
        port.journal.record(Event.of(Stage.FINISHED, Party.DEVICE).endpoint("dev-1"));
        assertThat(next(events).path("stage").asText()).isEqualTo("finished");
        port.server.close();
        reader.join(20_000);
        assertThat(reader.isAlive()).isFalse();
    }

    @Test
    void issuedCertificatesAreListedAndRevoked() {
        port.account.devices().add(NewDevice.of("dev-1"));
        String serial = port.account
                .issue(new IssueRequest(
                        "dev-1", KeyAlgorithm.P256.generate(RunningPort.RANDOM).getPublic()))
                .toCompletableFuture()
                .join()
                .serial();
        JsonNode list =
                port.get("/testbed/issued-certificates?endpoint_name__eq=dev-1").json();
        assertThat(list.path("data").path(0).path("serial").asText()).isEqualTo(serial);
        JsonNode revoked = port.call(
                        "POST", "/testbed/issued-certificates/" + serial + "/revoke", "{\"reason\":\"key-compromise\"}")
                .json();
        assertThat(revoked.path("revocation_reason").asText()).isEqualTo("key-compromise");
        assertThat(port.call("POST", "/testbed/issued-certificates/" + serial + "/revoke", "{\"reason\":\"x\"}")
                        .status())
                .isEqualTo(400);
    }

    @Test
    void theAnchorPolicyIsChanged() {
        assertThat(port.get("/testbed/account").json().path("anchor_policy").asText())
                .isEqualTo("platform");
        assertThat(port.call("PUT", "/testbed/account", "{\"anchor_policy\":\"testbed\"}")
                        .json()
                        .path("anchor_policy")
                        .asText())
                .isEqualTo("testbed");
        assertThat(port.call("PUT", "/testbed/account", "{\"anchor_policy\":\"none\"}")
                        .status())
                .isEqualTo(400);
        assertThat(port.get("/v3/accounts/me").json().path("id").asText()).isEqualTo(port.account.id());
    }
}
