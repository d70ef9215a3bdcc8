package dev.onboard.scenario.internal;

import dev.onboard.journal.Event;
import dev.onboard.journal.Outcome;
import dev.onboard.journal.Party;
import dev.onboard.scenario.Catalogue;
import dev.onboard.scenario.EarlierRun;
import dev.onboard.scenario.Report;
import dev.onboard.scenario.Result;
import dev.onboard.scenario.Step;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * A run as one HTML file that needs nothing else and runs no script: a matrix of families, then each scenario with what
 * was expected and what came, the chain that was sent, and its timeline as a sequence diagram.
 */
public record HtmlReport(Report report) {
    private static final String STYLE = """
            :root{color-scheme:light dark;--good:#1a7f37;--bad:#c62828;--dim:#59636e;--line:#d1d9e0;--card:#f6f8fa;--text:#1f2328;--back:#fff}
            @media(prefers-color-scheme:dark){:root{--good:#3fb950;--bad:#ff7b72;--dim:#9198a1;--line:#3d444d;--card:#151b23;--text:#f0f6fc;--back:#0d1117}}
            body{font:15px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:72rem;padding:0 1rem;color:var(--text);background:var(--back)}
            h1,h2{line-height:1.2}code,pre,.mono{font-family:ui-monospace,monospace;font-size:.85em}
            table{border-collapse:collapse}td,th{padding:.25rem .6rem;text-align:left;vertical-align:top;border-bottom:1px solid var(--line)}
            .matrix a{display:inline-block;width:1rem;height:1rem;margin:1px;border-radius:2px;background:var(--good)}
            .matrix a.different{background:var(--bad)}.matrix a.pending,.matrix a.not-observed{background:var(--dim)}
            details{border:1px solid var(--line);border-radius:6px;margin:.5rem 0;padding:.3rem .8rem}summary{cursor:pointer}
            .as-expected{color:var(--good)}.different{color:var(--bad)}.pending,.not-observed,.dim{color:var(--dim)}
            .cert{background:var(--card);border:1px solid var(--line);border-radius:6px;padding:.4rem .7rem;margin:.3rem 0;white-space:pre-wrap}
            .chain .cert+.cert{margin-left:1.5rem}svg{max-width:100%;height:auto}svg text{fill:currentColor;font:12px ui-monospace,monospace}
            """;

    /** The document. */
    public String html() {
        StringBuilder html = new StringBuilder();
        html.append("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n")
                .append("<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n")
                .append("<title>Onboard scenarios</title>\n<style>\n")
                .append(STYLE)
                .append("</style>\n</head>\n<body>\n<h1>Scenarios</h1>\n");
        html.append("<p>")
                .append(report.results().size())
                .append(" scenarios in ")
                .append(seconds(report.took()))
                .append(", begun ")
                .append(text(report.startedAt().toString()))
                .append(": <b class=\"as-expected\">")
                .append(report.count(Result.Status.AS_EXPECTED))
                .append(" as expected</b>, <b class=\"different\">")
                .append(report.count(Result.Status.DIFFERENT))
                .append(" different</b>, <span class=\"dim\">")
                .append(report.count(Result.Status.PENDING))
                .append(" pending, ")
                .append(report.count(Result.Status.NOT_OBSERVED))
                .append(" not observed</span>.</p>\n");
        changes(html);
        matrix(html);
        for (Result result : report.results()) {
            scenario(html, result);
        }
        return html.append("</body>\n</html>\n").toString();
    }

    private void changes(StringBuilder html) {
        if (report.changes().isEmpty()) {
            return;
        }
        html.append(
                "<h2>Changed against the baseline</h2>\n<table>\n<tr><th>Scenario</th><th>Before</th><th>Now</th></tr>\n");
        for (EarlierRun.Change change : report.changes()) {
            html.append("<tr><td>")
                    .append(text(change.id()))
                    .append("</td><td>")
                    .append(text(change.before().toString()))
                    .append("</td><td>")
                    .append(text(change.now().toString()))
                    .append("</td></tr>\n");
        }
        html.append("</table>\n");
    }

    private void matrix(StringBuilder html) {
        Map<String, List<Result>> families = new LinkedHashMap<>();
        report.results().stream()
                .sorted(Comparator.comparingInt(
                        result -> Catalogue.FAMILIES.indexOf(result.scenario().family())))
                .forEach(result -> families.computeIfAbsent(result.scenario().family(), f -> new ArrayList<>())
                        .add(result));
        html.append("<h2>Families</h2>\n<table class=\"matrix\">\n");
        families.forEach((family, results) -> {
            html.append("<tr><th>").append(text(family)).append("</th><td>");
            for (Result result : results) {
                String status = Step.word(result.status());
                html.append("<a class=\"")
                        .append(status)
                        .append("\" href=\"#")
                        .append(anchor(result))
                        .append("\" title=\"")
                        .append(text(result.scenario().id() + " "
                                + result.scenario().title() + ": " + status.replace('-', ' ')))
                        .append("\" aria-label=\"")
                        .append(text(result.scenario().id() + ": " + status.replace('-', ' ')))
                        .append("\"></a>");
            }
            html.append("</td></tr>\n");
        });
        html.append("</table>\n<h2>Each scenario</h2>\n");
    }

    private static String anchor(Result result) {
        return result.scenario().id().replaceAll("[^A-Za-z0-9-]", "_");
    }

