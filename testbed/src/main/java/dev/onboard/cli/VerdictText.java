package dev.onboard.cli;

import dev.onboard.explain.VerdictDocument;
import dev.onboard.pki.Alert;
import dev.onboard.pki.CertificateReference;
import dev.onboard.pki.CertificateText;
import dev.onboard.pki.Finding;
import dev.onboard.pki.Verdict;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A chain and the verdict on it as a person reads them. */
final class VerdictText {
    private VerdictText() {}

    /** Each certificate of a chain with a heading, at this time. */
    static List<String> chain(String heading, List<byte[]> certificates, Instant at) {
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < certificates.size(); i++) {
            lines.add(heading + " " + i);
            for (String line : CertificateText.lines(certificates.get(i), at)) {
                int colon = line.indexOf(": ");
                lines.add(row(line.substring(0, colon), line.substring(colon + 2)));
            }
        }
        return lines;
    }

    /** The path, the verdict with all that is known of it, the findings. */
    static List<String> verdict(Verdict verdict, List<byte[]> chain) {
        List<String> lines = new ArrayList<>();
        List<CertificateReference> path = VerdictDocument.path(verdict, chain);
        if (!path.isEmpty()) {
            lines.add(verdict instanceof Verdict.Trusted ? "path" : "path tried");
            for (CertificateReference each : path) {
                boolean anchor = verdict instanceof Verdict.Trusted && each.equals(path.get(path.size() - 1));
                String place = each.index() < 0 ? "trusted" : "sent " + each.index() + (anchor ? ", trusted" : "");
                lines.add(row(place, each.subject() + ", serial " + each.serial()));
            }
        }
        if (verdict instanceof Verdict.Refused refused) {
            lines.add("REFUSED: " + refused.reason().id() + ", " + alert(refused.alert()));
            if (!refused.certificate().equals(CertificateReference.none())) {
                lines.add(row("certificate", refused.certificate().toString()));
            }
            lines.add(row("because", refused.detail()));
            lines.add(row("rule", refused.reason().clause()));
            lines.add(row("fix", refused.fix()));
        } else {
            lines.add("TRUSTED until " + ((Verdict.Trusted) verdict).validUntil());
        }
        if (!verdict.findings().isEmpty()) {
            lines.add("findings");
            for (Finding finding : verdict.findings()) {
                lines.add(row(finding.id(), finding.detail()));
            }
        }
        return lines;
    }

    static String alert(Alert alert) {
        return "alert " + alert.number() + " " + alert.word() + " ("
                + switch (alert.oma()) {
                    case FAIL -> "the device does not try again with what it has";
                    case RETRY -> "the device tries again";
                    case IGNORE -> "the device goes on";
                }
                + ")";
    }

    static String row(String label, String value) {
        return String.format(Locale.ROOT, "  %-24s %s", label, value).stripTrailing();
    }
}
