package dev.onboard.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JournalTest {
    private static final InstantSource NOON = InstantSource.fixed(Instant.parse("2026-01-01T12:00:00Z"));

    @TempDir
    Path folder;

    @Test
    void anEventComesBackFromTheFileAsItWasRecorded() throws IOException {
        try (Journal journal = open()) {
            journal.record(Event.of(Stage.BOOTSTRAP_HANDSHAKE, Party.BOOTSTRAP_SERVER)
                    .endpoint("meter-7")
                    .refused(Party.BOOTSTRAP_SERVER, "unknown-ca")
                    .alert(48)
                    .detail("CN=Acme is not uploaded")
                    .took(Duration.ofMillis(12))
                    .fact("serial", "0a"));
            try (Stream<Event> events = journal.events()) {
                Event event = events.findFirst().orElseThrow();
                assertThat(event.id()).isEqualTo(1);
                assertThat(event.time()).isEqualTo(NOON.instant());
                assertThat(event.endpoint()).contains("meter-7");
                assertThat(event.stage()).isEqualTo(Stage.BOOTSTRAP_HANDSHAKE);
                assertThat(event.refusedBy()).contains(Party.BOOTSTRAP_SERVER);
                assertThat(event.reason()).contains("unknown-ca");
                assertThat(event.alert()).hasValue(48);
                assertThat(event.detail()).contains("CN=Acme is not uploaded");
                assertThat(event.duration()).contains(Duration.ofMillis(12));
                assertThat(event.facts()).containsEntry("serial", "0a");
            }
        }
    }

    @Test
    void theEventsOfOneDeviceAreFoundByItsNameAlone() throws IOException {
        try (Journal journal = open()) {
            journal.record(Event.of(Stage.ADMISSION, Party.BOOTSTRAP_SERVER).endpoint("meter-7"));
            journal.record(Event.of(Stage.ADMISSION, Party.BOOTSTRAP_SERVER).endpoint("meter-77"));
            journal.record(Event.of(Stage.ADMISSION, Party.BOOTSTRAP_SERVER).endpoint("a \"quoted\" näme"));
            journal.record(Event.of(Stage.ADMISSION, Party.BOOTSTRAP_SERVER)
                    .endpoint("liar")
                    .fact("endpoint", "meter-7"));
            journal.record(
                    Event.of(Stage.ADMISSION, Party.BOOTSTRAP_SERVER).refused(Party.BOOTSTRAP_SERVER, "unknown-ca"));
            try (Stream<Event> own = journal.eventsOf("meter-7")) {
                assertThat(own).extracting(Event::id).containsExactly(1L);
            }
            try (Stream<Event> own = journal.eventsOf("a \"quoted\" näme")) {
                assertThat(own).extracting(Event::id).containsExactly(3L);
            }
            try (Stream<Event> both = journal.eventsOf("meter-7", Outcome.REFUSED)) {
                assertThat(both).extracting(Event::id).containsExactly(1L, 5L);
            }
        }
    }

    @Test
    void theLineUsesTheVocabularyOfTheReports() throws IOException {
        try (Journal journal = open()) {
            journal.record(Event.of(Stage.LWM2M_HANDSHAKE, Party.DEVICE).refused(Party.LWM2M_SERVER, "unknown-ca"));
            journal.flush();
            assertThat(Files.readString(journal.file()))
                    .isEqualTo("{\"id\":1,\"time\":\"2026-01-01T12:00:00Z\",\"stage\":\"lwm2m-handshake\","
                            + "\"party\":\"device\",\"outcome\":\"refused\",\"refused_by\":\"lwm2m-server\","
                            + "\"reason\":\"unknown-ca\"}\n");
        }
    }

    @Test
    void numberingGoesOnAfterARestartAndAnUnfinishedLineIsCut() throws IOException {
        Path file = folder.resolve("events.jsonl");
        try (Journal journal = open()) {
            journal.record(Event.of(Stage.MADE, Party.FACTORY));
            journal.record(Event.of(Stage.MADE, Party.FACTORY));
        }
        Files.writeString(file, "{\"id\":3,\"time\":\"20", StandardOpenOption.APPEND);
        try (Journal journal = open()) {
            journal.record(Event.of(Stage.POWER, Party.DEVICE));
            try (Stream<Event> events = journal.events()) {
                assertThat(events.map(Event::id)).containsExactly(1L, 2L, 3L);
            }
        }
    }

    @Test
    void aFileThatIsNoJournalIsRefusedAndKept() throws IOException {
        Path file = folder.resolve("events.jsonl");
        Files.writeString(file, "shopping list\n");
        assertThatThrownBy(this::open).isInstanceOf(IOException.class).hasMessageContaining("is not an event");
        assertThat(Files.readString(file)).isEqualTo("shopping list\n");
    }

    @Test
    void subscribersHearEveryEventInOrderAndAFaultyOneDisturbsNobody() throws IOException {
        List<Long> heard = new ArrayList<>();
        try (Journal journal = open()) {
            journal.subscribe(event -> {
                throw new IllegalStateException("faulty subscriber");
            });
            journal.subscribe(event -> heard.add(event.id()));
            for (int i = 0; i < 5000; i++) {
                journal.record(Event.of(Stage.UPDATED, Party.DEVICE).endpoint("d" + i));
            }
            journal.flush();
        }
        assertThat(heard).hasSize(5000).isSorted();
    }

    @Test
    void awaitSeesWhatWasAndWhatComes() throws IOException {
        try (Journal journal = open()) {
            journal.record(Event.of(Stage.MADE, Party.FACTORY).endpoint("a"));
            assertThat(journal.await(e -> e.endpoint().equals(java.util.Optional.of("a")), Duration.ofSeconds(5)))
                    .isPresent();
            assertThat(journal.await(e -> e.stage() == Stage.RENEWED, Duration.ofMillis(1)))
                    .isEmpty();
        }
    }

    @Test
    void theFileIsForItsOwnerAlone() throws IOException {
        try (Journal journal = open()) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(journal.file())))
                    .isEqualTo("rw-------");
        }
    }

    private Journal open() throws IOException {
        return Journal.open(folder.resolve("events.jsonl"), NOON);
    }
}
