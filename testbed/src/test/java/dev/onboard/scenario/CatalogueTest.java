package dev.onboard.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.onboard.journal.Outcome;
import dev.onboard.journal.Party;
import dev.onboard.journal.Stage;
import dev.onboard.pki.Defect;
import dev.onboard.pki.KeyAlgorithm;
import dev.onboard.pki.Profile;
import java.io.InputStream;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;

/** The shipped catalogue is in order, and the published schema has the words of the code. */
class CatalogueTest {
    private static final Catalogue SHIPPED = Catalogue.shipped();

    @Test
    void everyScenarioHasAnIdOfItsOwnATitleAndAReason() {
        assertThat(SHIPPED.scenarios()).extracting(Scenario::id).doesNotHaveDuplicates();
        assertThat(SHIPPED.scenarios()).allSatisfy(scenario -> {
            assertThat(scenario.title()).as(scenario.id()).isNotBlank();
            assertThat(scenario.because()).as(scenario.id()).isNotBlank();
            assertThat(scenario.steps()).as(scenario.id()).isNotEmpty();
            assertThat(SHIPPED.rows()).as(scenario.id()).containsKey(scenario.row());
        });
    }

    @Test
    void aFilterIsARowAFamilyALegOrAPattern() {
        assertThat(SHIPPED.matching("val-02"))
                .allMatch(scenario -> scenario.row().equals("VAL-02"))
                .hasSizeGreaterThan(4);
        assertThat(SHIPPED.matching("VAL-02/second@device-lwm2m")).hasSize(1);
        assertThat(SHIPPED.matching("VAL"))
                .allMatch(scenario -> scenario.family().equals("VAL"))
                .hasSizeGreaterThan(20);
        assertThat(SHIPPED.matching("@bootstrap-server")).allMatch(scenario -> scenario.leg() == Leg.BOOTSTRAP_SERVER);
        assertThat(SHIPPED.matching("*second*")).hasSizeGreaterThan(3);
        assertThat(SHIPPED.matching("VAL-0")).isEmpty();
    }

    @Test
    void theSchemaHasTheWordsOfTheCode() throws Exception {
        JsonNode definitions = schema().path("$defs");
        assertThat(words(definitions.path("defect")))
                .containsExactlyElementsOf(
                        Arrays.stream(Defect.values()).map(Defect::word).toList());
        assertThat(words(definitions.at("/certificate/properties/key")))
                .containsExactlyElementsOf(
                        Arrays.stream(KeyAlgorithm.values()).map(Enum::name).toList());
        assertThat(words(definitions.path("stage")))
                .containsExactlyElementsOf(
                        Arrays.stream(Stage.values()).map(Stage::word).toList());
        assertThat(words(definitions.path("party")))
                .containsExactlyElementsOf(
                        Arrays.stream(Party.values()).map(Party::word).toList());
        assertThat(words(definitions.at("/event/properties/outcome")))
                .containsExactlyElementsOf(
                        Arrays.stream(Outcome.values()).map(Outcome::word).toList());
        assertThat(words(schema().at("/properties/profile")))
                .containsExactlyInAnyOrderElementsOf(Arrays.stream(Profile.values())
                        .map(profile -> profile.name().toLowerCase(Locale.ROOT))
                        .toList());
        assertThat(words(schema().at("/properties/legs/items")))
                .containsExactlyElementsOf(
                        Arrays.stream(Leg.values()).map(Leg::word).toList());
    }

    private static JsonNode schema() throws Exception {
        try (InputStream in = CatalogueTest.class.getResourceAsStream("/dev/onboard/scenario/scenario.schema.json")) {
            return new ObjectMapper().readTree(in);
        }
    }

    private static List<String> words(JsonNode definition) {
        return StreamSupport.stream(definition.path("enum").spliterator(), false)
                .map(JsonNode::asText)
                .toList();
    }
}
