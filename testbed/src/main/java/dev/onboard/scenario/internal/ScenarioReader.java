package dev.onboard.scenario.internal;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.onboard.journal.Party;
import dev.onboard.pki.cases.CertificateCase;
import dev.onboard.scenario.Fault;
import dev.onboard.scenario.InvalidScenarioException;
import dev.onboard.scenario.Leg;
import dev.onboard.scenario.Scenario;
import dev.onboard.scenario.Step;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Reads scenario files: each becomes one scenario for each leg and each combination of its matrix. Everything that is
 * wrong with a file is found before any of it is used. Thread-safe.
 */
public final class ScenarioReader {
    /** What a scenario has and a case of the certificate matrix has not. */
    private static final List<String> NOT_OF_THE_CASE = List.of(
            "because",
            "about",
            "pending",
            "legs",
            "signs-with",
            "mode",
            "devices",
            "servers",
            "matrix",
            "network",
            "queue-mode",
            "deliver",
            "firmware",
            "renewal",
            "peer",
            "steps",
            "expect");

    private static final int MOST_COMBINATIONS = 500;

    private final SchemaCheck schema = new SchemaCheck(schema());

    private static JsonNode schema() {
        try (InputStream in = ScenarioReader.class.getResourceAsStream("/dev/onboard/scenario/scenario.schema.json")) {
            if (in == null) {
                throw new IllegalStateException("the scenario schema is not in this build");
            }
            return new ObjectMapper().readTree(in);
        } catch (IOException e) {
            throw new UncheckedIOException("the scenario schema cannot be read", e);
        }
    }

    /**
     * The scenarios of a file.
     *
     * @param name what they are called, {@code VAL-02/second}
     * @param file its name as the user gave it
     * @throws InvalidScenarioException with everything that is wrong
     */
    public List<Scenario> read(String name, String file, String text) throws InvalidScenarioException {
        Written written = Written.read(file, text);
        List<Fault> faults = new ArrayList<>();
        if (!written.content().has("matrix")) {
            schema.check(written.content(), (at, message) -> add(faults, written.fault(at, message)));
            refuseAny(faults);
        }
        List<Scenario> scenarios = new ArrayList<>();
        for (Combination combination : combinations(written, faults)) {
            References references = new References(combination.content());
            if (faults.isEmpty()) {
                references.check((at, message) -> add(faults, written.fault(at, message)));
            }
            if (faults.isEmpty()) {
                scenarios.addAll(scenarios(name + combination.suffix(), combination.content()));
            }
        }
        refuseAny(faults);
        return scenarios;
    }

    private static void add(List<Fault> faults, Fault fault) {
        if (!faults.contains(fault)) {
            faults.add(fault);
        }
    }

    private static void refuseAny(List<Fault> faults) throws InvalidScenarioException {
        if (!faults.isEmpty()) {
            throw new InvalidScenarioException(faults);
        }
    }

    /** One combination of the values of a matrix; the suffix tells it from the others. */
    private record Combination(String suffix, JsonNode content) {}

    private List<Combination> combinations(Written written, List<Fault> faults) {
        if (!written.content().has("matrix")) {
            return List.of(new Combination("", written.content()));
        }
        JsonNode matrix = written.content().path("matrix");
        List<Map<String, JsonNode>> all = new ArrayList<>(List.of(new LinkedHashMap<>()));
        Iterator<Map.Entry<String, JsonNode>> parameters = matrix.fields();
        while (parameters.hasNext()) {
            Map.Entry<String, JsonNode> parameter = parameters.next();
            long next = (long) all.size() * parameter.getValue().size();
            if (next < 1 || next > MOST_COMBINATIONS) {
                faults.add(written.fault(
                        "/matrix",
                        "makes " + next + (next > 0 && parameters.hasNext() ? " or more" : "") + " scenarios; 1 to "
                                + MOST_COMBINATIONS
                                + " are expected, from a list of values for each parameter"));
                return List.of();
            }
            List<Map<String, JsonNode>> longer = new ArrayList<>();
            for (Map<String, JsonNode> sofar : all) {
                for (JsonNode value : parameter.getValue()) {
                    Map<String, JsonNode> with = new LinkedHashMap<>(sofar);
                    with.put(parameter.getKey(), value);
                    longer.add(with);
                }
            }
            all = longer;
        }
        List<Combination> combinations = new ArrayList<>();
        for (Map<String, JsonNode> values : all) {
            combinations.add(combination(written, values, faults));
        }
        return combinations;
    }

