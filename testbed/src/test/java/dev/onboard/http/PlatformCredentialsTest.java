package dev.onboard.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.onboard.pki.CredentialFiles;
import dev.onboard.pki.Fingerprint;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PlatformCredentialsTest {
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
    void serverCredentialsHaveThreeForms() {
        String uri = "coaps://localhost:5784?aid=" + port.account.id();
        JsonNode all = port.get("/v3/server-credentials").json();
        JsonNode bootstrap = port.get("/v3/server-credentials/bootstrap").json();
        assertThat(all.path("bootstrap").path("url").asText()).isEqualTo(uri);
        assertThat(bootstrap.path("server_uri").asText()).isEqualTo(uri);
        assertThat(bootstrap.path("server_certificate"))
                .isEqualTo(all.path("bootstrap").path("certificate"));
        assertThat(port.get("/v3/server-credentials/lwm2m/")
                        .json()
                        .path("server_uri")
                        .asText())
                .startsWith("coaps://localhost:5684?aid=");
        assertThat(bootstrap.path("server_certificate").asText())
                .isEqualTo(CredentialFiles.pem(port.serverAuthority.chain()));
    }

    @Test
    void aDeveloperCertificateComesWithItsKeyAndItsFile() throws IOException, GeneralSecurityException {
        RunningPort.Answer created =
                port.call("POST", "/v3/developer-certificates", "{\"name\":\"desk\",\"description\":\"d\"}");
        assertThat(created.status()).isEqualTo(201);
        JsonNode document = created.json();
        String id = document.path("id").asText();
        assertThat(port.get("/v3/developer-certificates/" + id).json()).isEqualTo(document);
        JsonNode trusted = port.get("/v3/trusted-certificates/" + id).json();
        assertThat(trusted.path("device_execution_mode").asInt()).isEqualTo(1);
        assertThat(trusted.path("service").asText()).isEqualTo("bootstrap");
        byte[] pem = document.path("developer_certificate").asText().getBytes(StandardCharsets.US_ASCII);
        assertThat(Fingerprint.sha256(
                        CredentialFiles.readCertificates(pem, "the answer").get(0)))
                .isEqualTo(trusted.path("certificate_fingerprint").asText());
        byte[] key = CredentialFiles.readPrivateKey(
                        document.path("developer_private_key").asText().getBytes(StandardCharsets.US_ASCII), "key")
                .getEncoded();

        String file = document.path("security_file_content").asText();
        assertThat(octets(file, "BOOTSTRAP_DEVICE_CERTIFICATE"))
                .isEqualTo(CredentialFiles.readCertificates(pem, "the answer")
                        .get(0)
                        .getEncoded());
        assertThat(octets(file, "BOOTSTRAP_DEVICE_PRIVATE_KEY")).isEqualTo(key);
        assertThat(file)
                .contains("#ifndef __MBED_CLOUD_DEV_CREDENTIALS_H__")
                .contains("MBED_CLOUD_DEV_BOOTSTRAP_SERVER_URI[] = \"coaps://localhost:5784?aid=" + port.account.id())
                .contains("MBED_CLOUD_DEV_BOOTSTRAP_DEVICE_CERTIFICATE_SIZE = sizeof(");
        for (String name : List.of(
                "BOOTSTRAP_ENDPOINT_NAME",
                "ACCOUNT_ID",
                "MANUFACTURER",
                "MODEL_NUMBER",
                "SERIAL_NUMBER",
                "DEVICE_TYPE",
                "HARDWARE_VERSION",
                "MEMORY_TOTAL_KB",
                "BOOTSTRAP_SERVER_ROOT_CA_CERTIFICATE")) {
            assertThat(file).contains("MBED_CLOUD_DEV_" + name);
        }
        assertThat(port.call("PUT", "/v3/trusted-certificates/" + id, "{\"service\":\"lwm2m\"}")
                        .text())
                .contains("the service of a developer certificate cannot be changed");
        assertThat(port.call("DELETE", "/v3/trusted-certificates/" + id, "").status())
                .isEqualTo(204);
        assertThat(port.get("/v3/developer-certificates/" + id).status()).isEqualTo(404);
    }

    private static byte[] octets(String file, String name) {
        int start = file.indexOf('{', file.indexOf("MBED_CLOUD_DEV_" + name + "[]"));
        return HexFormat.of()
                .parseHex(file.substring(start + 1, file.indexOf('}', start)).replaceAll("0x|[,\\s]", ""));
    }

    @Test
    void aReadOnlyKeyReads() {
        JsonNode made = port.call("POST", "/v3/api-keys", "{\"name\":\"viewer\",\"access\":\"read-only\"}")
                .json();
        String key = made.path("key").asText();
        assertThat(key).startsWith("ak_");
        String id = made.path("id").asText();
        assertThat(port.get("/v3/api-keys/" + id).json().has("key")).isFalse();
        assertThat(port.get("/v3/api-keys").json().path("data")).hasSize(1);

        assertThat(with(key, "GET", "/v3/devices", "").status()).isEqualTo(200);
        RunningPort.Answer refused = with(key, "POST", "/v3/devices", "{\"endpoint_name\":\"x\"}");
        assertThat(refused.status()).isEqualTo(403);
        assertThat(refused.json().path("type").asText()).isEqualTo("access_denied");
        assertThat(port.call("DELETE", "/v3/api-keys/" + id, "").status()).isEqualTo(204);
        assertThat(with(key, "GET", "/v3/devices", "").status()).isEqualTo(401);
        assertThat(port.call("POST", "/v3/api-keys", "{\"name\":\"x\",\"access\":\"god\"}")
                        .status())
                .isEqualTo(400);
    }

    private RunningPort.Answer with(String key, String method, String path, String body) {
        return port.send(port.to(path)
                .header("Authorization", "Bearer " + key)
                .method(method, HttpRequest.BodyPublishers.ofString(body))
                .build());
    }

    @Test
    void devicesAreEnrolledOneByOneAndInBulk() {
        String identity = "A-" + "AB:".repeat(31) + "01";
        RunningPort.Answer created =
                port.call("POST", "/v3/device-enrollments", "{\"enrollment_identity\":\"" + identity + "\"}");
        assertThat(created.status()).isEqualTo(201);
        String path = "/v3/device-enrollments/" + created.json().path("id").asText();
        assertThat(port.get(path).json().path("enrollment_identity").asText()).isEqualTo(identity);
        assertThat(port.call("POST", "/v3/device-enrollments", "{\"enrollment_identity\":\"" + identity + "\"}")
                        .status())
                .isEqualTo(409);
        assertThat(port.call("POST", "/v3/device-enrollments", "{\"enrollment_identity\":\"A-1\"}")
                        .status())
                .isEqualTo(400);
        assertThat(port.call("DELETE", path, "").status()).isEqualTo(204);
        assertThat(port.get(path).status()).isEqualTo(404);

        String csv = "enrollment_identity\n" + identity + "\nnonsense\n";
        RunningPort.Answer bulk = multipart("/v3/device-enrollments-bulk-uploads", csv);
        assertThat(bulk.status()).as(bulk.text()).isEqualTo(201);
        assertThat(bulk.json().path("total_count").asInt()).isEqualTo(2);
        assertThat(bulk.json().path("errors_count").asInt()).isEqualTo(1);
        String job = bulk.json().path("id").asText();
        assertThat(port.get("/v3/device-enrollments-bulk-uploads/" + job).json())
                .isEqualTo(bulk.json());
        assertThat(port.get(bulk.json().path("full_report_file").asText()).text())
                .contains("\"nonsense\",invalid");
        assertThat(port.get("/v3/device-enrollments-bulk-deletes/" + job).status())
                .isEqualTo(404);
        assertThat(port.get("/v3/device-enrollments").json().path("total_count").asInt())
                .isEqualTo(1);
        assertThat(multipart("/v3/device-enrollments-bulk-deletes", csv)
                        .json()
                        .path("errors_count")
                        .asInt())
                .isEqualTo(1);
        assertThat(port.call("POST", "/v3/device-enrollments-bulk-uploads", "{}")
                        .status())
                .isEqualTo(415);
        assertThat(port.get("/v3/device-enrollment-denials").status()).isEqualTo(400);
        assertThat(port.get("/v3/device-enrollment-denials?trusted_certificate_id__eq=00")
                        .json()
                        .path("data"))
                .isEmpty();
    }

    private RunningPort.Answer multipart(String path, String csv) {
        String body = "--b\r\nContent-Disposition: form-data; name=\"enrollment_identities\"; filename=\"list.csv\"\r\n"
                + "Content-Type: text/csv\r\n\r\n" + csv + "\r\n--b--\r\n";
        return port.send(port.to(path)
                .header("Authorization", "Bearer " + port.key.text())
                .header("Content-Type", "multipart/form-data; boundary=b")
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build());
    }
}
