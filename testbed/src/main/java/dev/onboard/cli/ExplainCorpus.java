package dev.onboard.cli;

import dev.onboard.pki.Corpus;
import dev.onboard.pki.Profile;
import dev.onboard.pki.UnreadableFileException;
import dev.onboard.pki.Verdict;
import dev.onboard.testbed.UsageException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Locale;

/** {@code onboard explain --corpus}: every case of a file with the verdict on it, and the sums. */
final class ExplainCorpus {
    private ExplainCorpus() {}

    /** Exit code 0 when every case came out as the corpus expects. */
    static int run(Path file, Profile profile, Instant time, Console console) {
        Corpus corpus = read(file);
        int total = 0;
        int agree = 0;
        int wrongAccepts = 0;
        int wrongRefusals = 0;
        for (Corpus.Case each : corpus.cases()) {
            if (each.needsPolicyInputs()) {
                continue;
            }
            Corpus.Outcome outcome = Corpus.outcome(each, profile, time);
            total++;
            agree += outcome.agrees() ? 1 : 0;
            wrongAccepts += outcome.isWrongAccept() ? 1 : 0;
            wrongRefusals += outcome.isWrongRefusal() ? 1 : 0;
            tell(outcome, console);
        }
        int left = corpus.cases().size() - total;
        if (left > 0) {
            console.note(left + " cases need policy inputs that the file does not carry; they are left out");
        }
        if (console.isJson()) {
            console.line(Console.json()
                    .createObjectNode()
                    .put("total", total)
                    .put("agree", agree)
                    .put("wrong_accepts", wrongAccepts)
                    .put("wrong_refusals", wrongRefusals));
        } else {
            console.say(String.format(
                    Locale.ROOT,
                    "%d cases: %d agree, %d wrong accepts, %d wrong refusals",
                    total,
                    agree,
                    wrongAccepts,
                    wrongRefusals));
        }
        return agree == total ? 0 : 1;
    }

    private static Corpus read(Path file) {
        if (!Files.isRegularFile(file)) {
            throw new UsageException(file + " is not a file; give a corpus in the x509-limbo schema with --corpus");
        }
        try {
            return Corpus.read(file);
        } catch (UnreadableFileException e) {
            throw new UsageException(String.valueOf(e.getMessage()), e);
        } catch (IOException e) {
            throw new UsageException(file + " cannot be read as JSON: " + firstLine(e), e);
        }
    }

    private static String firstLine(IOException e) {
        return String.valueOf(e.getMessage()).lines().findFirst().orElse("");
    }

    /** A line for a machine about each case, for a person about each that came out otherwise than expected. */
    private static void tell(Corpus.Outcome outcome, Console console) {
        String reason = outcome.verdict() instanceof Verdict.Refused refused
                ? refused.reason().id()
                : null;
        if (console.isJson()) {
            console.line(Console.json()
                    .createObjectNode()
                    .put("id", outcome.id())
                    .put("expected", word(outcome.expectedTrusted()))
                    .put("actual", word(reason == null))
                    .put("agrees", outcome.agrees())
                    .put("reason", reason));
        } else if (!outcome.agrees()) {
            String why = outcome.verdict() instanceof Verdict.Refused refused
                    ? refused.reason().id() + ": " + refused.detail()
                    : "trusted";
            console.say((outcome.isWrongAccept() ? "wrong accept   " : "wrong refusal  ") + outcome.id() + "  " + why);
        }
    }

    private static String word(boolean trusted) {
        return trusted ? "trusted" : "refused";
    }
}
