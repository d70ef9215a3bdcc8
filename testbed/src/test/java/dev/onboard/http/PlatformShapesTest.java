package dev.onboard.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.onboard.account.NewDevice;
import dev.onboard.account.Registration;
import dev.onboard.account.Service;
import dev.onboard.pki.CertificateRecipe;
import dev.onboard.pki.CredentialFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PlatformShapesTest {
    private static final ObjectMapper MAPPER = new ObjectMapper();

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

    private ObjectNode upload(String name) {
        return MAPPER.createObjectNode()
                .put("name", name)
                .put("service", "bootstrap")
                .put("certificate", CredentialFiles.pem(port.ca(name).chain()));
    }

    private static void assertFault(RunningPort.Answer answer, int status, String field, String message) {
        assertThat(answer.status()).as(answer.text()).isEqualTo(status);
        List<String> fields = new ArrayList<>();
        answer.json().path("fields").forEach(fault -> {
            fields.add(fault.path("name").asText());
            if (fault.path("name").asText().equals(field)) {
                assertThat(fault.path("message").asText()).contains(message);
            }
        });
        assertThat(fields).contains(field);
    }

    @Test
    void aTrustedCertificateLivesAndDies() {
        RunningPort.Answer created = port.call(
                "POST",
                "/v3/trusted-certificates",
                upload("ca-1").put("description", "d").toString());
        assertThat(created.status()).isEqualTo(201);
        JsonNode document = created.json();
        String id = document.path("id").asText();
        assertThat(id).matches("[a-f0-9]{32}");
        assertThat(document.path("object").asText()).isEqualTo("trusted-cert");
        assertThat(document.path("account_id").asText()).isEqualTo(port.account.id());
        assertThat(document.path("status").asText()).isEqualTo("ACTIVE");
        assertThat(document.path("valid").asBoolean()).isTrue();
        assertThat(document.path("enrollment_mode").asBoolean()).isFalse();
        assertThat(document.path("certificate_fingerprint").asText()).matches("[a-f0-9]{64}");
        assertThat(document.path("created_at").asText()).endsWith("Z");
        for (String field : List.of("etag", "issuer", "subject", "validity", "updated_at", "description", "service")) {
            assertThat(document.has(field)).as(field).isTrue();
        }
        for (String path : List.of("/v3/trusted-certificates/" + id, "/v3/trusted-certificates/" + id + "/")) {
            assertThat(port.get(path).json()).isEqualTo(document);
        }
        assertThat(port.account.trustedCertificates().anchors(Service.BOOTSTRAP))
                .hasSize(1);

        RunningPort.Answer updated =
                port.call("PUT", "/v3/trusted-certificates/" + id, "{\"status\":\"INACTIVE\",\"name\":\"other\"}");
        assertThat(updated.status()).isEqualTo(200);
        assertThat(updated.json().path("status").asText()).isEqualTo("INACTIVE");
        assertThat(updated.json().path("etag")).isNotEqualTo(document.path("etag"));
        assertThat(port.account.trustedCertificates().anchors(Service.BOOTSTRAP))
                .isEmpty();

        assertThat(port.call("DELETE", "/v3/trusted-certificates/" + id, "").status())
                .isEqualTo(204);
        assertThat(port.call("DELETE", "/v3/trusted-certificates/" + id, "").status())
                .isEqualTo(404);
    }

    @Test
    void everyFaultOfAnUploadIsNamed() {
        RunningPort.Answer answer = port.call(
                "POST",
                "/v3/trusted-certificates",
                "{\"service\":\"moon\",\"certificate\":7,\"enrollment_mode\":\"yes\",\"status\":\"active\"}");
        assertFault(answer, 400, "name", "is missing");
        assertFault(answer, 400, "service", "'moon' is not one of bootstrap, lwm2m");
        assertFault(answer, 400, "certificate", "is not a string");
        assertFault(answer, 400, "enrollment_mode", "is not true or false");
        assertFault(answer, 400, "status", "'active' is not one of");
        assertThat(answer.json().path("type").asText()).isEqualTo("validation_error");
        String leaf = CredentialFiles.pem(
                List.of(port.factory.issue(CertificateRecipe.device("d")).certificate()));
        assertFault(
                port.call(
                        "POST",
                        "/v3/trusted-certificates",
                        upload("x").put("certificate", leaf).toString()),
                400,
                "certificate",
                "is not a CA certificate");
        assertThat(port.call("POST", "/v3/trusted-certificates", upload("one").toString())
                        .status())
                .isEqualTo(201);
        assertFault(port.call("POST", "/v3/trusted-certificates", upload("one").toString()), 409, "name", "'one'");
    }

    @Test
    void listsHaveTheWholeEnvelope() {
        for (int i = 0; i < 5; i++) {
            assertThat(port.call(
                                    "POST",
                                    "/v3/trusted-certificates/",
                                    upload("ca-" + i).toString())
                            .status())
                    .isEqualTo(201);
        }
        JsonNode first = port.get("/v3/trusted-certificates?limit=2&order=DESC").json();
        assertThat(first.path("object").asText()).isEqualTo("list");
        assertThat(first.path("has_more").asBoolean()).isTrue();
        assertThat(first.path("limit").asInt()).isEqualTo(2);
        assertThat(first.path("order").asText()).isEqualTo("DESC");
        assertThat(first.path("total_count").asInt()).isEqualTo(5);
        assertThat(first.has("after")).isTrue();
        assertThat(names(first)).containsExactly("ca-4", "ca-3");
        String last = first.path("data").path(1).path("id").asText();
        JsonNode second = port.get("/v3/trusted-certificates?limit=3&order=DESC&after=" + last)
                .json();
        assertThat(names(second)).containsExactly("ca-2", "ca-1", "ca-0");
        assertThat(second.path("has_more").asBoolean()).isFalse();
        assertThat(second.path("after").asText()).isEqualTo(last);
        assertThat(names(port.get("/v3/trusted-certificates?name__in=ca-1,ca-3").json()))
                .containsExactly("ca-1", "ca-3");
        assertThat(names(port.get("/v3/trusted-certificates?subject__like=CA-2&valid__eq=true")
                        .json()))
                .containsExactly("ca-2");
        assertFault(port.get("/v3/trusted-certificates?limit=1"), 400, "limit", "1 is not in the range 2 to 1000");
        assertFault(port.get("/v3/trusted-certificates?order=up"), 400, "order", "'up'");
        assertFault(port.get("/v3/trusted-certificates?colour=red"), 400, "colour", "is not a parameter");
        assertFault(port.get("/v3/trusted-certificates?colour__eq=red"), 400, "colour__eq", "cannot be filtered");
    }

    private static List<String> names(JsonNode list) {
        List<String> names = new ArrayList<>();
        list.path("data").forEach(entry -> names.add(entry.path("name").asText()));
        return names;
    }

    @Test
    void theContradictionOfOnePublishedClientIsUnderstood() {
        port.call("POST", "/v3/trusted-certificates", upload("ca").toString());
        assertThat(names(port.get("/v3/trusted-certificates?device_execution_mode__eq=5&device_execution_mode__neq=5")
                        .json()))
                .containsExactly("ca");
        assertThat(names(port.get("/v3/trusted-certificates?device_execution_mode__neq=1")
                        .json()))
                .containsExactly("ca");
    }

    @Test
    void entityTagsGuardChanges() {
        String path = "/v3/trusted-certificates/"
                + port.call("POST", "/v3/trusted-certificates", upload("ca").toString())
                        .json()
                        .path("id")
                        .asText();
        String tag = port.get(path).header("etag");
        assertThat(conditional("GET", path, "If-None-Match", tag, "").status()).isEqualTo(304);
        assertThat(conditional("PUT", path, "If-Match", tag, "{\"description\":\"x\"}")
                        .status())
                .isEqualTo(200);
        assertThat(conditional("PUT", path, "If-Match", tag, "{\"description\":\"y\"}")
                        .status())
                .isEqualTo(412);
        assertThat(conditional("GET", path, "If-None-Match", tag, "").status()).isEqualTo(200);
        assertThat(conditional("DELETE", path, "If-Match", tag, "")
                        .json()
                        .path("type")
                        .asText())
                .isEqualTo("precondition_failed");
    }

    private RunningPort.Answer conditional(String method, String path, String header, String tag, String body) {
        return port.send(port.to(path)
                .header("Authorization", "Bearer " + port.key.text())
                .header(header, tag)
                .method(method, java.net.http.HttpRequest.BodyPublishers.ofString(body))
                .build());
    }

    @Test
    void aDeviceIsReadRelabelledSuspendedAndForgotten() {
        RunningPort.Answer created = port.call(
                "POST",
                "/v3/devices/",
                "{\"endpoint_name\":\"dev-1\",\"device_class\":\"abc\",\"custom_attributes\":{\"floor\":\"3\"}}");
        assertThat(created.status()).isEqualTo(201);
        String path = "/v3/devices/" + created.json().path("id").asText();
        assertThat(created.json().path("state").asText()).isEqualTo("unenrolled");
        assertThat(created.json().path("lifecycle_status").asText()).isEqualTo("enabled");
        assertThat(created.json().path("custom_attributes").path("floor").asText())
                .isEqualTo("3");
        assertThat(created.json().has("ca_id")).isTrue();

        JsonNode changed = port.call("PUT", path + "/", "{\"name\":\"lamp\",\"description\":\"in the hall\"}")
                .json();
        assertThat(changed.path("name").asText()).isEqualTo("lamp");
        assertThat(changed.path("device_class").asText()).isEqualTo("abc");
        assertFault(port.call("PUT", path, "{\"endpoint_name\":\"x\"}"), 400, "endpoint_name", "cannot be changed");
        assertFault(port.call("PUT", path, "{\"name\":\"" + "n".repeat(129) + "\"}"), 400, "name", "129");
        assertFault(port.call("POST", "/v3/devices", "{\"endpoint_name\":\"dev-1\"}"), 409, "endpoint_name", "'dev-1'");
        assertFault(
                port.call("POST", "/v3/devices", "{\"endpoint_name\":\"d\",\"device_execution_mode\":3}"),
                400,
                "device_execution_mode",
                "3 is not one of 0, 1, 5");

        assertThat(port.call("POST", path + "/suspend", "{\"category\":\"c\",\"description\":\"why\"}")
                        .status())
                .isEqualTo(204);
        JsonNode suspended = port.get(path).json();
        assertThat(suspended.path("operator_suspended").asBoolean()).isTrue();
        assertThat(suspended.path("lifecycle_status").asText()).isEqualTo("blocked");
        assertThat(suspended.path("last_operator_suspended_description").asText())
                .isEqualTo("why");
        assertThat(port.call("POST", path + "/resume", "{}").status()).isEqualTo(204);
        assertThat(port.call("DELETE", path + "/", "").status()).isEqualTo(204);
        assertThat(port.get(path).status()).isEqualTo(404);
    }

    @Test
    void devicesAreFilteredInTheNewAndInTheOldWay() {
        for (int i = 0; i < 4; i++) {
            port.account.devices().add(NewDevice.of("dev-" + i));
        }
        port.account
                .devices()
                .registered("dev-2", Registration.NONE)
                .toCompletableFuture()
                .join();
        assertThat(names(port.get("/v3/devices/?state__eq=registered&device_execution_mode__eq=0")
                        .json()))
                .containsExactly("dev-2");
        assertThat(names(port.get("/v3/devices/?filter=state%3Dregistered&limit=10&include=total_count")
                        .json()))
                .containsExactly("dev-2");
        assertThat(names(port.get("/v3/devices?filter=state%3Dunenrolled%26endpoint_name__neq%3Ddev-0")
                        .json()))
                .containsExactly("dev-1", "dev-3");
        assertThat(port.get("/v3/devices?limit=2&include=total_count")
                        .json()
                        .path("total_count")
                        .asInt())
                .isEqualTo(4);
        assertThat(port.get("/v3/devices?limit=2").json().has("total_count")).isFalse();
    }

    @Test
    void theClientListsAddsAndRemoves() {
        String pem = CredentialFiles.pem(port.factory.chain());
        JsonNode added = port.client.addTrustedCertificate("factory", Service.BOOTSTRAP, pem);
        assertThat(port.client.trustedCertificates()).containsExactly(added);
        port.client.removeTrustedCertificate(added.path("id").asText());
        assertThat(port.client.trustedCertificates()).isEmpty();
        assertThatThrownBy(() -> port.client.addTrustedCertificate("x", Service.LWM2M, "nothing"))
                .isInstanceOf(ManagementException.class)
                .hasMessageContaining("certificate: is not PEM");

        for (String name : List.of("urn:imei:49-015420-323751-8", "a/b", "50%", "ä ö", "c.d")) {
            port.account.devices().add(NewDevice.of(name));
            assertThat(port.client.device(name).path("endpoint_name").asText()).isEqualTo(name);
        }
        assertThat(port.client.devices(Map.of("state__eq", "unenrolled"))).hasSize(5);
        assertThatThrownBy(() -> port.client.device("nobody")).hasMessageContaining("'nobody'");
        assertThat(port.client.account().path("devices").path("unenrolled").asInt())
                .isEqualTo(5);
    }
}
