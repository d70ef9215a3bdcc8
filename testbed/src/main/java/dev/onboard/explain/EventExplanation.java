package dev.onboard.explain;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.onboard.journal.Event;
import dev.onboard.journal.Outcome;
import dev.onboard.journal.Stage;
import dev.onboard.pki.Alert;
import dev.onboard.pki.CertificateReference;
import dev.onboard.pki.Reason;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What went wrong in one step, from the events of both sides.
 *
 * @param asked the event that was asked about
 * @param decisive the one that knows why: of the party that refused, when there is one
 * @param other the other side's, when it left one
 */
public record EventExplanation(
        Event asked, Event decisive, @Nullable Event other) {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Map<String, String> FIXES = Map.ofEntries(
            Map.entry(
                    "proof-of-possession-failed",
                    "give the device the private key that belongs to its certificate; the signature of the handshake"
                            + " does not verify under it"),
            Map.entry(
                    "no-common-parameters",
                    "offer DTLS 1.2 with ECDHE-ECDSA-AES128-GCM-SHA256 or -CCM-8, P-256 and ECDSA with SHA-256"),
            Map.entry("malformed-handshake", "repair or update the peer's DTLS; it sent a message that is no DTLS 1.2"),
            Map.entry(
                    "endpoint-bound-to-other-identity", "release the endpoint, or give this device a name of its own"),
            Map.entry("device-suspended", "resume the device"),
            Map.entry("unknown-certificate", "bootstrap the device again"),
            Map.entry("certificate-revoked", "bootstrap the device again, for a new certificate"),
            Map.entry("superseded", "let the device use the newest certificate it was given"),
            Map.entry("not-enrolled", "add the device's certificate to the enrolment list"),
            Map.entry("developer-certificate-limit", "make another developer certificate, or remove devices"),
            Map.entry("endpoint-name-unacceptable", "ask under a name of 1 to 64 characters"),
            Map.entry("endpoint-name-missing", "ask with ep=NAME, or with a certificate that names one device"),
            Map.entry("endpoint-name-too-long", "ask under a name of 1 to 64 characters"),
            Map.entry("bootstrap-in-progress", "wait as long as Max-Age says; look for a second device of that name"),
            Map.entry(
                    "too-many-sessions",
                    "wait until there is room; look for who opens sessions and leaves them, or start the server with a higher"
                            + " --max-sessions"),
            Map.entry(
                    "too-many-refusals",
                    "see in the events before it why handshakes from that address are refused, and mend that; or start the"
                            + " server with a higher --max-refusals, or with --max-refusals off where many devices share"
                            + " an address"),
            Map.entry("trust-withdrawn", "upload the CA again if its devices are to be admitted"),
            Map.entry(
                    "session-lost",
                    "nothing: the server was started again, and the device makes a new session by itself"),
            Map.entry("timeout", "see that something answers at that address and port, and that UDP gets through"));

    /** About the last thing that went wrong with a device; empty when nothing did. */
    public static Optional<EventExplanation> ofLast(List<Event> device, Refusals refusals) {
        List<Event> wrong =
                device.stream().filter(event -> event.outcome() != Outcome.OK).toList();
        // that a device waits after a refusal only repeats the refusal
        return wrong.stream()
                .filter(event -> event.stage() != Stage.FALLBACK)
                .reduce((first, second) -> second)
                .or(() -> wrong.stream().reduce((first, second) -> second))
                .map(event -> of(event, refusals));
    }

    /** About this event. */
    public static EventExplanation of(Event event, Refusals refusals) {
        Event other =
                event.outcome() == Outcome.REFUSED ? refusals.otherSide(event).orElse(null) : null;
        boolean hearsay = Refusals.isHearsay(event);
        return hearsay && other != null
                ? new EventExplanation(event, other, event)
                : new EventExplanation(event, event, other);
    }

    /** The verdict's members, and the events it was made of. */
    public ObjectNode document() {
        ObjectNode document = JSON.createObjectNode();
        boolean ok = decisive.outcome() == Outcome.OK;
        document.put("verdict", ok ? "trusted" : "refused")
                .put("reason", decisive.reason().orElse(null));
        Optional<Alert> alert = alert();
        if (alert.isPresent()) {
            VerdictDocument.alert(document, alert.get());
        } else {
            document.putNull("alert").putNull("alert_name").putNull("class");
        }
        Map<String, String> facts = decisive.facts();
        if (facts.containsKey("subject")) {
            document.set(
                    "certificate",
                    VerdictDocument.reference(new CertificateReference(
                            0, facts.getOrDefault("subject", ""), facts.getOrDefault("serial", ""))));
        } else {
            document.putNull("certificate");
        }
        document.put("detail", decisive.detail().orElse(null))
                .put("fix", ok ? null : fix())
                .put("clause", facts.getOrDefault("clause", clause().orElse(null)));
        document.putArray("findings");
        document.putArray("path");
        document.set("event", json(decisive));
        document.set("other_side", other == null ? document.nullNode() : json(other));
        return document;
    }

    /** The alert that went over the wire. */
    public Optional<Alert> alert() {
        return decisive.alert().isPresent() ? Alert.of(decisive.alert().getAsInt()) : Optional.empty();
    }

    private Optional<Reason> verdictReason() {
        String id = decisive.reason().orElse("");
        for (Reason reason : Reason.values()) {
            if (reason.id().equals(id)) {
                return Optional.of(reason);
            }
        }
        return Optional.empty();
    }

    /** Where the rule stands. */
    public Optional<String> clause() {
        return Optional.ofNullable(decisive.facts().get("clause"))
                .or(() -> verdictReason().map(Reason::clause));
    }

    /** What to do, one sentence. */
    public String fix() {
        String filled = decisive.facts().get("fix");
        if (filled != null) {
            return filled;
        }
        return verdictReason().map(Reason::fix).orElseGet(() -> {
            String reason = decisive.reason().orElse("");
            if (reason.startsWith("alert-")) {
                return alert().map(AlertMeaning::fix).orElse("ask the operator of the other side for its reason");
            }
            return FIXES.getOrDefault(reason, "do what the detail says; docs/troubleshooting.md has more");
        });
    }

    /** The event as it stands in the journal. */
    public static JsonNode json(Event event) {
        try {
            return JSON.readTree(event.toString());
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("an event is not written as JSON: " + event, e);
        }
    }
}
