package dev.onboard.testbed;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;

/**
 * Where a running testbed answers: the content of {@code DIR/endpoints.json}.
 *
 * @param bootstrapUri {@code coaps://host:port} of the bootstrap server, with the real port
 * @param lwm2mUri likewise of the LwM2M server
 * @param secondLwm2mUri likewise of the second LwM2M server, when there is one
 * @param managementUri {@code http://host:port} or {@code https://host:port} of the management port
 * @param managementCa the file with the CA certificate that its clients trust, when that is the testbed's own
 * @param leshanUri {@code http://localhost:port} of Leshan's interface, when there is one
 * @param capture the file with the traffic of the servers, when there is one
 * @param accountId of the Device Management account, 32 hex digits
 * @param pid of the process
 */
public record RunningTestbed(
        Path workDirectory,
        URI bootstrapUri,
        URI lwm2mUri,
        Optional<URI> secondLwm2mUri,
        URI managementUri,
        Optional<Path> managementCa,
        Optional<URI> leshanUri,
        Optional<Path> capture,
        String accountId,
        long pid,
        Instant startedAt) {

    static RunningTestbed of(Path workDirectory, JsonNode json) {
        return new RunningTestbed(
                workDirectory,
                URI.create(json.path("bootstrap_uri").asText()),
                URI.create(json.path("lwm2m_uri").asText()),
                Optional.ofNullable(json.path("second_lwm2m_uri").asText(null)).map(URI::create),
                URI.create(json.path("management_uri").asText()),
                json.hasNonNull("management_ca")
                        ? Optional.of(
                                workDirectory.resolve(json.path("management_ca").asText()))
                        : Optional.empty(),
                json.hasNonNull("leshan_uri")
                        ? Optional.of(URI.create(json.path("leshan_uri").asText()))
                        : Optional.empty(),
                json.hasNonNull("capture")
                        ? Optional.of(Path.of(json.path("capture").asText()))
                        : Optional.empty(),
                json.path("account_id").asText(),
                json.path("pid").asLong(),
                Instant.parse(json.path("started_at").asText("1970-01-01T00:00:00Z")));
    }

    ObjectNode json(ObjectMapper mapper) {
        ObjectNode json = mapper.createObjectNode()
                .put("bootstrap_uri", bootstrapUri.toString())
                .put("lwm2m_uri", lwm2mUri.toString())
                .put("management_uri", managementUri.toString())
                .put("account_id", accountId)
                .put("pid", pid)
                .put("started_at", startedAt.toString());
        managementCa.ifPresent(
                file -> json.put("management_ca", workDirectory.relativize(file).toString()));
        leshanUri.ifPresent(uri -> json.put("leshan_uri", uri.toString()));
        capture.ifPresent(file -> json.put("capture", file.toString()));
        secondLwm2mUri.ifPresent(uri -> json.put("second_lwm2m_uri", uri.toString()));
        return json;
    }

    boolean isAlive() {
        return ProcessHandle.of(pid).map(ProcessHandle::isAlive).orElse(false);
    }

    /**
     * The bearer key of the management port.
     *
     * @throws UsageException when its file cannot be read
     */
    public String apiKey() {
        Path file = workDirectory.resolve("api-key");
        try {
            return Files.readString(file).strip();
        } catch (IOException e) {
            throw new UsageException("the API key in " + file + " cannot be read: " + e.getMessage(), e);
        }
    }
}
