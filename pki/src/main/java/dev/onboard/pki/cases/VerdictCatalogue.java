package dev.onboard.pki.cases;

import dev.onboard.pki.Reason;
import dev.onboard.pki.Verdict;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** Writes {@code docs/verdicts.md}: every reason with its alert, clause, an example that was run, and the fix. */
public final class VerdictCatalogue {
    private static final InstantSource CLOCK = InstantSource.fixed(Instant.parse("2026-03-01T12:00:00Z"));

    private VerdictCatalogue() {}

    /** The document in Markdown. The examples are made and judged anew; what is random in them is left out. */
    public static String markdown(SecureRandom random) {
        Map<Reason, CertificateCase> examples = new EnumMap<>(Reason.class);
        Map<Reason, List<String>> rows = new EnumMap<>(Reason.class);
        for (String family : CertificateCase.FAMILIES) {
            for (CertificateCase each : CertificateCase.family(family)) {
                each.reason().ifPresent(reason -> {
                    examples.putIfAbsent(reason, each);
                    rows.computeIfAbsent(reason, key -> new ArrayList<>()).add(each.id());
                });
            }
        }
        StringBuilder out = new StringBuilder("""
                # Verdicts

                Every reason for which a certificate chain is refused. Generated from the code, with examples that were run; \
                the test `VerdictCatalogueTest` fails when this page is stale and names the command that writes it again.

                *Class* is what OMA LwM2M Transport says a device does after the alert: *fail* means that it does not try \
                again with the same configuration. Rules by profile stand in [profiles.md](profiles.md).

                | reason | alert | class | clause |
                |---|---|---|---|
                """);
        for (Reason reason : Reason.values()) {
            out.append("| [`")
                    .append(reason.id())
                    .append("`](#")
                    .append(reason.id())
                    .append(") | ");
            out.append(reason.alert().number())
                    .append(' ')
                    .append(reason.alert().word())
                    .append(" | ");
            out.append(reason.alert().oma().word())
                    .append(" | ")
                    .append(reason.clause())
                    .append(" |\n");
        }
        for (Reason reason : Reason.values()) {
            out.append("\n## ")
                    .append(reason.id())
                    .append("\n\n")
                    .append(reason.meaning())
                    .append('\n');
            CertificateCase example = examples.get(reason);
            if (example != null && example.make(CLOCK, random).judge() instanceof Verdict.Refused refused) {
                out.append("\n- **Example** (")
                        .append(example.id())
                        .append("): ")
                        .append(example.title())
                        .append(".\n");
                out.append("- **Detail**: ").append(stable(refused.detail())).append('\n');
                out.append("- **Fix**: ").append(stable(refused.fix())).append(".\n");
                out.append("- **Cases**: ")
                        .append(String.join(", ", rows.getOrDefault(reason, List.of())))
                        .append('\n');
            } else {
                out.append("\n- **Fix**: ").append(reason.fix()).append(".\n");
            }
        }
        return out.toString();
    }

    /** Digests differ from run to run; so do positions behind numbers of random length. */
    private static String stable(String text) {
        return text.replaceAll("[0-9a-f]{32,}", "…")
                .replaceAll("octet \\d+", "octet …")
                .replaceAll("has \\d+ octets, the chain \\d+", "has … octets, the chain …");
    }
}
