package dev.onboard.scenario;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * How scenarios ended in an earlier run: verdict, step, party, reason and alert of each. What differs between two runs is a
 * change of behaviour, also where both are as expected. Immutable.
 *
 * @param observed by scenario id
 */
public record EarlierRun(Map<String, Result.Observed> observed) {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int FORMAT = 1;

    /** One scenario that ended otherwise. */
    public record Change(String id, Result.Observed before, Result.Observed now) {}

    public EarlierRun {
        observed = Map.copyOf(observed);
    }

    /** Of these results; those that were not run are left out. */
    public static EarlierRun of(List<Result> results) {
        Map<String, Result.Observed> observed = new TreeMap<>();
        for (Result result : results) {
            if (result.status() != Result.Status.PENDING) {
                observed.put(result.scenario().id(), result.observed());
            }
        }
        return new EarlierRun(observed);
    }

    /**
     * Reads one that {@link #write} wrote.
     *
     * @throws IOException when the file cannot be read or is none; the message is a sentence
     */
    public static EarlierRun read(Path file) throws IOException {
        return parse(Files.readString(file), file.toString());
    }

    /**
     * The same of a text; the source is named in messages.
     *
     * @throws IOException when it is none; the message is a sentence
     */
    public static EarlierRun parse(String text, String source) throws IOException {
        JsonNode document;
        try {
            document = JSON.readTree(text);
        } catch (com.fasterxml.jackson.core.JsonProcessingException e) {
            throw new IOException(source + " is not JSON: " + e.getOriginalMessage(), e);
        }
        if (document.path("format").asInt() != FORMAT
                || !document.path("scenarios").isObject()) {
            throw new IOException(source + " is not a baseline; write one with --save-baseline");
        }
        Map<String, Result.Observed> observed = new TreeMap<>();
        document.path("scenarios").fields().forEachRemaining(entry -> {
            JsonNode one = entry.getValue();
            observed.put(
                    entry.getKey(),
                    new Result.Observed(
                            one.path("verdict").asText(),
                            one.path("stage").asText(),
                            one.path("party").asText(),
                            one.path("reason").asText(),
                            one.path("alert").asInt(-1)));
        });
        return new EarlierRun(observed);
    }

    /** As JSON, one scenario after the other by id. */
    public ObjectNode json() {
        ObjectNode document = JSON.createObjectNode().put("format", FORMAT);
        ObjectNode scenarios = document.putObject("scenarios");
        new TreeMap<>(observed).forEach((id, one) -> scenarios.set(id, json(one)));
        return document;
    }

    /** Writes {@link #json}. */
    public void write(Path file) throws IOException {
        Files.writeString(file, JSON.writerWithDefaultPrettyPrinter().writeValueAsString(json()) + "\n");
    }

    static ObjectNode json(Result.Observed observed) {
        ObjectNode json = JSON.createObjectNode().put("verdict", observed.verdict());
        if (!observed.stage().isEmpty()) {
            json.put("stage", observed.stage());
        }
        if (!observed.party().isEmpty()) {
            json.put("party", observed.party());
        }
        if (!observed.reason().isEmpty()) {
            json.put("reason", observed.reason());
        }
        if (observed.alert() >= 0) {
            json.put("alert", observed.alert());
        }
        return json;
    }

    /** What ended otherwise now, by id; a scenario that only one of the two has is none of them. */
    public List<Change> changes(EarlierRun now) {
        List<Change> changes = new ArrayList<>();
        new TreeMap<>(observed).forEach((id, before) -> {
            Result.Observed after = now.observed().get(id);
            if (after != null && !after.equals(before)) {
                changes.add(new Change(id, before, after));
            }
        });
        return changes;
    }
}
