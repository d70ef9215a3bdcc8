package dev.onboard.scenario.internal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.onboard.journal.Event;
import dev.onboard.journal.Journal;
import dev.onboard.journal.Party;
import dev.onboard.journal.Stage;
import dev.onboard.scenario.Leg;
import dev.onboard.scenario.Result.Observed;
import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What counts as the end of a scenario, in whichever order two parties tell of it. */
class ObservationsTest {
    @TempDir
    private Path folder;

    private static Event.Draft registered() {
        return Event.of(Stage.REGISTERED, Party.LWM2M_SERVER).endpoint("meter-1");
    }

    private static Event.Draft refused(Stage stage, String reason) {
        return Event.of(stage, Party.LWM2M_SERVER).endpoint("meter-1").refused(Party.LWM2M_SERVER, reason);
    }

    @Test
    void theLastOfRegistrationAndRefusalCounts() throws Exception {
        Event.Draft handshake = refused(Stage.LWM2M_HANDSHAKE, "expired");
        assertThat(ending()).isEqualTo("nothing");
        assertThat(ending(registered())).isEqualTo("registered");
        assertThat(ending(registered(), handshake)).isEqualTo("refused expired");
        assertThat(ending(handshake, registered())).isEqualTo("registered");
    }

    @Test
    void aSessionThatIsClosedMeanwhileDoesNotReplaceTheRefusedHandshake() throws Exception {
        Event.Draft handshake = refused(Stage.LWM2M_HANDSHAKE, "expired");
        Event.Draft closed = refused(Stage.SESSION_CLOSED, "expired-session");
        assertThat(ending(registered(), handshake, closed)).isEqualTo("refused expired");
        assertThat(ending(registered(), closed, handshake)).isEqualTo("refused expired");
        assertThat(ending(registered(), closed)).isEqualTo("refused expired-session");
    }

    @Test
    void whatTellsOfARefusalOnceMoreIsNoEnd() throws Exception {
        Event.Draft handshake = refused(Stage.LWM2M_HANDSHAKE, "expired");
        Event.Draft heard = Event.of(Stage.LWM2M_HANDSHAKE, Party.DEVICE)
                .endpoint("meter-1")
                .refused(Party.LWM2M_SERVER, "alert");
        Event.Draft fallback =
                Event.of(Stage.FALLBACK, Party.DEVICE).endpoint("meter-1").refused(Party.DEVICE, "again");
        Event.Draft failed = Event.of(Stage.OPERATION, Party.LWM2M_SERVER)
                .endpoint("meter-1")
                .failed("not-delivered");
        Event.Draft summed =
                Event.of(Stage.FIRMWARE, Party.ACCOUNT).endpoint("meter-1").failed("straggler");
        assertThat(ending(handshake, heard, fallback, failed)).isEqualTo("refused expired");
        assertThat(ending(heard, fallback)).isEqualTo("nothing");
        assertThat(ending(registered(), failed)).isEqualTo("failed not-delivered");
        assertThat(ending(registered(), summed)).isEqualTo("registered");
    }

    private String ending(Event.Draft... events) throws IOException {
        try (Journal journal = Journal.open(folder.resolve("events-" + System.nanoTime()), InstantSource.system())) {
            for (Event.Draft event : events) {
                journal.record(event);
            }
            try (Stream<Event> told = journal.events()) {
                List<Event> timeline = told.toList();
                Observed last = Observations.outcome(timeline, Leg.DEVICE_LWM2M);
                return (last.verdict() + " " + last.reason()).trim();
            }
        }
    }
}
