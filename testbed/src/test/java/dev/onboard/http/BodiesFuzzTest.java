package dev.onboard.http;

import dev.onboard.fuzz.Fuzzer;
import dev.onboard.manifest.FirmwareVersion;
import dev.onboard.manifest.Manifest;
import dev.onboard.manifest.ManifestFormat;
import dev.onboard.manifest.SignedManifest;
import dev.onboard.manifest.UpdateTarget;
import dev.onboard.pki.CertificateAuthority;
import dev.onboard.pki.CertificateRecipe;
import dev.onboard.pki.Credential;
import dev.onboard.pki.CredentialFiles;
import dev.onboard.pki.RevocationList;
import dev.onboard.pki.RevocationListFile;
import java.io.ByteArrayOutputStream;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What comes to the management port with its API key, held to {@link Fuzzer}: it is taken, or refused with 4xx, in the shape that
 * {@code /openapi.json} describes.
 */
class BodiesFuzzTest {
    @TempDir
    Path work;

    private RunningPort port;

    @BeforeEach
    void start() throws Exception {
        port = new RunningPort(work);
    }

    @AfterEach
    void stop() {
        port.close();
    }

    /** An answer 4xx; one that says something new is an ending of its own. */
    private static final class Refused extends Exception {
        private static final long serialVersionUID = 1;

        Refused(RunningPort.Answer answer) {
            super(answer.status() + " " + answer.text());
            String said = answer.text().replaceAll("'.*'|[0-9a-f]{4,}|[0-9]+", "…");
            setStackTrace(new StackTraceElement[] {new StackTraceElement("answer", said, "", answer.status())});
        }
    }

    private void answered(HttpRequest.Builder request) throws Refused {
        RunningPort.Answer answer = port.send(
                request.header("Authorization", "Bearer " + port.key.text()).build());
        if (answer.status() >= 500) {
            throw new AssertionError("answered " + answer.status() + ": " + answer.text());
        }
        if (answer.status() >= 400) {
            throw new Refused(answer);
        }
    }

    private void bodies(String path, int inputs, String... samples) {
        Fuzzer.of(
                        "bodies for POST " + path,
                        input -> answered(port.to(path)
                                .header("Content-Type", "application/json")
                                .POST(HttpRequest.BodyPublishers.ofByteArray(input))),
                        Refused.class)
                .run(
                        inputs,
                        Stream.of(samples)
                                .map(each -> each.getBytes(StandardCharsets.UTF_8))
                                .toList());
    }

    @Test
    void documents() {
        String pem = CredentialFiles.pem(List.of(port.factory.certificate())).replace("\n", "\\n");
        bodies(
                "/v3/trusted-certificates",
                60,
                "{\"name\":\"ca\",\"description\":\"d\",\"service\":\"bootstrap\",\"status\":\"ACTIVE\",\"enrollment_mode\":false,"
                        + "\"device_execution_mode\":1,\"certificate\":\"" + pem + "\"}");
        bodies(
                "/v3/devices",
                60,
                "{\"endpoint_name\":\"dev-1\",\"device_class\":\"abc\",\"custom_attributes\":{\"floor\":\"3\"},"
                        + "\"serial_number\":\"7\"}");
        bodies(
                "/v3/certificate-issuers",
                60,
                "{\"name\":\"c\",\"issuer_type\":\"CFSSL_AUTH\",\"issuer_attributes\":{\"host_url\":\"https://ca.example\"},"
                        + "\"issuer_credentials\":{\"hmac_hex_key\":\"c0ffee\"}}",
                "{\"name\":\"d\",\"issuer_type\":\"GLOBAL_SIGN\",\"issuer_attributes\":{},\"issuer_credentials\":{}}");
        bodies("/v3/device-enrollments", 60, "{\"enrollment_identity\":\"A-" + "AB:".repeat(31) + "AB\"}");
        bodies("/v3/developer-certificates", 40, "{\"name\":\"desk\",\"description\":\"d\"}");
        bodies("/v3/api-keys", 60, "{\"name\":\"viewer\",\"access\":\"read-only\"}");
        bodies("/v3/update-campaigns", 60, "{\"name\":\"c\",\"device_filter\":\"state__eq=registered&name__in=a,b\"}");
        String certificate = Base64.getEncoder()
                .encodeToString(
                        CredentialFiles.pem(List.of(port.factory.certificate())).getBytes(StandardCharsets.US_ASCII));
        bodies("/testbed/explain", 60, "{\"content\":\"" + certificate + "\"}");
    }

