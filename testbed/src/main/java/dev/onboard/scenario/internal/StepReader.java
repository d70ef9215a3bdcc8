package dev.onboard.scenario.internal;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.onboard.account.Service;
import dev.onboard.http.Rotations;
import dev.onboard.journal.Outcome;
import dev.onboard.journal.Party;
import dev.onboard.journal.Stage;
import dev.onboard.scenario.Expectation;
import dev.onboard.scenario.Leg;
import dev.onboard.scenario.Step;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Reads the steps and expectations of a scenario whose file was found to be in order.
 *
 * @param content the file's content
 * @param leg fills in where and by whom a refusal is expected
 */
record StepReader(JsonNode content, Leg leg) {
    private static final Duration SOON = Duration.ofSeconds(30);

    List<Step> steps() {
        List<Step> steps = new ArrayList<>();
        if (!content.has("steps") && leg != Leg.EVALUATION) {
            for (int device = 1; device <= References.devices(content); device++) {
                steps.add(new Step.Power(Step.Switch.POWER_ON, device));
            }
        }
        for (JsonNode step : content.path("steps")) {
            String word = step.fieldNames().next();
            if (word.equals("expect")) {
                steps.addAll(step(word, step.path(word)));
                continue;
            }
            List<Step> alike = new ArrayList<>();
            each(step.path(word)).forEach(one -> alike.addAll(step(word, one)));
            steps.add(alike.size() == 1 ? alike.get(0) : new Step.Together(alike));
        }
        expectations(content.path("expect")).forEach(expectation -> steps.add(new Step.Expect(expectation)));
        return steps;
    }

    /** What is said of {@code all} devices is said of each. */
    private List<JsonNode> each(JsonNode of) {
        if (!of.path("device").asText().equals("all")) {
            return List.of(of);
        }
        List<JsonNode> one = new ArrayList<>();
        for (int device = 1; device <= References.devices(content); device++) {
            one.add(((ObjectNode) of.deepCopy()).put("device", device));
        }
        return one;
    }

    private List<Step> step(String word, JsonNode of) {
        for (Step.Switch power : Step.Switch.values()) {
            if (Step.word(power).equals(word)) {
                return List.of(new Step.Power(power, device(of)));
            }
        }
        for (Step.Change change : Step.Change.values()) {
            if (Step.word(change).equals(word)) {
                return List.of(new Step.Trust(change, of.path("certificate").asText(), service(of)));
            }
        }
        for (Step.Act act : Step.Act.values()) {
            if (Step.word(act).equals(word)) {
                return List.of(new Step.Operator(act, device(of)));
            }
        }
        for (Step.Verb verb : Step.Verb.values()) {
            if (Step.word(verb).equals(word)) {
                return List.of(new Step.Operation(
                        verb,
                        device(of),
                        of.path("path").asText(),
                        of.path("value").asText(),
                        of.path("answer").asText(),
                        of.path("server").asInt(1),
                        of.path("waits").asBoolean() ? Step.Until.WAITING : Step.Until.ANSWERED));
            }
        }
        for (Step.Doing doing : Step.Doing.values()) {
            if (Step.word(doing).equals(word)) {
                return List.of(new Step.Deed(doing, device(of)));
            }
        }
        if (word.equals("rebind")) {
            return List.of(new Step.Rebind());
        }
        for (Step.Hand hand : Step.Hand.values()) {
            if (Step.word(hand).equals(word)) {
                return List.of(new Step.Flash(hand, device(of)));
            }
        }
        if (word.equals("crowd")) {
            return List.of(
                    new Step.Crowd(texts(of.path("send")), of.path("handshakes").asInt()));
        }
        if (word.equals("renew")) {
            return List.of(new Step.Renew(device(of)));
        }
        if (word.equals("rotate")) {
            return List.of(new Step.Rotate(
                    subject(of.path("what")),
                    Step.Turn.valueOf(constant(of.path("turn").asText("begin"))),
                    of.path("to").asText(),
                    of.path("answer").asText()));
        }
        if (word.equals("update")) {
            return List.of(new Step.Update(of.path("device").asInt(0), of));
        }
        if (word.equals("deliver")) {
            return List.of(new Step.Deliver(of));
        }
        if (word.equals("clock")) {
            return List.of(new Step.Clock(
                    Duration.parse(of.path("servers").asText("PT0S")),
                    Duration.parse(of.path("devices").asText("PT0S"))));
        }
        if (word.equals("expect")) {
            return expectations(of).stream().<Step>map(Step.Expect::new).toList();
        }
        throw new IllegalStateException("the schema allows the step '" + word + "' and nobody carries it out");
    }

    private static int device(JsonNode of) {
        return of.path("device").asInt(1);
    }

    private static Rotations.Subject subject(JsonNode word) {
        return Rotations.Subject.of(word.asText()).orElseThrow();
    }

    private static String constant(String word) {
        return word.toUpperCase(Locale.ROOT).replace('-', '_');
    }

    private Service service(JsonNode of) {
        return Service.of(of.path("service").asText(leg.startsAtLwm2m() ? "lwm2m" : "bootstrap"))
                .orElseThrow();
    }

