package dev.onboard.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.onboard.account.CampaignDevice.State;
import dev.onboard.account.NewDevice;
import dev.onboard.account.UpdateCampaign.Phase;
import dev.onboard.account.UpdateCampaigns;
import dev.onboard.manifest.FirmwareVersion;
import dev.onboard.manifest.Manifest;
import dev.onboard.manifest.SuitEnvelope;
import dev.onboard.manifest.UpdateTarget;
import dev.onboard.pki.CertificateAuthority;
import dev.onboard.pki.CertificateRecipe;
import dev.onboard.pki.Fingerprint;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Firmware images, manifests and campaigns in the platform's shapes; every answer is held against {@code /openapi.json}. */
class FirmwareRoutesTest {
    @TempDir
    private Path work;

    private RunningPort port;

    @BeforeEach
    void start() throws IOException {
        port = new RunningPort(work);
    }

    @AfterEach
    void stop() {
        port.close();
    }

    private static byte[] image(int size) {
        byte[] image = new byte[size];
        new Random(size).nextBytes(image);
        return image;
    }

    private byte[] manifest(byte[] image) {
        return SuitEnvelope.sign(
                        Manifest.of(
                                UpdateTarget.of("Onboard", "Simulated device"), FirmwareVersion.parse("1.1.0"), image),
                        List.of(CertificateAuthority.selfSigned(
                                CertificateRecipe.firmwareSigner("Signer"), port.clock, RunningPort.RANDOM)))
                .encoded();
    }

    private RunningPort.Answer upload(String path, byte[] content) throws IOException {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        body.write(("--b\r\nContent-Disposition: form-data; name=\"name\"\r\n\r\nfirst\r\n"
                        + "--b\r\nContent-Disposition: form-data; name=\"description\"\r\n\r\nof many\r\n"
                        + "--b\r\nContent-Disposition: form-data; name=\"datafile\"; filename=\"f.bin\"\r\n"
                        + "Content-Type: application/octet-stream\r\n\r\n")
                .getBytes(StandardCharsets.UTF_8));
        body.write(content);
        body.write("\r\n--b--\r\n".getBytes(StandardCharsets.UTF_8));
        return port.send(port.to(path)
                .header("Authorization", "Bearer " + port.key.text())
                .header("Content-Type", "multipart/form-data; boundary=b")
                .POST(HttpRequest.BodyPublishers.ofByteArray(body.toByteArray()))
                .build());
    }

    private String id(RunningPort.Answer made) {
        assertThat(made.status()).as(made.text()).isEqualTo(201);
        return made.json().path("id").asText();
    }

    @Test
    void anImageIsKeptAndGivenBack() throws Exception {
        byte[] image = image(2_000_000);
        String id = id(upload("/v3/firmware-images/", image));
        JsonNode read = port.get("/v3/firmware-images/" + id).json();
        assertThat(read.path("name").asText()).isEqualTo("first");
        assertThat(read.path("description").asText()).isEqualTo("of many");
        assertThat(read.path("datafile_size").asLong()).isEqualTo(image.length);
        assertThat(read.path("datafile_checksum").asText()).isEqualTo(Fingerprint.sha256(image));
        assertThat(port.get("/v3/firmware-images?datafile_size__gte=1").json().path("data"))
                .hasSize(1);
        assertThat(port.account.firmwareImages().content(id)).contains(image);
        assertThat(port.call("DELETE", "/v3/firmware-images/" + id, "").status())
                .isEqualTo(204);
        assertThat(port.get("/v3/firmware-images/" + id).status()).isEqualTo(404);
        assertThat(upload("/v3/firmware-images", new byte[0]).status()).isEqualTo(400);
    }

    private RunningPort.Answer chunk(String job, byte[] content, String... md5) {
        HttpRequest.Builder request = port.to("/v3/firmware-images/upload-jobs/" + job + "/chunks")
                .header("Authorization", "Bearer " + port.key.text())
                .header("Content-Type", "application/octet-stream")
                .POST(HttpRequest.BodyPublishers.ofByteArray(content));
        Arrays.stream(md5).forEach(value -> request.header("Content-MD5", value));
        return port.send(request.build());
    }

    @Test
    void anImageInPiecesIsTheSameImage() throws Exception {
        byte[] image = image(2_500_000);
        String job = id(port.call("POST", "/v3/firmware-images/upload-jobs", "{\"name\":\"large\"}"));
        for (int from = 0; from < image.length; from += 1_000_000) {
            byte[] piece = Arrays.copyOfRange(image, from, Math.min(image.length, from + 1_000_000));
            String md5 = Base64.getEncoder()
                    .encodeToString(
                            java.security.MessageDigest.getInstance("MD5").digest(piece));
            String chunk = id(chunk(job, piece, md5));
            assertThat(port.get("/v3/firmware-images/upload-jobs/" + job + "/chunks/" + chunk)
                            .json()
                            .path("length")
                            .asInt())
                    .isEqualTo(piece.length);
        }
        assertThat(chunk(job, image(10), "AAAA").status()).isEqualTo(400);
        assertThat(port.get("/v3/firmware-images/upload-jobs/" + job + "/chunks")
                        .json()
                        .path("data"))
                .hasSize(3);
        assertThat(port.get("/v3/firmware-images/upload-jobs/" + job)
                        .json()
                        .path("complete")
                        .asBoolean())
                .isFalse();
        id(chunk(job, new byte[0]));
        JsonNode complete = port.get("/v3/firmware-images/upload-jobs/" + job).json();
        assertThat(complete.path("complete").asBoolean()).isTrue();
        assertThat(port.account
                        .firmwareImages()
                        .content(complete.path("firmware_image_id").asText()))
                .contains(image);
        assertThat(chunk(job, image(10)).status()).isEqualTo(409);
        assertThat(port.call("DELETE", "/v3/firmware-images/upload-jobs/" + job, "")
                        .status())
                .isEqualTo(204);
    }

