package dev.onboard.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.onboard.account.NewDevice;
import dev.onboard.account.Registration;
import dev.onboard.pki.CredentialFiles;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Certificate issuers, renewals, device events, and the account's twin paths, in the platform's shapes. */
class IssuersAndEventsTest {
    private static final String CFSSL = """
            {"name":"%s","issuer_type":"CFSSL_AUTH","issuer_attributes":{"host_url":"https://ca.example"},
             "issuer_credentials":{"hmac_hex_key":"c0ffee"}}""";

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

    private JsonNode issuer(String name) {
        RunningPort.Answer created = port.call("POST", "/v3/certificate-issuers", CFSSL.formatted(name));
        assertThat(created.status()).as(created.text()).isEqualTo(201);
        return created.json();
    }

    @Test
    void anIssuerIsStoredAndItsCredentialsAreNeverReturned() {
        JsonNode created = issuer("ca-1");
        String path = "/v3/certificate-issuers/" + created.path("id").asText();
        assertThat(created.path("object").asText()).isEqualTo("certificate-issuer");
        assertThat(created.path("issuer_attributes").path("host_url").asText()).isEqualTo("https://ca.example");
        assertThat(port.get(path + "/").json()).isEqualTo(created);
        RunningPort.Answer updated =
                port.call("PUT", path, "{\"description\":\"d\",\"issuer_credentials\":{\"hmac_hex_key\":\"beef\"}}");
        assertThat(updated.status()).isEqualTo(200);
        assertThat(updated.json().path("etag").asText()).isEqualTo("2");
        RunningPort.Answer list = port.get("/v3/certificate-issuers?include=total_count");
        assertThat(list.json().path("total_count").asInt()).isEqualTo(1);
        for (String text : List.of(created.toString(), updated.text(), list.text())) {
            assertThat(text).doesNotContain("c0ffee").doesNotContain("beef").doesNotContain("credentials");
        }
        assertThat(port.call("DELETE", path, "").status()).isEqualTo(204);
        assertThat(port.get(path).status()).isEqualTo(404);
    }

