package dev.onboard.journal;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.io.JsonStringEncoder;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;

/** The one JSON form of an event, one object on one line. */
final class EventJson {
    private static final JsonFactory JSON = new JsonFactory();

    private EventJson() {}

    static String write(Event event) {
        StringWriter text = new StringWriter(256);
        try (JsonGenerator out = JSON.createGenerator(text)) {
            out.writeStartObject();
            out.writeNumberField("id", event.id());
            out.writeStringField("time", event.time().toString());
            if (event.endpoint().isPresent()) {
                out.writeStringField("endpoint", event.endpoint().get());
            }
            out.writeStringField("stage", event.stage().word());
            out.writeStringField("party", event.party().word());
            out.writeStringField("outcome", event.outcome().word());
            if (event.refusedBy().isPresent()) {
                out.writeStringField("refused_by", event.refusedBy().get().word());
            }
            if (event.reason().isPresent()) {
                out.writeStringField("reason", event.reason().get());
            }
            if (event.alert().isPresent()) {
                out.writeNumberField("alert", event.alert().getAsInt());
            }
            if (event.detail().isPresent()) {
                out.writeStringField("detail", event.detail().get());
            }
            if (event.duration().isPresent()) {
                out.writeNumberField("duration_ms", event.duration().get().toNanos() / 1000 / 1000.0);
            }
            if (!event.facts().isEmpty()) {
                out.writeObjectFieldStart("facts");
                for (Map.Entry<String, String> fact : event.facts().entrySet()) {
                    out.writeStringField(fact.getKey(), fact.getValue());
                }
                out.writeEndObject();
            }
            out.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return text.toString();
    }

    /** How {@link #write} writes an endpoint name. */
    static String endpointField(String endpoint) {
        return "\"endpoint\":\"" + new String(JsonStringEncoder.getInstance().quoteAsString(endpoint)) + '"';
    }

    /** How {@link #write} writes an outcome. */
    static String outcomeField(Outcome outcome) {
        return "\"outcome\":\"" + outcome.word() + '"';
    }

    /** Reads what {@link #write} wrote; throws {@link IOException} that names what is wrong otherwise. */
    static Event read(String line) throws IOException {
        long id = 0;
        Instant time = Instant.EPOCH;
        String stage = "";
        String party = "";
        String outcome = "";
        String refusedBy = "";
        String reason = "";
        Event.Draft values = Event.of(Stage.MADE, Party.DEVICE);
        try (JsonParser in = JSON.createParser(line)) {
            if (in.nextToken() != JsonToken.START_OBJECT) {
                throw new IOException("expected a JSON object");
            }
            String endpoint = "";
            int alert = -1;
            String detail = "";
            double durationMillis = -1;
            java.util.LinkedHashMap<String, String> facts = new java.util.LinkedHashMap<>();
            while (in.nextToken() == JsonToken.FIELD_NAME) {
                String field = in.currentName();
                JsonToken token = in.nextToken();
                switch (field) {
                    case "id" -> id = in.getLongValue();
                    case "time" -> time = Instant.parse(in.getText());
                    case "endpoint" -> endpoint = in.getText();
                    case "stage" -> stage = in.getText();
                    case "party" -> party = in.getText();
                    case "outcome" -> outcome = in.getText();
                    case "refused_by" -> refusedBy = in.getText();
                    case "reason" -> reason = in.getText();
                    case "alert" -> alert = in.getIntValue();
                    case "detail" -> detail = in.getText();
                    case "duration_ms" -> durationMillis = in.getDoubleValue();
                    case "facts" -> {
                        if (token == JsonToken.START_OBJECT) {
                            while (in.nextToken() == JsonToken.FIELD_NAME) {
                                String name = in.currentName();
                                in.nextToken();
                                facts.put(name, in.getText());
                            }
                        }
                    }
                    default -> in.skipChildren();
                }
            }
            values = Event.of(Stage.of(stage), Party.of(party)).endpoint(endpoint);
            switch (Outcome.of(outcome)) {
                case REFUSED -> values.refused(Party.of(refusedBy), reason);
                case FAILED -> values.failed(reason);
                case OK -> {}
            }
            if (alert >= 0) {
                values.alert(alert);
            }
            if (!detail.isEmpty()) {
                values.detail(detail);
            }
            if (durationMillis >= 0) {
                values.took(Duration.ofNanos((long) (durationMillis * 1_000_000)));
            }
            facts.forEach(values::fact);
        } catch (IllegalArgumentException | java.time.DateTimeException e) {
            throw new IOException(e.getMessage(), e);
        }
        return values.numbered(id, time);
    }
}