    @Test
    void aManifestSaysWhatItIsFor() throws Exception {
        byte[] image = image(1000);
        JsonNode made = upload("/v3/firmware-manifests/", manifest(image)).json();
        assertThat(made.path("delivered_payload_digest").asText()).isEqualTo(Fingerprint.sha256(image));
        assertThat(made.path("delivered_payload_size").asInt()).isEqualTo(1000);
        assertThat(made.path("parsed_raw_manifest").path("version").asText()).isEqualTo("1.1.0");
        assertThat(made.path("device_vendor").asText())
                .isEqualTo(UpdateTarget.of("Onboard", "x").vendor().toString());
        RunningPort.Answer nonsense = upload("/v3/firmware-manifests", image);
        assertThat(nonsense.status()).isEqualTo(400);
        assertThat(nonsense.json().path("message").asText()).contains("is not a SUIT envelope");
        assertThat(nonsense.json().path("fields").get(0).path("name").asText()).isEqualTo("datafile");
    }

    private String phase(String id) {
        return port.get("/v3/update-campaigns/" + id).json().path("phase").asText();
    }

    @Test
    void aCampaignIsControlledInBothWays() throws Exception {
        String manifest = id(upload("/v3/firmware-manifests", manifest(image(1000))));
        String body = "{\"name\":\"c\",\"device_filter\":\"state__eq=registered\",\"root_manifest_id\":\"" + manifest
                + "\",\"when\":\"2999-01-01T00:00:00Z\"}";
        String old = id(port.call("POST", "/v3/update-campaigns/", body));
        assertThat(phase(old)).isEqualTo("draft");
        assertThat(port.call("PUT", "/v3/update-campaigns/" + old + "/", "{\"state\":\"scheduled\"}")
                        .json()
                        .path("phase")
                        .asText())
                .isEqualTo("timed");
        assertThat(port.call("DELETE", "/v3/update-campaigns/" + old, "").status())
                .isEqualTo(409);
        assertThat(port.call("DELETE", "/v3/firmware-manifests/" + manifest, "").status())
                .isEqualTo(409);
        assertThat(port.call("PUT", "/v3/update-campaigns/" + old, "{\"device_filter\":\"\"}")
                        .status())
                .isEqualTo(409);
        JsonNode stopped = port.call("PUT", "/v3/update-campaigns/" + old, "{\"state\":\"draft\"}")
                .json();
        assertThat(stopped.path("phase").asText()).isEqualTo("stopped");
        assertThat(stopped.path("state").asText()).isEqualTo("userstopped");

        String young = id(port.call("POST", "/v3/update-campaigns", body));
        assertThat(port.call("POST", "/v3/update-campaigns/" + young + "/start", "")
                        .status())
                .isEqualTo(202);
        assertThat(port.call("POST", "/v3/update-campaigns/" + young + "/start", "")
                        .status())
                .isEqualTo(409);
        assertThat(port.call("POST", "/v3/update-campaigns/" + young + "/archive", "")
                        .status())
                .isEqualTo(409);
        assertThat(port.call("POST", "/v3/update-campaigns/" + young + "/stop", "")
                        .status())
                .isEqualTo(202);
        assertThat(port.call("POST", "/v3/update-campaigns/" + young + "/archive", "")
                        .status())
                .isEqualTo(202);
        assertThat(phase(young)).isEqualTo("archived");
        assertThat(port.get("/v3/update-campaigns/" + young + "/metrics")
                        .json()
                        .path("total_count")
                        .asInt())
                .isZero();
        assertThat(port.get("/v3/update-campaigns/" + young + "/statistics/")
                        .json()
                        .path("data"))
                .extracting(summary -> summary.path("id").asText())
                .containsExactly("fail", "success", "info", "skipped");
        assertThat(port.get("/v3/update-campaigns/" + young + "/statistics/fail/event_types")
                        .json()
                        .path("data"))
                .isEmpty();
        assertThat(port.get("/v3/update-campaigns/" + young + "/campaign-device-metadata/")
                        .json()
                        .path("data"))
                .isEmpty();
        assertThat(port.call("DELETE", "/v3/update-campaigns/" + young, "").status())
                .isEqualTo(204);
    }

