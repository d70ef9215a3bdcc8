package dev.onboard.pki;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** The corpora that came with the project, against the profiles they are the bar for. */
class CorpusTest {
    private static final Instant TIME = Instant.parse("2026-11-24T00:00:00Z");
    private static final Path ROOT = Path.of(System.getProperty("onboard.root", ".."));

    @Test
    void pkitsUnderRfc5280() throws IOException {
        List<Corpus.Outcome> outcomes = corpus("nist-pkits.json").run(Profile.RFC5280, TIME);

        assertThat(outcomes).hasSize(214);
        assertThat(outcomes).filteredOn(outcome -> !outcome.agrees()).isEmpty();
    }

    @Test
    void limboUnderStrictAcceptsNothingItShouldNot() throws IOException {
        assertThat(corpus("x509-limbo-device.json").run(Profile.STRICT, TIME))
                .filteredOn(Corpus.Outcome::isWrongAccept)
                .isEmpty();
    }

    @Test
    void limboUnderDeviceRefusesNothingItShouldNot() throws IOException {
        assertThat(corpus("x509-limbo-device.json").run(Profile.DEVICE, TIME))
                .filteredOn(Corpus.Outcome::isWrongRefusal)
                .isEmpty();
    }

    @Test
    void everyDifferenceUnderDeviceIsADocumentedRule() throws IOException {
        String documented = Files.readString(ROOT.resolve("docs/divergences.md"));
        TreeSet<String> undocumented = new TreeSet<>();

        for (Corpus.Outcome outcome : corpus("x509-limbo-device.json").run(Profile.DEVICE, TIME)) {
            if (!outcome.agrees() && !documented.contains("`" + outcome.id() + "`")) {
                undocumented.add(outcome.id() + " " + outcome.verdict().findings());
            }
        }

        assertThat(undocumented)
                .as("differences from x509-limbo under the device profile that docs/divergences.md does not name")
                .isEmpty();
    }

    @Test
    void noEvaluationFails() throws IOException {
        for (String file : List.of("nist-pkits.json", "x509-limbo-device.json")) {
            for (Profile profile : Profile.values()) {
                assertThat(corpus(file).run(profile, TIME))
                        .noneMatch(outcome -> outcome.verdict() instanceof Verdict.Refused refused
                                && refused.reason() == Reason.EVALUATION_FAILED);
            }
        }
    }

    private static Corpus corpus(String name) throws IOException {
        Path directory = Path.of(Optional.ofNullable(System.getenv("ONBOARD_CORPORA"))
                .orElse(ROOT.resolve("../shared/corpora").toString()));
        Path file = directory.resolve(name);
        boolean there = Files.exists(file);
        if (!there && "true".equals(System.getenv("CI"))) {
            throw new AssertionError(file + " is not there; set ONBOARD_CORPORA to the directory of the corpora");
        }
        assumeTrue(there, file + " is not there; set ONBOARD_CORPORA to the directory of the corpora");
        return Corpus.read(file);
    }
}
