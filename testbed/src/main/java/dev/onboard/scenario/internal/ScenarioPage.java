package dev.onboard.scenario.internal;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.onboard.journal.Party;
import dev.onboard.pki.Reason;
import dev.onboard.scenario.Expectation;
import dev.onboard.scenario.Leg;
import dev.onboard.scenario.Scenario;
import dev.onboard.scenario.ScenarioFiles;
import dev.onboard.scenario.Step;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/** A scenario as a page to read: why it matters, what is set up, what happens, what must come of it, and how to say it. */
public final class ScenarioPage {
    private static final Pattern PARAMETERS = Pattern.compile("/[A-Za-z0-9_-]+=.*");

    private static final int WIDTH = 100;

    private final List<Scenario> variants;
    private final List<String> lines = new ArrayList<>();

    private ScenarioPage(List<Scenario> variants) {
        this.variants = variants;
    }

    /** The pages of these scenarios: one for each file, whatever its legs and parameters are. */
    public static List<List<String>> of(List<Scenario> scenarios) {
        Map<String, List<Scenario>> files = new LinkedHashMap<>();
        for (Scenario scenario : scenarios) {
            files.computeIfAbsent(file(scenario), name -> new ArrayList<>()).add(scenario);
        }
        List<List<String>> pages = new ArrayList<>();
        for (List<Scenario> one : files.values()) {
            ScenarioPage page = new ScenarioPage(one);
            page.write();
            pages.add(page.lines);
        }
        return pages;
    }

    private static String file(Scenario scenario) {
        return PARAMETERS.matcher(scenario.name()).replaceFirst("");
    }

    private void write() {
        Scenario first = variants.get(0);
        List<Scenario> legs =
                variants.stream().filter(one -> one.name().equals(first.name())).toList();
        String heading = first.name() + "  " + first.title();
        say(heading, "=".repeat(heading.length()), "");
        paragraph("Because: " + first.because());
        if (!first.about().isEmpty()) {
            say("");
            paragraph(first.about());
        }
        first.pending().ifPresent(what -> say("", "Pending: " + what));
        setting(first);
        course(legs);
        reasons(legs);
        others(first);
        say("", "As a file:", "", yaml(first, legs));
        say("", "Run it: onboard scenario run " + file(first), "");
    }

    private void say(String... more) {
        lines.addAll(List.of(more));
    }

    private void paragraph(String text) {
        StringBuilder line = new StringBuilder();
        for (String word : text.strip().split("\\s+")) {
            if (line.length() > 0 && line.length() + word.length() >= WIDTH) {
                say(line.toString());
                line.setLength(0);
            }
            line.append(line.length() == 0 ? "" : " ").append(word);
        }
        say(line.toString());
    }

    private void sayAll(String heading, List<String> said) {
        if (!said.isEmpty()) {
            say("", heading, "");
            said.forEach(one -> say("    " + one));
        }
    }

    private void setting(Scenario first) {
        Drawing drawing = new Drawing(first.written());
        sayAll("The certificates:", drawing.lines());
        boolean byServer = first.leg().judge() == Party.DEVICE;
        String sender = byServer
                ? "The "
                        + first.leg()
                                .handshake()
                                .word()
                                .replace("-handshake", "")
                                .replace("lwm2m", "LwM2M") + " server"
                : "Each device";
        if (first.leg() != Leg.EVALUATION) {
            say(
                    "",
                    "    " + sender + " sends " + drawing.sent() + "; 'trusted' is what the "
                            + (byServer ? "device" : "account") + " trusts.");
        }
        List<String> around = new ArrayList<>();
        if (first.devices() > 1) {
            around.add("there are " + first.devices() + " devices");
        }
        if (first.written().path("servers").asInt(1) > 1) {
            around.add("bootstraps tell devices of two LwM2M servers");
        }
        if (first.written().path("queue-mode").asBoolean()) {
            around.add("devices use queue mode");
        }
        around.addAll(new Network(first.written().path("network")).sentences());
        for (String field : List.of(
                "mode",
                "profile",
                "at",
                "serverName",
                "endpoint",
                "crls",
                "revocation",
                "usage",
                "matching",
                "pin",
                "deliver",
                "firmware",
                "renewal",
                "peer",
                "staple",
                "stapling")) {
            if (first.written().has(field)) {
                around.add(field + ": " + StepWords.value(first.written().path(field)));
            }
        }
        sayAll("What else is out of the ordinary:", around);
    }