    @Test
    void lists() {
        Fuzzer.of(
                        "queries of lists",
                        input -> answered(port.to("/v3/devices?filter="
                                + URLEncoder.encode(
                                        new String(input, 0, Math.min(input.length, 2_000), StandardCharsets.UTF_8),
                                        StandardCharsets.UTF_8))),
                        Refused.class)
                .run(
                        100,
                        List.of(
                                "state__eq=registered&name__in=a,b&created_at__gte=2026-03-01T12:00:00Z&serial_number=%41"
                                        .getBytes(StandardCharsets.US_ASCII)));
    }

    @Test
    void files() {
        parts(
                "/v3/device-enrollments-bulk-uploads",
                "enrollment_identities",
                60,
                ("identity,comment\n\"A-" + "AB:".repeat(31) + "AB\",x\nA-" + "CD:".repeat(31) + "CD;y\n")
                        .getBytes(StandardCharsets.US_ASCII));
    }

    @Test
    void firmware() {
        byte[] image = new byte[3_000];
        Manifest manifest =
                Manifest.of(UpdateTarget.of("Onboard", "Simulated device"), FirmwareVersion.parse("1.1.0"), image);
        Credential signer = CertificateAuthority.selfSigned(
                CertificateRecipe.firmwareSigner("Signer"), port.clock, RunningPort.RANDOM);
        parts(
                "/v3/firmware-manifests",
                "datafile",
                300,
                Stream.of(ManifestFormat.values())
                        .map(format -> SignedManifest.sign(
                                        format,
                                        format.isPlatform() ? manifest.withUri("https://firmware.example/1") : manifest,
                                        List.of(signer),
                                        image)
                                .encoded())
                        .toArray(byte[][]::new));
        parts("/v3/firmware-images", "datafile", 60, image);
        bodies("/v3/firmware-images/upload-jobs", 60, "{\"name\":\"large\",\"description\":\"d\"}");
    }

    private void parts(String path, String part, int inputs, byte[]... samples) {
        Fuzzer.of(
                        "files for " + path,
                        input -> {
                            ByteArrayOutputStream body = new ByteArrayOutputStream();
                            body.writeBytes(("--fuzz-b\r\nContent-Disposition: form-data; name=\"" + part
                                            + "\"; filename=\"f\"\r\nContent-Type: text/csv\r\n\r\n")
                                    .getBytes(StandardCharsets.US_ASCII));
                            body.writeBytes(input);
                            body.writeBytes("\r\n--fuzz-b--\r\n".getBytes(StandardCharsets.US_ASCII));
                            answered(port.to(path)
                                    .header("Content-Type", "multipart/form-data; boundary=fuzz-b")
                                    .POST(HttpRequest.BodyPublishers.ofByteArray(body.toByteArray())));
                        },
                        Refused.class)
                .run(inputs, List.of(samples));
    }

    @Test
    void revocationLists() {
        String id = port.call(
                        "POST",
                        "/v3/trusted-certificates",
                        Json.object()
                                .put("name", "ca")
                                .put("service", "bootstrap")
                                .put("certificate", CredentialFiles.pem(port.factory.chain()))
                                .toString())
                .json()
                .path("id")
                .asText();
        Instant now = port.clock.instant();
        byte[] list = port.factory.sign(RevocationList.of(1, now.minusSeconds(60), now.plusSeconds(3600)));
        bodies(
                "/testbed/trusted-certificates/" + id + "/revocation-lists",
                60,
                Json.object().put("crl", RevocationListFile.pem(list)).toString());
    }
}
