package dev.onboard.scenario.internal;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.onboard.pki.cases.CertificateCase;
import dev.onboard.scenario.Leg;
import dev.onboard.scenario.Scenario;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The cases of the certificate matrix as scenarios. */
public final class ShippedCases {
    private ShippedCases() {}

    /** A row that is no scenario yet. */
    public static Scenario pending(String row, JsonNode said, String what) {
        ObjectNode content = JsonNodeFactory.instance.objectNode();
        content.put("title", said.path("configuration").asText());
        String because = said.path("because").asText();
        content.put("because", because.isEmpty() ? "a rule of ours" : because);
        content.put("about", "What is asked for: " + said.path("expected").asText() + ".");
        content.put("pending", what);
        content.putArray("legs").add(Leg.DEVICE_BOOTSTRAP.word());
        content.put("expect", "registered");
        return ScenarioReader.scenario(row, content, Leg.DEVICE_BOOTSTRAP);
    }

    /** This case on each of its legs; {@code rows} says more about its row. */
    public static List<Scenario> scenarios(CertificateCase of, Map<String, JsonNode> rows) {
        JsonNode said = rows.get(of.id().split("/", 2)[0]);
        CatalogueRow row = said == null
                ? CatalogueRow.UNKNOWN
                : new CatalogueRow(
                        said.path("configuration").asText(),
                        said.path("expected").asText(),
                        said.path("because").asText());
        List<Scenario> scenarios = new ArrayList<>();
        for (Leg leg : CaseScenarios.legs(of)) {
            ObjectNode content = CaseScenarios.content(of, leg, row);
            scenarios.add(ScenarioReader.scenario(of.id(), content, leg));
        }
        return scenarios;
    }
}