    private static String sentence(Scenario scenario, int step) {
        Step of = scenario.steps().get(step);
        return of instanceof Step.Expect expect
                ? Words.of(expect.expectation(), new Drawing(scenario.written()).ids())
                : StepWords.of(of, scenario.devices());
    }

    /** What is done, counted, and what must be seen after it; where the legs differ, what must be seen on each. */
    private void course(List<Scenario> legs) {
        Scenario first = legs.get(0);
        List<Scenario> alike = legs.stream()
                .filter(leg -> leg.steps().size() == first.steps().size())
                .toList();
        say("", "What happens, and what must come of it (" + String.join(", ", words(alike)) + "):", "");
        int number = 0;
        for (int i = 0; i < first.steps().size(); i++) {
            String sentence = sentence(first, i);
            if (!(first.steps().get(i) instanceof Step.Expect)) {
                say("    " + ++number + ". " + sentence.substring(0, 1).toUpperCase(Locale.ROOT) + sentence.substring(1)
                        + ".");
                continue;
            }
            int step = i;
            boolean differs =
                    alike.stream().map(leg -> sentence(leg, step)).distinct().count() > 1;
            for (Scenario leg : differs ? alike : List.of(first)) {
                say("        => " + (differs ? leg.leg().word() + ": " : "") + sentence(leg, i));
            }
        }
        List<Scenario> others =
                legs.stream().filter(leg -> !alike.contains(leg)).toList();
        if (!others.isEmpty()) {
            course(others);
        }
    }

    private static List<String> words(List<Scenario> legs) {
        return legs.stream().map(leg -> leg.leg().word()).toList();
    }

    private void reasons(List<Scenario> legs) {
        Set<String> named = new LinkedHashSet<>();
        for (Scenario scenario : legs) {
            for (Step step : scenario.steps()) {
                if (step instanceof Step.Expect expect) {
                    if (expect.expectation() instanceof Expectation.Refused refused) {
                        named.add(refused.reason());
                    } else if (expect.expectation() instanceof Expectation.Judged judged) {
                        judged.reason().ifPresent(named::add);
                    } else if (expect.expectation() instanceof Expectation.Firmware firmware) {
                        firmware.reason().ifPresent(named::add);
                    }
                }
            }
        }
        for (Reason reason : Reason.values()) {
            if (named.contains(reason.id())) {
                say(
                        "",
                        reason.id() + ": " + reason.meaning() + " (" + reason.clause() + ")",
                        "    To repair it: " + reason.fix() + ".");
            }
        }
    }

    /** The other combinations of the file's parameters. */
    private void others(Scenario first) {
        List<String> names = variants.stream()
                .filter(one -> !one.name().equals(first.name()))
                .map(one -> one.name() + (one.title().equals(first.title()) ? "" : "  " + one.title()))
                .distinct()
                .toList();
        sayAll("The same with other parameters:", names);
    }

    /** The file that says so; what holds of itself on a leg is left out. */
    private static String yaml(Scenario scenario, List<Scenario> legs) {
        ObjectNode written = ((ObjectNode) scenario.written()).deepCopy();
        ObjectNode shown = JsonNodeFactory.instance.objectNode();
        shown.set("title", written.remove("title"));
        shown.set("because", written.remove("because"));
        ArrayNode words = shown.putArray("legs");
        words(legs).forEach(words::add);
        written.remove(List.of("about", "legs"));
        JsonNode expect = written.remove("expect");
        if (expect.path("refused") instanceof ObjectNode refused) {
            if (refused.path("at").asText().equals(scenario.leg().handshake().word())) {
                refused.remove("at");
            }
            if (refused.path("by").asText().equals(scenario.leg().judge().word())) {
                refused.remove("by");
            }
        }
        shown.setAll(written);
        shown.set("expect", expect);
        return ScenarioFiles.text(shown).stripTrailing().indent(4).stripTrailing();
    }
}
