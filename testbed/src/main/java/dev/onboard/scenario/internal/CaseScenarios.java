package dev.onboard.scenario.internal;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.onboard.pki.Reason;
import dev.onboard.pki.cases.CertificateCase;
import dev.onboard.scenario.Leg;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * The cases of the certificate matrix in the language of scenarios: each is shown on every leg on which it can be, and
 * judged by the evaluation alone where no wire carries it.
 */
final class CaseScenarios {
    /** What the servers find out at the request, after a handshake that succeeded. */
    private static final Set<Reason> AT_THE_REQUEST =
            EnumSet.of(Reason.ENDPOINT_MISMATCH, Reason.AMBIGUOUS_NAME, Reason.NO_NAME);

    /** What a case says beyond the language of scenarios. */
    private static final List<String> OUTCOME = List.of("reason", "alert", "index", "finding", "request", "wire", "id");

    private CaseScenarios() {}

    /** The legs on which this case is shown. */
    static List<Leg> legs(CertificateCase of) {
        JsonNode node = of.description();
        boolean onlyEvaluated = !node.path("wire").asBoolean(true)
                || node.has("staple")
                || node.has("stapling")
                || node.path("purpose").asText().equals("firmware")
                || trustsMoreThanAuthorities(node)
                || node.path("pin").asText().startsWith("hex:")
                        && node.path("matching").asInt(0) == 0
                || node.has("names") && !node.path("names").asText().equals("common-name-or-uri");
        if (onlyEvaluated) {
            return List.of(Leg.EVALUATION);
        }
        if (!of.purpose().isServer()) {
            return node.has("purpose")
                    ? List.of(Leg.of(of.purpose().word()).orElseThrow())
                    : List.of(Leg.DEVICE_BOOTSTRAP, Leg.DEVICE_LWM2M);
        }
        // only the LwM2M server's certificate is judged by what bootstrap delivers
        return node.has("usage") ? List.of(Leg.LWM2M_SERVER) : List.of(Leg.BOOTSTRAP_SERVER, Leg.LWM2M_SERVER);
    }

    /** Nobody can upload a pinned certificate, or a developer certificate that the account did not make. */
    private static boolean trustsMoreThanAuthorities(JsonNode node) {
        for (JsonNode trusted : node.path("trust")) {
            if (!trusted.path("kind").asText("authority").equals("authority")) {
                return true;
            }
        }
        return false;
    }

    /** The content of the file that would say the same on this leg. */
    static ObjectNode content(CertificateCase of, Leg leg, CatalogueRow row) {
        ObjectNode content = of.description().deepCopy();
        content.remove(OUTCOME);
        ArrayNode legs = content.putArray("legs");
        legs.add(leg.word());
        if (leg != Leg.EVALUATION) {
            content.remove("purpose");
        }
        String title = of.title();
        content.put("title", title.substring(0, 1).toUpperCase(Locale.ROOT) + title.substring(1));
        content.put("because", because(of, row));
        if (!row.expected().isEmpty()) {
            content.put("about", row.about());
        }
        content.set("expect", expectation(of, leg, content));
        return content;
    }

    /** The clause behind a refusal, and the independent tests and rules that ask for the same. */
    private static String because(CertificateCase of, CatalogueRow row) {
        String clause = of.reason().map(Reason::clause).orElse("");
        if (row.because().isEmpty()) {
            return clause.isEmpty() ? "RFC 5280, 6.1" : clause;
        }
        return clause.isEmpty() ? row.because() : clause + " (see also " + row.because() + ")";
    }

    private static ObjectNode expectation(CertificateCase of, Leg leg, ObjectNode content) {
        ObjectNode expect = content.objectNode();
        if (leg == Leg.EVALUATION) {
            ObjectNode judged = expect.putObject("judged");
            of.reason().ifPresent(reason -> judged.put("reason", reason.id()));
            of.alert().ifPresent(alert -> judged.put("alert", alert.number()));
            of.index().ifPresent(index -> judged.put("index", index));
            of.finding().ifPresent(finding -> judged.put("finding", finding));
            return expect;
        }
        if (of.description().has("request")) {
            return refusedAtTheRequest(
                    expect, leg, of.description().path("request").asText());
        }
        if (of.reason().isEmpty()) {
            ObjectNode registered = expect.putObject("registered");
            of.finding().ifPresent(finding -> registered.putArray("findings").add(finding));
            return expect;
        }
        if (of.description().has("endpoint")
                && AT_THE_REQUEST.contains(of.reason().get())) {
            return refusedAtTheRequest(expect, leg, of.reason().get().id());
        }
        ObjectNode refused = expect.putObject("refused");
        refused.put("at", leg.handshake().word());
        refused.put("by", leg.judge().word());
        refused.put("reason", of.reason().get().id());
        of.alert().ifPresent(alert -> refused.put("alert", alert.word()));
        if (of.reason().get() != Reason.TOO_LARGE) {
            // what is too large is refused before it is taken apart
            of.index().ifPresent(index -> refused.put("certificate", index));
        }
        return expect;
    }

    /** The handshake succeeds and the request does not: no alert, but a 4.00. */
    private static ObjectNode refusedAtTheRequest(ObjectNode expect, Leg leg, String reason) {
        expect.putObject("refused")
                .put("at", leg == Leg.DEVICE_BOOTSTRAP ? "admission" : "registered")
                .put("by", leg.judge().word())
                .put("reason", reason);
        return expect;
    }
}