    private Combination combination(Written written, Map<String, JsonNode> values, List<Fault> faults) {
        String suffix = values.entrySet().stream()
                .map(value -> value.getKey() + "=" + value.getValue().asText())
                .collect(Collectors.joining(",", "/", ""));
        ObjectNode content = written.content().deepCopy();
        JsonNode matrix = content.remove("matrix");
        ObjectNode filled = (ObjectNode) Placeholders.fill(content, values);
        schema.check(filled.deepCopy().set("matrix", matrix), (at, message) -> add(faults, written.fault(at, message)));
        return new Combination(suffix, filled);
    }

    private static List<Scenario> scenarios(String name, JsonNode content) {
        List<Scenario> scenarios = new ArrayList<>();
        for (Leg leg : legs(content)) {
            scenarios.add(scenario(name, content, leg));
        }
        return scenarios;
    }

    private static List<Leg> legs(JsonNode content) {
        if (!content.has("legs")) {
            return switch (content.path("mode").asText()) {
                case "lwm2m" -> List.of(Leg.DEVICE_LWM2M);
                case "bootstrap", "est", "platform-est", ScenarioRun.SERVER_KEYS -> List.of(Leg.DEVICE_BOOTSTRAP);
                default -> List.of(Leg.DEVICE_BOOTSTRAP, Leg.DEVICE_LWM2M);
            };
        }
        List<Leg> legs = new ArrayList<>();
        content.path("legs").forEach(word -> Leg.of(word.asText()).ifPresent(legs::add));
        return legs;
    }

    /** The certificate of a device, counted from 1, where a scenario has several devices that are alike. */
    static String leafOf(int number) {
        return number == 1 ? "leaf" : "leaf-" + number;
    }

    /** Devices that are alike have each a key, a certificate and a name of its own. */
    private static void addLeaves(ObjectNode description, int devices) {
        ObjectNode certificates = description.withObjectProperty("certificates");
        for (int number = 2; number <= devices && !certificates.has(leafOf(number)); number++) {
            ObjectNode leaf =
                    certificates.path("leaf") instanceof ObjectNode spec ? spec.deepCopy() : certificates.objectNode();
            if (!leaf.has("kind")) {
                leaf.put("kind", "device");
            }
            leaf.put("name", leaf.path("name").asText("meter-7") + "-" + number);
            certificates.set(leafOf(number), leaf);
        }
    }

    static Scenario scenario(String name, JsonNode content, Leg leg) {
        ObjectNode certificates = content.deepCopy();
        certificates.remove(NOT_OF_THE_CASE);
        certificates.put("id", name);
        certificates.put("title", content.path("title").asText());
        if (leg != Leg.EVALUATION || !certificates.has("purpose")) {
            certificates.put("purpose", leg.purpose().word());
        }
        if (!leg.judge().equals(Party.DEVICE) && content.path("devices").isInt()) {
            addLeaves(certificates, content.path("devices").asInt());
        }
        StepReader reader = new StepReader(content, leg);
        List<Step> steps = reader.steps();
        return new Scenario(
                name + "@" + leg.word(),
                content.path("title").asText(),
                content.path("because").asText(),
                content.path("about").asText(),
                leg,
                CertificateCase.of(certificates),
                content.path("signs-with").asText("leaf"),
                References.devices(content),
                steps,
                content.has("pending") ? Optional.of(content.path("pending").asText()) : Optional.empty(),
                content);
    }
}
