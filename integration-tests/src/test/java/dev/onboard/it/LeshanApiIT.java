package dev.onboard.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.onboard.account.NewTrustedCertificate;
import dev.onboard.account.Service;
import dev.onboard.device.DeviceOptions;
import dev.onboard.device.DeviceState;
import dev.onboard.device.Fleet;
import dev.onboard.device.SimulatedDevice;
import dev.onboard.dtls.DtlsThreads;
import dev.onboard.factory.BundleFiles;
import dev.onboard.factory.DeviceBundle;
import dev.onboard.factory.EndpointName;
import dev.onboard.factory.Factory;
import dev.onboard.factory.FactoryOrder;
import dev.onboard.journal.Journal;
import dev.onboard.testbed.Testbed;
import dev.onboard.testbed.TestbedOptions;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.EnumSet;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Leshan's interface over a device that onboarded: what a client of Leshan's demo servers asks, and what it is told. */
@Timeout(120)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class LeshanApiIT {
    private static final InstantSource CLOCK = InstantSource.system();
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final HttpClient HTTP =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private static final String EP = "meter 1/a";
    private static final String PATH = "meter%201%2Fa";

    @TempDir
    static Path folder;

    private record Told(String event, JsonNode data) {}

    private final BlockingQueue<Told> told = new LinkedBlockingQueue<>();
    private final CompletableFuture<Void> streaming = new CompletableFuture<>();
    private Testbed testbed;
    private Journal journal;
    private DtlsThreads threads;
    private Fleet fleet;
    private SimulatedDevice device;
    private URI api;

    @BeforeAll
    void start() throws Exception {
        testbed = Testbed.start(
                TestbedOptions.in(folder.resolve("work")).withPorts(0, 0, 0).withLeshanPort(0), CLOCK, RANDOM);
        api = testbed.running().leshanUri().orElseThrow();
        Factory factory = Factory.found("Factory", CLOCK, RANDOM);
        testbed.account()
                .trustedCertificates()
                .add(NewTrustedCertificate.of("factory", Service.BOOTSTRAP, factory.chain(1)));
        journal = Journal.open(folder.resolve("devices.jsonl"), CLOCK);
        threads = DtlsThreads.start("devices");
        fleet = Fleet.with(threads, journal, DeviceOptions.standard(CLOCK), RANDOM)
                .build();
        EndpointName name = EndpointName.of(EP);
        DeviceBundle bundle =
                factory.make(FactoryOrder.of(name, testbed.running().bootstrapUri(), testbed.bootstrapServerCa()));
        BundleFiles.write(folder, bundle);
        device = fleet.add(bundle, folder.resolve(name.directory()));
    }

    @AfterAll
    void stop() {
        if (fleet != null) {
            fleet.close();
            threads.close();
            journal.close();
        }
        testbed.close();
    }

    private record Answer(int status, String text) {
        JsonNode json() {
            try {
                return Cli.JSON.readTree(text);
            } catch (java.io.IOException e) {
                throw new AssertionError("not JSON: " + status + " " + text, e);
            }
        }
    }

    private Answer call(String method, String path, String body, String... headers) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(api + "/api" + path))
                .header("Content-Type", "application/json")
                .method(method, HttpRequest.BodyPublishers.ofString(body));
        if (headers.length > 0) {
            request.headers(headers);
        }
        HttpResponse<String> response = HTTP.send(request.build(), HttpResponse.BodyHandlers.ofString());
        return new Answer(response.statusCode(), response.body());
    }

    private JsonNode done(String method, String path, String body) throws Exception {
        Answer answer = call(method, path, body);
        assertThat(answer.status()).as(answer.text()).isEqualTo(200);
        assertThat(answer.json().path("success").asBoolean()).as(answer.text()).isTrue();
        return answer.json();
    }

    private void stream(String query) {
        HTTP.sendAsync(
                        HttpRequest.newBuilder(URI.create(api + "/api/event" + query))
                                .header("Accept", "text/event-stream")
                                .build(),
                        HttpResponse.BodyHandlers.ofLines())
                .thenAccept(response -> {
                    streaming.complete(null);
                    read(response.body());
                });
    }

    private void read(Stream<String> lines) {
        String[] event = {""};
        lines.forEach(line -> {
            if (line.startsWith("event: ")) {
                event[0] = line.substring(7);
            } else if (line.startsWith("data: ")) {
                try {
                    told.add(new Told(event[0], Cli.JSON.readTree(line.substring(6))));
                } catch (java.io.IOException e) {
                    told.add(new Told("unreadable: " + line, Cli.JSON.missingNode()));
                }
            }
        });
    }

    private JsonNode event(String name, Predicate<JsonNode> wanted) throws InterruptedException {
        StringBuilder others = new StringBuilder();
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (System.nanoTime() < deadline) {
            Told next = told.poll(1, TimeUnit.SECONDS);
            if (next != null) {
                if (next.event().equals(name) && wanted.test(next.data())) {
                    return next.data();
                }
                others.append(next).append('\n');
            }
        }
        throw new AssertionError("no such event " + name + "; there were\n" + others);
    }

    @Test
    @Order(1)
    void aConfigurationOfAnotherSecurityModeIsRefusedAndOneOfX509Counts() throws Exception {
        String psk = """
                {"servers":{"0":{"binding":"U","defaultMinPeriod":1,"lifetime":86400,"notifIfDisabled":false,"shortId":1}},
                "security":{"1":{"bootstrapServer":false,"clientOldOffTime":1,"publicKeyOrId":[97],"secretKey":[98],
                "securityMode":"PSK","serverId":1,"serverSmsNumber":"","smsBindingKeyParam":[],"smsBindingKeySecret":[],
                "smsSecurityMode":"NO_SEC","uri":"coaps://localhost:5684"}},"oscore":{},"toDelete":["/0","/1"]}""";
        Answer refused = call("POST", "/bootstrap/" + PATH, psk);
        assertThat(refused.status()).isEqualTo(400);
        assertThat(refused.text()).contains("'security.1.securityMode' is 'PSK'", "give X509");
        assertThat(call("GET", "/bootstrap", "").json()).isEmpty();

        Answer ownKey = call("POST", "/bootstrap/" + PATH, psk.replace("PSK", "X509"));
        assertThat(ownKey.status()).isEqualTo(400);
        assertThat(ownKey.text()).contains("'security.1.publicKeyOrId' is given");

        assertThat(call("POST", "/bootstrap/" + PATH, "{\"servers\":{\"0\":{\"shortId\":7,\"lifetime\":321}}}")
                        .status())
                .isEqualTo(200);
        assertThat(call("GET", "/bootstrap", "")
                        .json()
                        .path(EP)
                        .path("servers")
                        .path("0")
                        .path("lifetime")
                        .asInt())
                .isEqualTo(321);
        String two = """
                {"servers":{"0":{"shortId":7},"1":{"shortId":%d}},
                "security":{"1":{"securityMode":"X509","serverId":7,"uri":"coaps://localhost:5684"},
                "2":{"securityMode":"X509","serverId":8,"uri":"coaps://localhost:5685"}}}""";
        assertThat(call("POST", "/bootstrap/other", two.formatted(8)).status()).isEqualTo(200);
        assertThat(call("POST", "/bootstrap/other", two.formatted(9)).text())
                .contains("'servers.1.shortId' is 9", "serverIds are [7, 8]");
        assertThat(call("DELETE", "/bootstrap/other", "").status()).isEqualTo(204);
        assertThat(call("DELETE", "/bootstrap/nobody", "")).isEqualTo(new Answer(404, "no config for nobody"));

        Answer key = call(
                "PUT",
                "/security/clients/",
                "{\"endpoint\":\"x\",\"tls\":{\"mode\":\"psk\",\"details\":{\"identity\":\"x\",\"key\":\"6162\"}}}");
        assertThat(key.status()).isEqualTo(400);
        assertThat(key.text()).contains("'tls.mode' is 'psk'", "X.509");
        assertThat(call("PUT", "/security/clients/", "{\"endpoint\":\"x\",\"tls\":{\"mode\":\"x509\"}}")
                        .status())
                .isEqualTo(200);
        assertThat(call("GET", "/security/clients", "").json().findValuesAsText("endpoint"))
                .contains("x");
        assertThat(call("DELETE", "/security/clients/x", "")).isEqualTo(new Answer(200, ""));
        assertThat(call("DELETE", "/security/clients/x", "").text()).contains("not_found");
    }

    @Test
    @Order(2)
    void aRegistrationIsToldAndListed() throws Exception {
        stream("?ep=meter+1%2Fa");
        streaming.get(20, TimeUnit.SECONDS);
        assertThat(call("GET", "/clients/" + PATH, ""))
                .isEqualTo(new Answer(400, "No registered client with id '" + EP + "'"));
        device.powerOn();
        assertThat(fleet.await(EnumSet.of(DeviceState.REGISTERED), Duration.ofSeconds(30)))
                .as(() ->
                        device.lastFailure() + " " + testbed.journal().events().toList())
                .isEqualTo(Fleet.Reached.ALL);

        JsonNode registration = event("REGISTRATION", data -> true);
        assertThat(registration.path("endpoint").asText()).isEqualTo(EP);
        assertThat(registration.path("lifetime").asInt())
                .as("of the configuration")
                .isEqualTo(321);
        assertThat(registration.path("secure").asBoolean()).isTrue();
        assertThat(registration.path("bindingMode").asText()).isEqualTo("U");
        assertThat(registration.path("availableInstances").path("3").path(0).asInt(-1))
                .isZero();
        assertThat(registration.path("objectLinks").findValuesAsText("url")).contains("/3/0");
        assertThat(registration.path("objectLinks"))
                .anySatisfy(link ->
                        assertThat(link.path("attributes").path("rt").asText()).isEqualTo("\"oma.lwm2m\""));
        JsonNode one = call("GET", "/clients/" + PATH, "").json();
        assertThat(one.path("registrationId")).isEqualTo(registration.path("registrationId"));
        assertThat(call("GET", "/clients", "").json().path(0)).isEqualTo(one);
    }

    @Test
    @Order(3)
    void aDeviceIsReadWrittenAndExecuted() throws Exception {
        for (String format : new String[] {"TLV", "SENML_CBOR", "SENML_JSON", "TEXT"}) {
            JsonNode read = done("GET", "/clients/" + PATH + "/3/0/0?timeout=10&format=" + format, "");
            assertThat(read.path("status").asText()).isEqualTo("CONTENT(205)");
            assertThat(read.path("content").path("kind").asText()).isEqualTo("singleResource");
            assertThat(read.path("content").path("type").asText()).isEqualTo("STRING");
            assertThat(read.path("content").path("value").asText()).isNotBlank();
        }
        JsonNode instance = done("GET", "/clients/" + PATH + "/1/0", "").path("content");
        assertThat(instance.path("kind").asText()).isEqualTo("instance");
        assertThat(instance.path("resources"))
                .anySatisfy(resource -> assertThat(resource.toString())
                        .contains("\"id\":1,", "\"type\":\"INTEGER\"", "\"value\":\"321\""));
        JsonNode object = done("GET", "/clients/" + PATH + "/3", "").path("content");
        assertThat(object.path("kind").asText()).isEqualTo("obj");
        assertThat(object.path("instances").path(0).path("kind").asText()).isEqualTo("instance");

        String zone = "{\"id\":\"14\",\"kind\":\"singleResource\",\"value\":\"+02:00\",\"type\":\"string\"}";
        assertThat(done("PUT", "/clients/" + PATH + "/3/0/14?timeout=10&format=SENML_CBOR", zone)
                        .path("status")
                        .asText())
                .isEqualTo("CHANGED(204)");
        assertThat(done("GET", "/clients/" + PATH + "/3/0/14", "")
                        .path("content")
                        .path("value")
                        .asText())
                .isEqualTo("+02:00");
        Answer wrong = call("PUT", "/clients/" + PATH + "/1/0/1", "{\"id\":1,\"value\":\"soon\",\"type\":\"integer\"}");
        assertThat(wrong.status()).isEqualTo(400);
        assertThat(wrong.text()).contains("\"soon\" is no integer");

        assertThat(done("POST", "/clients/" + PATH + "/1/0/8", "")
                        .path("status")
                        .asText())
                .isEqualTo("CHANGED(204)");
        JsonNode updated = event("UPDATED", data -> true);
        assertThat(updated.path("registration").path("endpoint").asText()).isEqualTo(EP);
        assertThat(updated.path("update").path("registrationId").asText()).isNotBlank();
    }

    @Test
    @Order(4)
    void whatTheDeviceRefusesIsAnAnswerWithItsCode() throws Exception {
        JsonNode refused = call("GET", "/clients/" + PATH + "/0/0/5", "").json();
        assertThat(refused.path("status").asText()).isEqualTo("UNAUTHORIZED(401)");
        assertThat(refused.path("success").asBoolean()).isFalse();
        assertThat(refused.path("failure").asBoolean()).isTrue();
        assertThat(call("GET", "/clients/" + PATH + "/3/x", "").status()).isEqualTo(400);
        JsonNode together = call("GET", "/clients/" + PATH + "/composite?paths=/3/0/0,/1/0/1", "")
                .json();
        assertThat(together.path("failure").asBoolean())
                .as("the simulated device has no composite operations: " + together)
                .isTrue();
    }

    @Test
    @Order(5)
    void whatIsObservedIsNotifiedUntilItIsCancelled() throws Exception {
        JsonNode first = done("POST", "/clients/" + PATH + "/3/0/14/observe?timeout=10", "");
        assertThat(first.path("content").path("value").asText()).isEqualTo("+02:00");
        write("+03:00");
        assertThat(event("COAPLOG", data -> data.path("code").asText().equals("PUT"))
                        .path("ep")
                        .asText())
                .isEqualTo(EP);
        JsonNode notified = event(
                "NOTIFICATION", data -> data.path("val").path("value").asText().equals("+03:00"));
        assertThat(notified.path("ep").asText()).isEqualTo(EP);
        assertThat(notified.path("kind").asText()).isEqualTo("single");
        assertThat(notified.path("res").asText()).isEqualTo("/3/0/14");
        assertThat(call("DELETE", "/clients/" + PATH + "/3/0/14/observe", "").status())
                .isEqualTo(200);
        JsonNode again = done("POST", "/clients/" + PATH + "/3/0/14/observe", "");
        assertThat(again.path("content").path("value").asText()).isEqualTo("+03:00");
    }

    private void write(String zone) throws Exception {
        done(
                "PUT",
                "/clients/" + PATH + "/3/0/14",
                "{\"id\":14,\"kind\":\"singleResource\",\"value\":\"" + zone + "\",\"type\":\"string\"}");
    }

    @Test
    @Order(6)
    void linksAttributesObjectsAndServersAreShown() throws Exception {
        assertThat(done("PUT", "/clients/" + PATH + "/3/0/14/attributes?pmin=5&pmax=50", "")
                        .path("status")
                        .asText())
                .isEqualTo("CHANGED(204)");
        JsonNode links =
                done("GET", "/clients/" + PATH + "/3/0/14/discover", "").path("objectLinks");
        assertThat(links.path(0).path("url").asText()).isEqualTo("/3/0/14");
        assertThat(links.path(0).path("attributes").path("pmax").asText()).isEqualTo("50");
        JsonNode specs = call("GET", "/objectspecs/" + PATH, "").json();
        assertThat(specs)
                .anySatisfy(object -> assertThat(object.path("id").asInt()).isEqualTo(3));
        assertThat(call("GET", "/server/endpoint", "").json().findValuesAsText("full"))
                .contains(testbed.running().lwm2mUri().toString());
        assertThat(call("GET", "/server/security", "")
                        .json()
                        .path("certificate")
                        .path("b64Der")
                        .asText())
                .isNotBlank();
        HttpResponse<String> document = HTTP.send(
                HttpRequest.newBuilder(URI.create(api + "/openapi.json")).build(),
                HttpResponse.BodyHandlers.ofString());
        assertThat(Cli.JSON.readTree(document.body()).path("paths").has("/api/clients/{endpoint}/{path}"))
                .isTrue();
        Answer foreign = call("GET", "/clients", "", "Origin", "http://evil.example");
        assertThat(foreign.status()).isEqualTo(403);
        assertThat(foreign.text()).contains("'http://evil.example'");
    }

    @Test
    @Order(7)
    void theEndOfARegistrationIsTold() throws Exception {
        device.shutDown();
        assertThat(event("DEREGISTRATION", data -> true).path("endpoint").asText())
                .isEqualTo(EP);
        assertThat(call("GET", "/clients", "").json()).isEmpty();
    }
}