    private List<Expectation> expectations(JsonNode expect) {
        List<Expectation> all = new ArrayList<>();
        if (expect.isArray()) {
            expect.forEach(one -> all.addAll(expectations(one)));
        } else if (expect.isTextual()) {
            all.add(expectation(expect.asText(), MissingNode.getInstance()));
        } else {
            expect.fields()
                    .forEachRemaining(field ->
                            each(field.getValue()).forEach(one -> all.add(expectation(field.getKey(), one))));
        }
        return all;
    }

    private Expectation expectation(String word, JsonNode of) {
        return switch (word) {
            case "registered" ->
                new Expectation.Registered(
                        device(of), texts(of.path("findings")), of.path("again").asBoolean(), within(of));
            case "bootstrapped" -> new Expectation.Bootstrapped(device(of), within(of));
            case "refused" ->
                new Expectation.Refused(
                        device(of),
                        Optional.of(stage(of).orElse(leg.handshake())),
                        Optional.of(party(of, "by").orElse(leg.judge())),
                        of.path("reason").asText(),
                        alert(of),
                        certificate(of),
                        within(of));
            case "failed" ->
                new Expectation.Failed(
                        device(of),
                        stage(of),
                        party(of, "by"),
                        of.path("reason").asText(),
                        within(of));
            case "event" ->
                new Expectation.Seen(
                        pattern(of),
                        of.path("count")
                                .path("least")
                                .asInt(Math.min(1, of.path("count").path("most").asInt(1))),
                        of.path("count").path("most").asInt(Integer.MAX_VALUE),
                        within(of));
            case "judged" ->
                new Expectation.Judged(
                        text(of, "reason"),
                        alert(of),
                        of.has("index") ? OptionalInt.of(of.path("index").asInt()) : OptionalInt.empty(),
                        text(of, "finding"));
            case "keeps" ->
                new Expectation.Keeps(
                        device(of),
                        Expectation.Which.valueOf(constant(
                                of.isTextual() ? of.asText() : of.path("which").asText())));
            case "shows" ->
                new Expectation.Shows(
                        device(of),
                        of.isTextual() ? of.asText() : of.path("certificate").asText());
            case "renewed" ->
                new Expectation.Renewed(
                        device(of),
                        of.path("result").asText("success").equals("success") ? Outcome.OK : Outcome.FAILED,
                        of.path("detail").asText(),
                        within(of));
            case "stragglers" -> stragglers(of);
            case "firmware" ->
                new Expectation.Firmware(
                        device(of),
                        of.path("runs").asText(),
                        of.has("result") ? OptionalInt.of(of.path("result").asInt()) : OptionalInt.empty(),
                        text(of, "reason"),
                        within(of));
            default -> throw new IllegalStateException("the schema allows '" + word + "' and nobody checks it");
        };
    }

    private static Expectation stragglers(JsonNode of) {
        List<Integer> devices = new ArrayList<>();
        of.path("devices").forEach(device -> devices.add(device.asInt()));
        return new Expectation.Stragglers(subject(of.path("of")), devices);
    }

    private static Expectation.Pattern pattern(JsonNode of) {
        Map<String, String> facts = new LinkedHashMap<>();
        of.path("facts")
                .fields()
                .forEachRemaining(
                        fact -> facts.put(fact.getKey(), fact.getValue().asText()));
        return new Expectation.Pattern(
                of.path("device").asInt(0),
                text(of, "stage").map(Stage::of),
                party(of, "party"),
                text(of, "outcome").map(Outcome::of),
                party(of, "refused_by"),
                text(of, "reason"),
                alert(of),
                facts,
                text(of, "detail"));
    }

    private static Duration within(JsonNode of) {
        return of.has("within") ? Duration.parse(of.path("within").asText()) : SOON;
    }

    private static Optional<Stage> stage(JsonNode of) {
        return text(of, "at").map(Stage::of);
    }

    private static Optional<Party> party(JsonNode of, String field) {
        return text(of, field).map(Party::of);
    }

    private static Optional<String> text(JsonNode of, String field) {
        return of.has(field) ? Optional.of(of.path(field).asText()) : Optional.empty();
    }

    private static List<String> texts(JsonNode list) {
        List<String> texts = new ArrayList<>();
        list.forEach(text -> texts.add(text.asText()));
        return texts;
    }

    private static OptionalInt alert(JsonNode of) {
        JsonNode alert = of.path("alert");
        if (alert.isInt()) {
            return OptionalInt.of(alert.asInt());
        }
        return alert.isTextual()
                ? OptionalInt.of(References.alert(alert.asText()).orElseThrow().number())
                : OptionalInt.empty();
    }

    /** A place, or the place of the certificate of this id in what is sent. */
    private OptionalInt certificate(JsonNode of) {
        JsonNode which = of.path("certificate");
        if (which.isInt()) {
            return OptionalInt.of(which.asInt());
        }
        if (!which.isTextual()) {
            return OptionalInt.empty();
        }
        return OptionalInt.of(new References(content).placeInSent(which.asText()));
    }
}