    private String begun() throws Exception {
        byte[] image = image(1000);
        id(upload("/v3/firmware-images", image));
        String manifest = id(upload("/v3/firmware-manifests", manifest(image)));
        String id = id(port.call(
                "POST",
                "/v3/update-campaigns",
                "{\"name\":\"c\",\"device_filter\":\"name__neq=none\",\"root_manifest_id\":\"" + manifest + "\"}"));
        port.call("POST", "/v3/update-campaigns/" + id + "/start", "");
        assertThat(port.account.updateCampaigns().takeDevices(id).phase()).isEqualTo(Phase.ACTIVE);
        return id;
    }

    @Test
    void theFiguresHaveTheDevicesThatAreSkipped() throws Exception {
        Map<String, State> ends = Map.of(
                "a",
                State.ALREADY_DEPLOYED,
                "b",
                State.NOT_SENT,
                "c",
                State.DEPLOYED,
                "d",
                State.FAILED_CONNECTOR_CHANNEL_UPDATE);
        ends.keySet().forEach(name -> port.account.devices().add(NewDevice.of(name)));
        String id = begun();
        UpdateCampaigns campaigns = port.account.updateCampaigns();
        campaigns
                .open(id)
                .forEach(device -> campaigns.record(
                        device,
                        ends.getOrDefault(device.endpoint(), State.PENDING),
                        0,
                        "because of " + device.endpoint()));
        String path = "/v3/update-campaigns/" + id;
        JsonNode metrics = port.get(path + "/metrics").json();
        assertThat(metrics.path("skipped_count").asInt()).isEqualTo(2);
        assertThat(metrics.path("success_count").asInt()).isEqualTo(1);
        assertThat(metrics.path("failed_count").asInt()).isEqualTo(1);
        assertThat(metrics.path("pending_count").asInt()).isZero();
        assertThat(metrics.path("total_count").asInt()).isEqualTo(4);
        assertThat(port.get(path + "/statistics/skipped").json().path("count").asInt())
                .isEqualTo(2);
        assertThat(port.get(path + "/statistics/skipped/event_types")
                        .json()
                        .path("data")
                        .get(0)
                        .path("count")
                        .asInt())
                .isEqualTo(2);
        assertThat(port.get(path + "/campaign-device-metadata?deployment_state__eq=failed_connector_channel_update")
                        .json()
                        .path("data"))
                .extracting(device -> device.path("description").asText())
                .containsExactlyInAnyOrder("because of b", "because of d");
    }

    @Test
    void aCampaignIsStoppingUntilItsDevicesHaveEndedOrItIsStoppedOnceMore() throws Exception {
        port.account.devices().add(NewDevice.of("a"));
        String id = begun();
        UpdateCampaigns campaigns = port.account.updateCampaigns();
        campaigns.begin(campaigns.open(id).get(0));
        String path = "/v3/update-campaigns/" + id;
        assertThat(port.call("POST", path + "/stop", "").status()).isEqualTo(202);
        JsonNode stopping = port.get(path).json();
        assertThat(stopping.path("phase").asText()).isEqualTo("stopping");
        assertThat(stopping.path("state").asText()).isEqualTo("stopping");
        assertThat(stopping.path("stopping_at").isNull()).isFalse();
        assertThat(stopping.path("stopped_at").isNull()).isTrue();
        assertThat(port.call("DELETE", path, "").status()).isEqualTo(409);
        JsonNode stopped = port.call("PUT", path, "{\"state\":\"draft\"}").json();
        assertThat(stopped.path("phase").asText()).isEqualTo("stopped");
        assertThat(stopped.path("state").asText()).isEqualTo("userstopped");
        assertThat(port.call("POST", path + "/stop", "").status()).isEqualTo(409);
    }

    @Test
    void aCampaignThatCannotBeIsRefusedWithItsField() throws Exception {
        assertThat(port.call("POST", "/v3/update-campaigns", "{\"name\":\"c\"}")
                        .json()
                        .path("fields")
                        .get(0)
                        .path("name")
                        .asText())
                .isEqualTo("device_filter");
        for (String[] wrong : new String[][] {
            {"{\"device_filter\":\"colour__eq=red\"}", "colour__eq"},
            {"{\"device_filter\":\"nonsense\"}", "device_filter"},
            {"{\"device_filter\":\"\",\"root_manifest_id\":\"0123\"}", "root_manifest_id"},
            {"{\"device_filter\":\"\",\"autostop_success_percent\":101}", "autostop_success_percent"},
            {"{\"device_filter\":\"\",\"when\":\"soon\"}", "when"},
            {"{\"device_filter\":\"\",\"delivery\":\"by hand\"}", "delivery"},
        }) {
            RunningPort.Answer refused = port.call("POST", "/v3/update-campaigns", wrong[0]);
            assertThat(refused.status()).as(wrong[0]).isEqualTo(400);
            assertThat(refused.json().path("fields").get(0).path("name").asText())
                    .isEqualTo(wrong[1]);
        }
        String without = id(port.call("POST", "/v3/update-campaigns", "{\"device_filter\":\"\"}"));
        assertThat(port.call("POST", "/v3/update-campaigns/" + without + "/start", "")
                        .status())
                .isEqualTo(400);
    }
}
