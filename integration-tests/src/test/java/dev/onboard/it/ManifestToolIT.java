package dev.onboard.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.onboard.manifest.FirmwareVersion;
import dev.onboard.manifest.Manifest;
import dev.onboard.manifest.ManifestFormat;
import dev.onboard.manifest.SignedManifest;
import dev.onboard.manifest.UpdateTarget;
import dev.onboard.pki.Credential;
import dev.onboard.pki.CredentialFiles;
import dev.onboard.testbed.Demo;
import dev.onboard.testbed.DemoMode;
import dev.onboard.testbed.Testbed;
import dev.onboard.testbed.TestbedOptions;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The requests of the platform's {@code manifest-dev-tool update --wait-for-completion}, one by one as it sends them, on a testbed
 * with registered devices. The tool itself is asked to judge manifests where they are made.
 */
class ManifestToolIT {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String BOUNDARY = "9a81c6cbd6bb5dc2cd8d5e4c4e2b1f0a";
    private static final int DEVICES = 2;

    private final HttpClient http = HttpClient.newHttpClient();

    @TempDir
    private Path folder;

    private Testbed testbed;
    private Demo demo;
    private String key;
    private byte[] image;

    @BeforeEach
    void start() throws Exception {
        testbed = Testbed.start(
                TestbedOptions.in(folder.resolve("work")).withPorts(0, 0, 0),
                InstantSource.system(),
                new SecureRandom());
        demo = new Demo(testbed);
        demo.run(DemoMode.BOOTSTRAP, DEVICES, 1, ended -> {});
        key = Files.readString(folder.resolve("work/api-key")).strip();
        image = UpdateBench.image(70_000);
    }

    @AfterEach
    void stop() throws Exception {
        demo.close();
        testbed.close();
    }

