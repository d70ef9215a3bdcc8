package dev.onboard.cli;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.LoggingEvent;
import ch.qos.logback.core.AppenderBase;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.onboard.journal.Event;
import dev.onboard.journal.Journal;
import dev.onboard.journal.Party;
import dev.onboard.journal.Stage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;
import org.slf4j.event.KeyValuePair;

/** Log lines as JSON. */
class LogFormatTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final LoggerContext CONTEXT = (LoggerContext) LoggerFactory.getILoggerFactory();

    @TempDir
    Path work;

    private static JsonNode line(ILoggingEvent event) {
        String text = new String(new JsonLines().encode(event), StandardCharsets.UTF_8);
        assertThat(text).endsWith("\n");
        assertThat(text.strip()).doesNotContain("\n");
        try {
            return JSON.readTree(text);
        } catch (IOException e) {
            throw new AssertionError(text, e);
        }
    }

    private static LoggingEvent event(Level level, String message, Throwable thrown) {
        return new LoggingEvent("x", CONTEXT.getLogger("dev.onboard.some.Place"), level, message, thrown, null);
    }

    @Test
    void aLineHasTimeLevelLoggerMessageAndWhatItIsGiven() {
        LoggingEvent event = event(Level.WARN, "two\nlines", new IOException("disk full"));
        event.addKeyValuePair(new KeyValuePair("endpoint", "meter-7"));
        event.addKeyValuePair(new KeyValuePair("session", 12L));
        JsonNode line = line(event);
        assertThat(line.path("time").asText()).matches("\\d{4}-\\d\\d-\\d\\dT[\\d:.]+Z");
        assertThat(line.path("level").asText()).isEqualTo("warn");
        assertThat(line.path("logger").asText()).isEqualTo("dev.onboard.some.Place");
        assertThat(line.path("message").asText()).isEqualTo("two\nlines");
        assertThat(line.path("endpoint").asText()).isEqualTo("meter-7");
        assertThat(line.path("session").isIntegralNumber()).isTrue();
        assertThat(line.path("error").asText()).contains("java.io.IOException: disk full");
    }

    @Test
    void secretsAreLeftOut() {
        String key = "ak_" + "0a".repeat(24);
        String pem = "-----BEGIN EC PRIVATE KEY-----\nMHcCAQEE\n-----END EC PRIVATE KEY-----";
        JsonNode line = line(event(Level.ERROR, "with " + key + " and " + pem, new IOException("for " + key)));
        assertThat(line.toString()).doesNotContain("0a0a").doesNotContain("MHcCAQEE");
        assertThat(line.path("message").asText()).isEqualTo("with ak_… and (a private key)");
        assertThat(line.path("error").asText()).contains("for ak_…");
    }

    @Test
    void eventsAreLinesWithTheSessionInWhichTheyHappened() throws IOException {
        Logger logger = CONTEXT.getLogger(EventLog.NAME);
        List<JsonNode> lines = new ArrayList<>();
        AppenderBase<ILoggingEvent> appender = new AppenderBase<>() {
            @Override
            protected void append(ILoggingEvent event) {
                lines.add(line(event));
            }
        };
        appender.setContext(CONTEXT);
        appender.start();
        logger.setLevel(Level.INFO);
        logger.setAdditive(false);
        logger.addAppender(appender);
        try (Journal journal = Journal.open(work.resolve("events.jsonl"), InstantSource.system())) {
            journal.subscribe(new EventLog()::see);
            journal.record(Event.of(Stage.MADE, Party.FACTORY).endpoint("a"));
            journal.record(
                    Event.of(Stage.BOOTSTRAP_HANDSHAKE, Party.BOOTSTRAP_SERVER).endpoint("a"));
            journal.record(Event.of(Stage.BOOTSTRAP_HANDSHAKE, Party.BOOTSTRAP_SERVER)
                    .endpoint("b")
                    .refused(Party.BOOTSTRAP_SERVER, "expired")
                    .alert(45)
                    .detail("it ended yesterday"));
            journal.record(Event.of(Stage.ADMISSION, Party.BOOTSTRAP_SERVER).endpoint("a"));
            journal.record(Event.of(Stage.REGISTERED, Party.LWM2M_SERVER).endpoint("a"));
            journal.flush();
        } finally {
            logger.detachAppender(appender);
            logger.setAdditive(true);
            logger.setLevel(null);
        }
        assertThat(lines).hasSize(5);
        assertThat(lines).allMatch(line -> line.path("logger").asText().equals("dev.onboard.events"));
        assertThat(lines.stream().map(line -> line.path("session").asInt(-1)))
                .as("the handshake that began it; the LwM2M server had none")
                .containsExactly(-1, 2, -1, 2, -1);
        JsonNode refused = lines.get(2);
        assertThat(refused.path("level").asText()).isEqualTo("warn");
        assertThat(refused.path("reason").asText()).isEqualTo("expired");
        assertThat(refused.path("refused_by").asText()).isEqualTo("bootstrap-server");
        assertThat(refused.path("alert").asInt()).isEqualTo(45);
        assertThat(refused.path("message").asText())
                .isEqualTo("bootstrap-handshake refused: expired: it ended yesterday");
        assertThat(lines.get(3).path("level").asText()).isEqualTo("info");
    }
}
