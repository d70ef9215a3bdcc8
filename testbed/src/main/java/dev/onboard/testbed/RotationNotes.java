package dev.onboard.testbed;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.onboard.http.Rotations.Subject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Optional;

/** {@code DIR/rotations.json}: which rotations are under way. Not thread-safe. */
record RotationNotes(Path file) {
    private static final ObjectMapper JSON = new ObjectMapper();

    /**
     * A rotation.
     *
     * @param before SHA-256 of the certificate that is to go
     * @param trusted the id of the trusted certificate that keeps it good meanwhile
     * @param undone when it was turned round
     */
    record UnderWay(Instant since, String before, Optional<String> trusted, Optional<Instant> undone) {
        static UnderWay since(Instant now, String before) {
            return new UnderWay(now, before, Optional.empty(), Optional.empty());
        }

        UnderWay trusting(String id) {
            return new UnderWay(since, before, Optional.of(id), undone);
        }

        UnderWay turned(Instant now, String withdrawn) {
            return new UnderWay(since, withdrawn, Optional.empty(), Optional.of(now));
        }

        /** Whether a device whose credentials are of this time has those of the certificate that is to go. */
        boolean isLeft(Optional<Instant> credentials) {
            boolean afterBeginning =
                    credentials.filter(at -> !at.isBefore(since)).isPresent();
            return undone.map(end -> afterBeginning
                            && credentials.filter(at -> at.isBefore(end)).isPresent())
                    .orElse(!afterBeginning);
        }
    }

    Optional<UnderWay> read(Subject subject) throws IOException {
        JsonNode kept = document().path(subject.word());
        try {
            return kept.isMissingNode()
                    ? Optional.empty()
                    : Optional.of(new UnderWay(
                            Instant.parse(kept.path("since").asText()),
                            kept.path("before").asText(),
                            Optional.ofNullable(
                                    kept.path("trusted_certificate_id").asText(null)),
                            Optional.ofNullable(kept.path("undone").asText(null))
                                    .map(Instant::parse)));
        } catch (DateTimeException e) {
            throw new IOException(file + " has a time of " + subject.word() + " that is none: " + e.getMessage(), e);
        }
    }

    void write(Subject subject, UnderWay rotation) throws IOException {
        ObjectNode document = document();
        ObjectNode kept = document.putObject(subject.word())
                .put("since", rotation.since().toString())
                .put("before", rotation.before());
        rotation.trusted().ifPresent(id -> kept.put("trusted_certificate_id", id));
        rotation.undone().ifPresent(at -> kept.put("undone", at.toString()));
        write(document);
    }

    void remove(Subject subject) throws IOException {
        ObjectNode document = document();
        document.remove(subject.word());
        write(document);
    }

    private ObjectNode document() throws IOException {
        return Files.exists(file) && JSON.readTree(file.toFile()) instanceof ObjectNode read
                ? read
                : JSON.createObjectNode();
    }

    private void write(ObjectNode document) throws IOException {
        WorkDirectory.write(file, JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(document));
    }
}