    @Test
    void faultsOfAnIssuerAreNamedAsTheIssuerServiceNamesThem() {
        RunningPort.Answer answer = port.call(
                "POST",
                "/v3/certificate-issuers",
                "{\"issuer_type\":\"MOON\",\"issuer_attributes\":{\"host_url\":[]}}");
        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.json().path("type").asText()).isEqualTo("validation_error");
        List<String> fields = new ArrayList<>();
        answer.json()
                .path("fields")
                .forEach(fault -> fields.add(fault.path("field").asText()));
        assertThat(fields)
                .containsExactlyInAnyOrder("name", "issuer_type", "issuer_attributes.host_url", "issuer_credentials");
        issuer("ca-1");
        assertThat(port.call("POST", "/v3/certificate-issuers", CFSSL.formatted("ca-1"))
                        .status())
                .isEqualTo(409);
        for (int i = 2; i <= 20; i++) {
            issuer("ca-" + i);
        }
        RunningPort.Answer over = port.call("POST", "/v3/certificate-issuers", CFSSL.formatted("ca-21"));
        assertThat(over.status()).isEqualTo(403);
        assertThat(over.json().path("type").asText()).isEqualTo("account_limit_exceeded");
    }

    @Test
    void anIssuerThatNobodyCanTalkToIsNotClaimedToWork() {
        String id = issuer("ca-1").path("id").asText();
        JsonNode said = port.call("POST", "/v3/certificate-issuers/" + id + "/verify", "")
                .json();
        assertThat(said.path("successful").asBoolean()).isFalse();
        assertThat(said.path("message").asText()).contains("no client for issuers of type CFSSL_AUTH");
        RunningPort.Answer active = port.call(
                "PUT", "/v3/certificate-issuer-configurations/lwm2m", "{\"certificate_issuer_id\":\"" + id + "\"}");
        assertThat(active.status()).isEqualTo(424);
        assertThat(active.json().path("message").asText()).contains("it was not made active");
        JsonNode lwm2m = port.get("/v3/certificate-issuer-configurations/lwm2m").json();
        assertThat(lwm2m.path("certificate_issuer_id").isNull()).isTrue();
        assertThat(lwm2m.path("is_custom").asBoolean()).isFalse();
        assertThat(port.call("PUT", "/v3/certificate-issuer-configurations/lwm2m", "{\"certificate_issuer_id\":null}")
                        .status())
                .isEqualTo(200);
    }

    @Test
    void anIssuerInUseIsNotRemoved() {
        String id = issuer("ca-1").path("id").asText();
        RunningPort.Answer configured = port.call(
                "POST",
                "/v3/certificate-issuer-configurations",
                "{\"reference\":\"customer.tls\",\"certificate_issuer_id\":\"" + id + "\"}");
        assertThat(configured.status()).as(configured.text()).isEqualTo(201);
        String path = "/v3/certificate-issuer-configurations/"
                + configured.json().path("id").asText();
        RunningPort.Answer refused = port.call("DELETE", "/v3/certificate-issuers/" + id, "");
        assertThat(refused.status()).isEqualTo(400);
        assertThat(refused.text()).contains("is active").contains("customer.tls");
        assertThat(port.get("/v3/certificate-issuer-configurations?reference__eq=customer.tls")
                        .json()
                        .path("data"))
                .hasSize(1);
        assertThat(port.call("PUT", path, "{}").status()).isEqualTo(400);
        assertThat(port.call("DELETE", path, "").status()).isEqualTo(204);
        assertThat(port.call("DELETE", "/v3/certificate-issuers/" + id, "").status())
                .isEqualTo(204);
    }

    @Test
    void aRenewalIsCheckedAndNeedsAnLwM2mServer() {
        String id = port.account.devices().add(NewDevice.of("dev-1")).id();
        String path = "/v3/devices/" + id + "/certificates/";
        assertThat(port.call("POST", "/v3/devices/" + "0".repeat(32) + "/certificates/LWM2M/renew", "")
                        .status())
                .isEqualTo(404);
        assertThat(port.call("POST", path + "customer.tls/renew", "").status()).isEqualTo(400);
        assertThat(port.call("POST", path + "LWM2M/renew", "").text()).contains("is unenrolled");
        port.account
                .devices()
                .registered("dev-1", Registration.NONE)
                .toCompletableFuture()
                .join();
        RunningPort.Answer answer = port.call("POST", path + "LWM2M/renew/", "");
        assertThat(answer.status()).isEqualTo(423);
        assertThat(answer.text()).contains("no LwM2M server runs here");
        assertThat(port.get("/v3/certificate-enrollments?device_id__eq=" + id)
                        .json()
                        .path("data"))
                .isEmpty();
        String begun = port.account.certificateEnrollments().begin(id, "LWM2M").id();
        assertThat(port.get("/v3/certificate-enrollments/" + begun)
                        .json()
                        .path("enroll_status")
                        .asText())
                .isEqualTo("new");
        assertThat(port.call("POST", path + "LWM2M/renew", "").status()).isEqualTo(409);
    }

    @Test
    void whatHappenedToADeviceIsListedUnderBothNames() {
        String id = port.account.devices().add(NewDevice.of("dev-1")).id();
        port.account
                .devices()
                .registered("dev-1", Registration.NONE)
                .toCompletableFuture()
                .join();
        port.account.devices().add(NewDevice.of("dev-2"));
        JsonNode events = port.get("/v3/device-events/?device_id__eq=" + id).json();
        assertThat(events.path("data")).hasSize(2);
        assertThat(port.get("/v3/devicelog/?filter=device_id%3D" + id).json().path("data"))
                .isEqualTo(events.path("data"));
        JsonNode registered = port.get("/v3/device-events?state_change__eq=true&event_type__in=device_registered,x")
                .json()
                .path("data")
                .path(0);
        assertThat(registered.path("device_id").asText()).isEqualTo(id);
        assertThat(registered.path("changes").path("state").asText()).isEqualTo("registered");
        assertThat(port.get("/v3/devicelog/" + registered.path("id").asText() + "/")
                        .json())
                .isEqualTo(registered);
        assertThat(port.get("/v3/device-events?date_time__gte=2100-01-01T00:00:00Z")
                        .json()
                        .path("data"))
                .isEmpty();
        JsonNode page = port.get("/v3/device-events?limit=2&order=DESC&include=total_count")
                .json();
        assertThat(page.path("total_count").asInt()).isEqualTo(3);
        assertThat(page.path("has_more").asBoolean()).isTrue();
        assertThat(port.get("/v3/device-events?limit=2&order=DESC&after="
                                + page.path("data").path(1).path("id").asText())
                        .json()
                        .path("data"))
                .hasSize(1);
    }

    @Test
    void theAccountsOwnIdIsTheOnlyOneThatHasCertificates() {
        String own = "/v3/accounts/" + port.account.id() + "/trusted-certificates";
        String body = Json.object()
                .put("name", "ca-1")
                .put("service", "lwm2m")
                .put("certificate", CredentialFiles.pem(port.ca("CA").chain()))
                .toString();
        String id = port.call("POST", own, body).json().path("id").asText();
        assertThat(port.get(own + "/" + id + "/").json())
                .isEqualTo(port.get("/v3/trusted-certificates/" + id).json());
        assertThat(port.get(own + "?owner__eq=" + port.account.id()).json().path("data"))
                .hasSize(1);
        assertThat(port.get(own + "?owner__neq=" + port.account.id()).json().path("data"))
                .isEmpty();
        String foreign = "/v3/accounts/" + "0".repeat(32) + "/trusted-certificates";
        for (HttpRequest.Builder request : List.of(
                port.to(foreign).GET(),
                port.to(foreign).POST(HttpRequest.BodyPublishers.ofString(body)),
                port.to(foreign + "/" + id).DELETE())) {
            RunningPort.Answer answer = port.send(
                    request.header("Authorization", "Bearer " + port.key.text()).build());
            assertThat(answer.status()).isEqualTo(404);
            assertThat(answer.text()).contains("there is no account");
        }
        assertThat(port.call("PUT", own + "/" + id, "{\"status\":\"INACTIVE\"}").status())
                .isEqualTo(200);
        assertThat(port.call("DELETE", own + "/" + id, "").status()).isEqualTo(204);
    }

    @Test
    void thereAreWordsForSuspensions() {
        assertThat(port.get("/v3/device-block-categories/").json().path("data")).hasSizeGreaterThan(2);
        assertThat(port.get("/v3/device-block-categories/quarantine")
                        .json()
                        .path("reference")
                        .asText())
                .isEqualTo("quarantine");
        assertThat(port.get("/v3/device-block-categories/none").status()).isEqualTo(404);
    }
}
