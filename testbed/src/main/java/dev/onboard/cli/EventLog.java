package dev.onboard.cli;

import dev.onboard.journal.Event;
import dev.onboard.journal.Outcome;
import dev.onboard.journal.Party;
import dev.onboard.journal.Stage;
import java.util.LinkedHashMap;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;
import org.slf4j.spi.LoggingEventBuilder;

/**
 * The events of a journal as log lines: INFO when they ended well, WARN otherwise. {@code session} is the number of the
 * event of the handshake by which the DTLS session began in which this happened, as the same party tells it. Not
 * thread-safe: fed by one reader of the journal.
 */
final class EventLog {
    /** Of its lines; their level is set apart from that of the others. */
    static final String NAME = "dev.onboard.events";

    private static final Logger LOG = LoggerFactory.getLogger(NAME);
    /** The sessions of devices that were not heard of for longest are forgotten. */
    private static final int MOST_SESSIONS = 100_000;

    private final Map<String, Long> sessions = new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Long> eldest) {
            return size() > MOST_SESSIONS;
        }
    };

    void see(Event event) {
        LoggingEventBuilder line = LOG.atLevel(event.outcome() == Outcome.OK ? Level.INFO : Level.WARN)
                .addKeyValue("event", event.id());
        if (event.endpoint().isPresent()) {
            line = line.addKeyValue("endpoint", event.endpoint().get());
        }
        Long session = session(event);
        if (session != null) {
            line = line.addKeyValue("session", session);
        }
        line = line.addKeyValue("stage", event.stage().word())
                .addKeyValue("party", event.party().word())
                .addKeyValue("outcome", event.outcome().word());
        if (event.refusedBy().isPresent()) {
            line = line.addKeyValue("refused_by", event.refusedBy().get().word());
        }
        if (event.reason().isPresent()) {
            line = line.addKeyValue("reason", event.reason().get());
        }
        if (event.alert().isPresent()) {
            line = line.addKeyValue("alert", event.alert().getAsInt());
        }
        if (event.duration().isPresent()) {
            line = line.addKeyValue("duration_ms", event.duration().get().toNanos() / 1000 / 1000.0);
        }
        line.log(sentence(event));
    }

    private @org.jspecify.annotations.Nullable Long session(Event event) {
        if (event.endpoint().isEmpty()) {
            return null;
        }
        String key = event.party().word() + " " + event.endpoint().get();
        if (event.stage() == Stage.BOOTSTRAP_HANDSHAKE || event.stage() == Stage.LWM2M_HANDSHAKE) {
            if (event.outcome() != Outcome.OK) {
                return null; // none came of it
            }
            sessions.put(key, event.id());
        }
        Long session = sessions.get(key);
        if (event.stage() == Stage.SESSION_CLOSED || event.stage() == Stage.POWER && event.party() == Party.DEVICE) {
            sessions.remove(key);
        }
        return session;
    }

    private static String sentence(Event event) {
        StringBuilder text = new StringBuilder(event.stage().word())
                .append(' ')
                .append(event.outcome().word());
        event.reason().ifPresent(reason -> text.append(": ").append(reason));
        event.detail().ifPresent(detail -> text.append(": ").append(detail));
        return text.toString();
    }
}