    private static void scenario(StringBuilder html, Result result) {
        String status = Step.word(result.status());
        html.append("<details id=\"")
                .append(anchor(result))
                .append("\"")
                .append(result.status() == Result.Status.DIFFERENT ? " open" : "")
                .append("><summary><b class=\"mono\">")
                .append(text(result.scenario().id()))
                .append("</b> ")
                .append(text(result.scenario().title()))
                .append(" <span class=\"")
                .append(status)
                .append("\">")
                .append(status.replace('-', ' '))
                .append("</span> <span class=\"dim\">")
                .append(seconds(result.took()))
                .append("</span></summary>\n");
        html.append("<p class=\"dim\">Because: ")
                .append(text(result.scenario().because()))
                .append("</p>\n");
        if (!result.note().isEmpty()) {
            html.append("<p>").append(text(result.note())).append("</p>\n");
        }
        html.append("<table><tr><th>Expected</th><th>Came</th></tr>\n");
        for (Result.Check check : result.checks()) {
            html.append("<tr><td>")
                    .append(text(check.expected()))
                    .append("</td><td class=\"")
                    .append(check.met() ? "as-expected" : "different")
                    .append("\">")
                    .append(text(check.actual()))
                    .append("</td></tr>\n");
        }
        html.append("</table>\n");
        if (!result.chain().isEmpty()) {
            html.append("<h3>What was sent</h3>\n<div class=\"chain\">\n");
            result.chain().stream()
                    .limit(12)
                    .forEach(lines -> html.append("<div class=\"cert mono\">")
                            .append(text(String.join("\n", lines)))
                            .append("</div>\n"));
            if (result.chain().size() > 12) {
                html.append("<p class=\"dim\">and ")
                        .append(result.chain().size() - 12)
                        .append(" more</p>\n");
            }
            html.append("</div>\n");
        }
        if (!result.timeline().isEmpty()) {
            sequence(html, result.timeline());
        }
        html.append("</details>\n");
    }

    /** The parties side by side, time downwards: each event at the party that tells it, with what it says. */
    private static void sequence(StringBuilder html, List<Event> timeline) {
        List<Party> parties = new ArrayList<>();
        for (Party party : List.of(Party.DEVICE, Party.BOOTSTRAP_SERVER, Party.LWM2M_SERVER, Party.ACCOUNT)) {
            if (timeline.stream().anyMatch(event -> lane(event.party()) == party)) {
                parties.add(party);
            }
        }
        List<Event> shown = timeline.subList(0, Math.min(timeline.size(), 60));
        int lane = 260;
        int row = 34;
        int width = lane * parties.size() + 90;
        int height = row * shown.size() + 50;
        html.append("<h3>Timeline</h3>\n<svg viewBox=\"0 0 ")
                .append(width)
                .append(' ')
                .append(height)
                .append("\" role=\"img\" aria-label=\"sequence diagram\">\n");
        for (int i = 0; i < parties.size(); i++) {
            int x = 90 + lane * i + 8;
            html.append("<text x=\"")
                    .append(x)
                    .append("\" y=\"16\" font-weight=\"bold\">")
                    .append(parties.get(i).word())
                    .append("</text>")
                    .append("<line x1=\"")
                    .append(x)
                    .append("\" y1=\"24\" x2=\"")
                    .append(x)
                    .append("\" y2=\"")
                    .append(height)
                    .append("\" stroke=\"currentColor\" stroke-opacity=\".3\"/>\n");
        }
        for (int i = 0; i < shown.size(); i++) {
            Event event = shown.get(i);
            int x = 90 + lane * Math.max(0, parties.indexOf(lane(event.party()))) + 8;
            int y = 44 + row * i;
            String colour = event.outcome() == Outcome.OK
                    ? "var(--good)"
                    : event.outcome() == Outcome.REFUSED ? "var(--bad)" : "var(--dim)";
            long millis = Duration.between(timeline.get(0).time(), event.time()).toMillis();
            html.append("<text x=\"0\" y=\"")
                    .append(y + 4)
                    .append("\" fill-opacity=\".7\">+")
                    .append(millis)
                    .append(" ms</text>")
                    .append("<circle cx=\"")
                    .append(x)
                    .append("\" cy=\"")
                    .append(y)
                    .append("\" r=\"4\" fill=\"")
                    .append(colour)
                    .append("\"/>")
                    .append("<text x=\"")
                    .append(x + 10)
                    .append("\" y=\"")
                    .append(y + 4)
                    .append("\"><title>")
                    .append(text(event.toString()))
                    .append("</title>")
                    .append(text(label(event)))
                    .append("</text>\n");
        }
        html.append("</svg>\n");
    }

    private static Party lane(Party party) {
        return switch (party) {
            case DEVICE, BOOTSTRAP_SERVER, LWM2M_SERVER -> party;
            default -> Party.ACCOUNT;
        };
    }

    private static String label(Event event) {
        String what = event.stage().word()
                + (event.facts().containsKey("path") ? " " + event.facts().get("path") : "");
        if (event.outcome() == Outcome.OK) {
            return what;
        }
        return what + " " + event.outcome().word() + ": " + event.reason().orElse("")
                + (event.alert().isPresent() ? " (" + event.alert().getAsInt() + ")" : "");
    }

    private static String seconds(Duration took) {
        return String.format(Locale.ROOT, "%.2f s", took.toMillis() / 1000.0);
    }

    private static String text(String text) {
        StringBuilder escaped = new StringBuilder(text.length() + 16);
        text.codePoints().forEach(c -> {
            switch (c) {
                case '<' -> escaped.append("&lt;");
                case '>' -> escaped.append("&gt;");
                case '&' -> escaped.append("&amp;");
                case '"' -> escaped.append("&quot;");
                default -> escaped.appendCodePoint(c < 0x20 && c != '\n' && c != '\t' ? 0xFFFD : c);
            }
        });
        return escaped.toString();
    }
}
