package dev.onboard.testbed;

import static org.assertj.core.api.Assertions.assertThat;

import dev.onboard.fuzz.Fuzzer;
import dev.onboard.http.Rotations.Subject;
import dev.onboard.testbed.RotationNotes.UnderWay;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The files of a work directory, held to {@link Fuzzer}. */
class WorkFilesFuzzTest {
    @TempDir
    Path directory;

    @Test
    void whereATestbedAnswers() {
        String endpoints = "{\"bootstrap_uri\":\"coaps://localhost:5784\",\"lwm2m_uri\":\"coaps://localhost:5684\","
                + "\"management_uri\":\"http://localhost:8080\",\"capture\":\"/tmp/x\",\"account_id\":\"0\","
                + "\"pid\":" + ProcessHandle.current().pid() + ",\"started_at\":\"2026-03-01T12:00:00Z\"}";
        Path file = directory.resolve("endpoints.json");
        Fuzzer.of(
                        "endpoints.json",
                        input -> {
                            Files.write(file, input);
                            assertThat(WorkDirectory.runningIn(directory)).isNotNull();
                        },
                        UsageException.class)
                .run(400, List.of(endpoints.getBytes(StandardCharsets.US_ASCII)));
    }

    @Test
    void rotations() throws IOException {
        Path file = directory.resolve("rotations.json");
        RotationNotes notes = new RotationNotes(file);
        Instant now = Instant.parse("2026-03-01T12:00:00Z");
        notes.write(Subject.DEVICE_CA, UnderWay.since(now, "00".repeat(32)).trusting("1"));
        Fuzzer.of(
                        "rotations.json",
                        input -> {
                            Files.write(file, input);
                            for (Subject subject : Subject.values()) {
                                assertThat(notes.read(subject)).isNotNull();
                            }
                        },
                        IOException.class)
                .run(300, List.of(Files.readAllBytes(file)));
    }
}
