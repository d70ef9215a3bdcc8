package dev.onboard.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.onboard.scenario.Catalogue;
import dev.onboard.scenario.Scenario;
import dev.onboard.scenario.ScenarioFiles;
import dev.onboard.scenario.internal.ScenarioPage;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code onboard scenario show}: a page to read, and a file that says the same. */
class ScenarioShowTest {
    @TempDir
    private static Path folder;

    @Test
    void aCaseOfTheMatrixReadsLikeAPage() throws Exception {
        assertThat(show("VAL-11")).isEqualTo(golden("scenario-show-val-11.txt"));
    }

    @Test
    void stepsAreToldInTheirOrderWithWhatMustComeOfEach() throws Exception {
        assertThat(show("ROT-08@device-bootstrap")).isEqualTo(golden("scenario-show-rot-08.txt"));
    }

    @Test
    void theCombinationsOfAFileAreOnePage() throws Exception {
        assertThat(show("PRV-19/drop")).isEqualTo(golden("scenario-show-prv-19.txt"));
    }

    /** Who puts the file of a page into a folder has the scenario. */
    @Test
    void theFileOnEachPageSaysTheSame() throws Exception {
        List<Scenario> shipped = Catalogue.shipped().scenarios();
        List<String> different = new ArrayList<>();
        int pages = 0;
        for (List<String> page : ScenarioPage.of(shipped)) {
            pages++;
            int from = page.indexOf("As a file:");
            String file = page.subList(from + 1, page.size() - 2).stream()
                    .flatMap(String::lines)
                    .map(line -> line.isEmpty() ? line : line.substring(4))
                    .collect(Collectors.joining("\n"));
            Scenario first = shipped.stream()
                    .filter(one -> page.get(0).startsWith(one.name() + "  "))
                    .findFirst()
                    .orElseThrow();
            Scenario read = ScenarioFiles.read(Files.writeString(folder.resolve("page.yaml"), file))
                    .get(0);
            if (!read.steps().equals(first.steps())
                    || !read.certificates()
                            .description()
                            .path("certificates")
                            .equals(first.certificates().description().path("certificates"))) {
                different.add(first.id());
            }
        }
        assertThat(different).isEmpty();
        assertThat(pages).isGreaterThan(300);
    }

    private static String show(String id) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int code = Onboard.run(new PrintWriter(out, true), new PrintWriter(err, true), "scenario", "show", id);
        assertThat(code).as(err.toString()).isZero();
        return out.toString();
    }

    private static String golden(String name) throws IOException {
        try (InputStream in = ScenarioShowTest.class.getResourceAsStream(name)) {
            assertThat(in)
                    .as("the expected output " + name + " is in the test resources")
                    .isNotNull();
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