    private JsonNode send(String method, String path, int status, HttpRequest.BodyPublisher body, String... headers)
            throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(
                        testbed.running().managementUri().resolve(path))
                .header("User-Agent", "python-requests/2.32.3")
                .header("Accept", "*/*")
                .header("Authorization", "Bearer " + key)
                .method(method, body);
        if (headers.length > 0) {
            request.headers(headers);
        }
        HttpResponse<String> answer =
                http.send(request.build(), HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8));
        assertThat(answer.statusCode())
                .as(() -> method + " " + path + ": " + answer.body())
                .isEqualTo(status);
        return answer.body().isEmpty() ? JSON.createObjectNode() : JSON.readTree(answer.body());
    }

    private JsonNode send(String method, String path, int status) throws Exception {
        return send(method, path, status, BodyPublishers.noBody());
    }

    private JsonNode form(String path, String[][] fields, String file, byte[] content) throws Exception {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        for (String[] field : fields) {
            body.writeBytes(("--" + BOUNDARY + "\r\nContent-Disposition: form-data; name=\"" + field[0] + "\"\r\n\r\n"
                            + field[1] + "\r\n")
                    .getBytes(StandardCharsets.UTF_8));
        }
        body.writeBytes(("--" + BOUNDARY + "\r\nContent-Disposition: form-data; name=\"datafile\"; filename=\"" + file
                        + "\"\r\n\r\n")
                .getBytes(StandardCharsets.UTF_8));
        body.writeBytes(content);
        body.writeBytes(("\r\n--" + BOUNDARY + "--\r\n").getBytes(StandardCharsets.UTF_8));
        return send(
                "POST",
                path,
                201,
                BodyPublishers.ofByteArray(body.toByteArray()),
                "Content-Type",
                "multipart/form-data; boundary=" + BOUNDARY);
    }

    private byte[] manifest(ManifestFormat format, String url) throws IOException {
        Path update = folder.resolve("work/update");
        Credential signer = CredentialFiles.readCredential(
                update.resolve("update-auth.cert.pem"), update.resolve("update-auth.key.pem"));
        return SignedManifest.sign(
                        format,
                        Manifest.of(UpdateBench.TARGET, FirmwareVersion.parse("1.1.0"), image)
                                .withUri(url),
                        List.of(signer),
                        image)
                .encoded();
    }

    private static String hex(java.util.UUID id) {
        return HexFormat.of().formatHex(UpdateTarget.octets(id));
    }

    @ParameterizedTest
    @EnumSource(names = {"PLATFORM_V1", "PLATFORM_V3"})
    void anUpdateFromUploadToCleaningUp(ManifestFormat format) throws Exception {
        JsonNode uploaded = form(
                "/v3/firmware-images",
                new String[][] {{"name", "2026_01_31-12_00_00-app.bin"}, {"datafile_encryption", "False"}},
                "app.bin",
                image);
        String url = uploaded.path("datafile").asText();
        update(uploaded.path("id").asText(), manifest(format, url));
    }

    private void update(String imageId, byte[] manifest) throws Exception {
        String name = "manifest-2026_01_31-12_00_00-app.bin";
        String manifestId = form("/v3/firmware-manifests", new String[][] {{"name", name}}, name, manifest)
                .path("id")
                .asText();
        String wanted = "{\"campaign_strategy\": \"one-shot\", \"description\": \"Development campaign\","
                + " \"device_filter\": \"device_class__eq=" + hex(UpdateBench.TARGET.deviceClass()) + "&vendor_id__eq="
                + hex(UpdateBench.TARGET.vendor()) + "\", \"name\": \"campaign-2026_01_31-12_00_00-app.bin\","
                + " \"root_manifest_id\": \"" + manifestId + "\"}";
        String campaign = "/v3/update-campaigns/"
                + send(
                                "POST",
                                "/v3/update-campaigns",
                                201,
                                BodyPublishers.ofString(wanted),
                                "Content-Type",
                                "application/json")
                        .path("id")
                        .asText();
        send("POST", campaign + "/start", 202);
        awaitEnd(campaign);
        assertThat(send("GET", campaign, 200).path("state").asText()).isEqualTo("deployed");
        JsonNode statistics = send("GET", campaign + "/statistics", 200).path("data");
        assertThat(statistics).hasSize(4);
        for (JsonNode summary : statistics) {
            assertThat(summary.path("count").asInt())
                    .as(summary.path("id").asText())
                    .isEqualTo(summary.path("id").asText().equals("success") ? DEVICES : 0);
        }
        assertThat(send("GET", campaign + "/campaign-device-metadata", 200).path("data"))
                .hasSize(DEVICES)
                .allMatch(device -> device.path("deployment_state").asText().equals("deployed"));
        send("DELETE", campaign, 204);
        send("DELETE", "/v3/firmware-manifests/" + manifestId, 204);
        send("DELETE", "/v3/firmware-images/" + imageId, 204);
    }

    /** The tool asks for the phase every three seconds; this waits for the event and asks once more. */
    private void awaitEnd(String campaign) throws Exception {
        JsonNode started = send("GET", campaign, 200);
        assertThat(started.path("phase").asText()).isIn("starting", "active", "stopped");
        assertThat(started.has("autostop_reason")).isTrue();
        String id = campaign.substring(campaign.lastIndexOf('/') + 1);
        assertThat(testbed.journal()
                        .await(
                                event -> id.equals(event.facts().get("campaign"))
                                        && "stopped".equals(event.facts().get("phase")),
                                Duration.ofSeconds(60)))
                .isPresent();
        assertThat(send("GET", campaign, 200).path("phase").asText()).isEqualTo("stopped");
    }

    /** What the tool does with an image of 100 MB and more: pieces, an empty one, and the image behind the job. */
    @Test
    void anImageInPieces() throws Exception {
        JsonNode job = send(
                "POST",
                "/v3/firmware-images/upload-jobs",
                201,
                BodyPublishers.ofString("{\"name\": \"2026_01_31-12_00_00-app.bin\", \"datafile_encryption\": false}"),
                "Content-Type",
                "application/json");
        String at = "/v3/firmware-images/upload-jobs/" + job.path("id").asText();
        for (int from = 0; from < image.length; from += 30_000) {
            piece(at, Arrays.copyOfRange(image, from, Math.min(image.length, from + 30_000)));
        }
        piece(at, new byte[0]);
        String imageId = send("GET", at, 200).path("firmware_image_id").asText();
        JsonNode made = send("GET", "/v3/firmware-images/" + imageId, 200);
        assertThat(made.path("datafile_size").asInt()).isEqualTo(image.length);
        send("DELETE", at, 204);
        update(
                imageId,
                manifest(ManifestFormat.PLATFORM_V3, made.path("datafile").asText()));
    }

    private void piece(String job, byte[] content) throws Exception {
        send(
                "POST",
                job + "/chunks",
                201,
                BodyPublishers.ofByteArray(content),
                "Content-Type",
                "binary/octet-stream",
                "Content-MD5",
                Base64.getEncoder()
                        .encodeToString(MessageDigest.getInstance("MD5").digest(content)));
    }

    /** Encryption is the platform's service's; who asks for it is told so. */
    @Test
    void anImageIsNotEncrypted() throws Exception {
        JsonNode refused = send(
                "POST",
                "/v3/firmware-images/upload-jobs",
                400,
                BodyPublishers.ofString("{\"name\": \"x\", \"datafile_encryption\": true}"),
                "Content-Type",
                "application/json");
        assertThat(refused.path("fields").get(0).path("name").asText()).isEqualTo("datafile_encryption");
    }
}
