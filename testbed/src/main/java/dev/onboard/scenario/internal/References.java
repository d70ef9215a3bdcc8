package dev.onboard.scenario.internal;

import com.fasterxml.jackson.databind.JsonNode;
import dev.onboard.journal.Stage;
import dev.onboard.pki.Alert;
import dev.onboard.pki.Reason;
import dev.onboard.scenario.Leg;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;

/**
 * Checks what a schema cannot: that every id names a certificate of the scenario, made before the one that needs it, that
 * times are times, and that devices, alerts and reasons exist.
 *
 * @param content the file's content, which the schema found to be in order
 */
record References(JsonNode content) {
    /** Tells every fault: its JSON Pointer and a sentence. */
    void check(BiConsumer<String, String> faults) {
        Set<String> ids = ids();
        checkCertificates(faults);
        checkIds(content.path("send"), "/send", ids, faults);
        JsonNode trust = content.path("trust");
        for (int i = 0; i < trust.size(); i++) {
            JsonNode one = trust.get(i);
            checkId(one.isTextual() ? one : one.path("certificate"), "/trust/" + i, ids, faults);
            checkIds(one.path("above"), "/trust/" + i + "/above", ids, faults);
        }
        checkIds(content.path("intermediates"), "/intermediates", ids, faults);
        checkDelivery(content.path("deliver"), "/deliver", ids, faults);
        checkServer(content.path("deliver"), "/deliver", faults);
        checkPaths(content.path("deliver"), "/deliver", faults);
        checkId(content.path("firmware").path("authenticity"), "/firmware/authenticity", ids, faults);
        checkTimes(content.path("renewal"), "/renewal", faults, "life");
        checkId(content.path("signs-with"), "/signs-with", ids, faults);
        for (int i = 0; i < content.path("devices").size(); i++) {
            JsonNode device = content.path("devices").get(i);
            checkIds(device.path("send"), "/devices/" + i + "/send", ids, faults);
            checkId(device.path("signs-with"), "/devices/" + i + "/signs-with", ids, faults);
        }
        checkId(content.path("pin"), "/pin", ids, faults);
        if (content.has("usage") != content.has("pin")) {
            faults.accept(
                    content.has("usage") ? "/usage" : "/pin",
                    "'usage' and 'pin' belong together: what is delivered, and how it is used");
        }
        JsonNode crls = content.path("crls");
        for (int i = 0; i < crls.size(); i++) {
            checkId(crls.get(i).path("issuer"), "/crls/" + i + "/issuer", ids, faults);
            checkIds(crls.get(i).path("revoked"), "/crls/" + i + "/revoked", ids, faults);
            checkTimes(crls.get(i), "/crls/" + i, faults, "from", "until");
        }
        checkId(content.path("staple").path("about"), "/staple/about", ids, faults);
        checkId(content.path("staple").path("signer"), "/staple/signer", ids, faults);
        checkTimes(content.path("staple"), "/staple", faults, "from", "until");
        checkTimes(content, "", faults, "at");
        checkNetwork(faults);
        checkSteps(ids, faults);
        checkExpectations(content.path("expect"), "/expect", ids, faults);
    }

    /** How many devices a scenario has. */
    static int devices(JsonNode content) {
        JsonNode devices = content.path("devices");
        return devices.isArray() ? devices.size() : devices.asInt(1);
    }

    /** The ids of all certificates; a series counts with {@code id*} and with each of its members. */
    private Set<String> ids() {
        Set<String> ids = new LinkedHashSet<>(List.of("root", "leaf"));
        content.path("certificates").fields().forEachRemaining(entry -> {
            int series = entry.getValue().path("series").asInt(0);
            if (series == 0) {
                ids.add(entry.getKey());
            } else {
                ids.add(entry.getKey() + "*");
                for (int i = 1; i <= series; i++) {
                    ids.add(entry.getKey() + i);
                }
            }
        });
        return ids;
    }

    private static void checkDelivery(JsonNode deliver, String at, Set<String> ids, BiConsumer<String, String> faults) {
        for (String field : List.of("certificate", "key", "server-certificate", "trust-store", "crts", "enrolled")) {
            JsonNode given = deliver.path(field);
            if (given.isArray()) {
                checkIds(given, at + "/" + field, ids, faults);
            } else {
                checkId(given, at + "/" + field, ids, faults);
            }
        }
    }

    private int servers() {
        return content.path("servers").asInt(1);
    }

    private void checkServer(JsonNode of, String at, BiConsumer<String, String> faults) {
        if (of.path("server").isInt() && of.path("server").asInt() > servers()) {
            faults.accept(at + "/server", "there is one LwM2M server; say 'servers: 2' for a second one");
        }
    }

    /** Each LwM2M server has an instance of the Security and of the Server object. */
    private void checkPaths(JsonNode deliver, String at, BiConsumer<String, String> faults) {
        deliver.path("set").fieldNames().forEachRemaining(path -> checkPath(path, at + "/set", faults));
        deliver.path("without").forEach(path -> checkPath(path.asText(), at + "/without", faults));
    }

    private void checkPath(String path, String at, BiConsumer<String, String> faults) {
        String[] parts = path.split("/", -1);
        if (!parts[1].equals("2") && Integer.parseInt(parts[2]) >= servers()) {
            faults.accept(
                    at,
                    path + " is not written; there "
                            + (servers() == 1 ? "is one LwM2M server" : "are two LwM2M servers")
                            + ", and instances are counted from 0");
        }
    }

    /** Datagrams are named in one way, and a flight has its side. */
    private void checkNetwork(BiConsumer<String, String> faults) {
        JsonNode all = content.path("network").path("faults");
        for (int i = 0; i < all.size(); i++) {
            for (Map.Entry<String, JsonNode> fault : all.get(i).properties()) {
                String at = "/network/faults/" + i + "/" + fault.getKey();
                JsonNode of = fault.getValue();
                List<String> ways = List.of("datagram", "message", "flight", "chance").stream()
                        .filter(of::has)
                        .toList();
                if (ways.size() > 1) {
                    faults.accept(
                            at, "says " + String.join(" and ", ways) + " at once; one of them names the datagrams");
                }
                String side = of.path("flight").asInt() % 2 == 0 ? "server" : "device";
                if (of.has("flight") && !of.path("from").asText(side).equals(side)) {
                    faults.accept(at + "/from", "flight " + of.path("flight").asInt() + " is the " + side + "'s");
                }
            }
        }
    }

    private void checkCertificates(BiConsumer<String, String> faults) {
        Set<String> made = new LinkedHashSet<>(List.of("root"));
        List<Map.Entry<String, JsonNode>> entries = new ArrayList<>();
        Iterator<Map.Entry<String, JsonNode>> fields =
                content.path("certificates").fields();
        while (fields.hasNext()) {
            Map.Entry<String, JsonNode> entry = fields.next();
            if (entry.getKey().equals("leaf")) {
                continue;
            }
            entries.add(entry);
        }
        JsonNode leaf = content.path("certificates").path("leaf");
        if (!leaf.isMissingNode()) {
            entries.add(Map.entry("leaf", leaf));
        }
        for (Map.Entry<String, JsonNode> entry : entries) {
            String at = "/certificates/" + entry.getKey();
            JsonNode spec = entry.getValue();
            for (String field : List.of("issuer", "keyOf")) {
                String needs = spec.path(field).asText("");
                if (!needs.isEmpty() && !needs.equals("self") && !made.contains(needs)) {
                    faults.accept(
                            at + "/" + field,
                            ids().contains(needs)
                                    ? "'" + needs + "' is made after this certificate; list it further up"
                                    : "'" + needs + "' is no certificate of this scenario" + near(needs, ids()));
                }
            }
            checkTimes(spec, at, faults, "from", "until");
            int series = spec.path("series").asInt(0);
            if (series == 0) {
                made.add(entry.getKey());
            }
            for (int i = 1; i <= series; i++) {
                made.add(entry.getKey() + i);
            }
        }
    }

    private static String near(String id, Set<String> ids) {
        String nearest = SchemaCheck.nearest(id, ids);
        return nearest.isEmpty() ? "; there are " + String.join(", ", ids) : "; did you mean '" + nearest + "'?";
    }

    private static void checkIds(JsonNode list, String at, Set<String> ids, BiConsumer<String, String> faults) {
        for (int i = 0; i < list.size(); i++) {
            checkId(list.get(i), at + "/" + i, ids, faults);
        }
    }

    private static void checkId(JsonNode id, String at, Set<String> ids, BiConsumer<String, String> faults) {
        String text = id.asText("");
        if (id.isMissingNode() || ids.contains(text)) {
            return;
        }
        if (text.startsWith("hex:")) {
            if (!text.matches("hex:([0-9a-fA-F]{2})*")) {
                faults.accept(at, "'" + text + "' is not hex: and an even number of hexadecimal digits");
            }
            return;
        }
        faults.accept(at, "'" + text + "' is no certificate of this scenario" + near(text, ids));
    }

    private static void checkTimes(JsonNode of, String at, BiConsumer<String, String> faults, String... fields) {
        for (String field : fields) {
            String text = of.path(field).asText("");
            if (text.isEmpty()) {
                continue;
            }
            try {
                if (text.endsWith("Z") && !text.startsWith("P") && !text.startsWith("-")) {
                    Instant.parse(text);
                } else {
                    Duration.parse(text);
                }
            } catch (DateTimeException e) {
                faults.accept(
                        at + "/" + field,
                        "'" + text
                                + "' is neither an ISO 8601 duration such as -P1D or PT30S nor a time such as 2050-01-01T00:00:00Z");
            }
        }
    }

    private void checkSteps(Set<String> ids, BiConsumer<String, String> faults) {
        JsonNode steps = content.path("steps");
        for (int i = 0; i < steps.size(); i++) {
            String word = steps.get(i).fieldNames().next();
            JsonNode of = steps.get(i).elements().next();
            String at = "/steps/" + i + "/" + word;
            if (word.equals("expect")) {
                checkExpectations(of, at, ids, faults);
                continue;
            }
            checkDevice(of, at, faults);
            checkId(of.path("certificate"), at + "/certificate", ids, faults);
            checkServer(of, at, faults);
            checkTimes(of, at, faults, "servers", "devices");
            switch (word) {
                case "deliver" -> {
                    checkDelivery(of, at, ids, faults);
                    checkPaths(of, at, faults);
                }
                case "crowd" -> checkIds(of.path("send"), at + "/send", ids, faults);
                case "rotate" -> checkRotation(of, at, ids, faults);
                case "update" -> {
                    checkIds(of.path("signers"), at + "/signers", ids, faults);
                    checkIds(of.path("next"), at + "/next", ids, faults);
                    checkId(of.path("source"), at + "/source", ids, faults);
                    checkEdits(of.path("edit"), at + "/edit", faults);
                    checkFormat(of, at, faults);
                }
                default -> {
                    // its fields are checked above
                }
            }
        }
    }

    /** On the leg of the LwM2M server its certificate, and with it its CA, are the scenario's own. */
    private void checkRotation(JsonNode of, String at, Set<String> ids, BiConsumer<String, String> faults) {
        checkId(of.path("to"), at + "/to", ids, faults);
        boolean own = false;
        for (JsonNode leg : content.path("legs")) {
            own |= leg.asText().equals(Leg.LWM2M_SERVER.word());
        }
        String what = of.path("what").asText();
        boolean begins = of.path("turn").asText("begin").equals("begin");
        if (own && !what.equals("device-ca") && (!what.equals("server-leaf") || begins && !of.has("to"))) {
            faults.accept(
                    at,
                    "on the leg lwm2m-server the server shows a certificate of the scenario; rotate server-leaf, and"
                            + " say with 'to' which one it shows from then on");
        } else if (of.has("to") && (!own || !begins || !what.equals("server-leaf"))) {
            faults.accept(at + "/to", "is for the beginning of a rotation of server-leaf on the leg lwm2m-server");
        }
    }

    /** What the other formats of firmware cannot be. */
    private static void checkFormat(JsonNode update, String at, BiConsumer<String, String> faults) {
        String format = update.path("format").asText("suit");
        if (format.equals("suit")) {
            return;
        }
        for (String field : List.of("unsigned", "next", "source")) {
            if (update.has(field)) {
                faults.accept(at + "/" + field, "is for the format suit");
            }
        }
        String image = update.path("image").asText("good");
        if (!image.equals("good") && !(image.equals("changed") && format.equals("cms"))) {
            faults.accept(
                    at + "/image",
                    format.equals("cms")
                            ? "in the format cms the image is good or changed"
                            : "a manifest of the platform travels without its image; 'edit' changes the manifest");
        }
        if (format.equals("platform-v3") && update.path("signers").size() > 1) {
            faults.accept(at + "/signers", "a manifest of version 3 has one signature");
        }
    }

    private static void checkEdits(JsonNode edits, String at, BiConsumer<String, String> faults) {
        for (int i = 0; i < edits.size(); i++) {
            int octets = edits.get(i).path("octets").asText().length() / 2;
            int become = edits.get(i).path("become").asText().length() / 2;
            if (octets != become) {
                faults.accept(
                        at + "/" + i + "/become",
                        "has " + become + " octets; as many as there were are expected, " + octets);
            }
        }
    }

    private void checkDevice(JsonNode of, String at, BiConsumer<String, String> faults) {
        checkDevice(of.path("device").asInt(1), at + "/device", faults);
    }

    private void checkDevice(int number, String at, BiConsumer<String, String> faults) {
        int devices = devices(content);
        if (number > devices) {
            faults.accept(
                    at,
                    "there " + (devices == 1 ? "is one device" : "are " + devices + " devices") + ", not " + number
                            + "; say so with 'devices'");
        }
    }

    private void checkExpectations(JsonNode expect, String at, Set<String> ids, BiConsumer<String, String> faults) {
        if (expect.isArray()) {
            for (int i = 0; i < expect.size(); i++) {
                checkExpectations(expect.get(i), at + "/" + i, ids, faults);
            }
            return;
        }
        expect.fields().forEachRemaining(field -> {
            String place = at + "/" + field.getKey();
            JsonNode of = field.getValue();
            checkDevice(of, place, faults);
            checkTimes(of, place, faults, "within");
            if (field.getKey().equals("shows")) {
                JsonNode which = of.isTextual() ? of : of.path("certificate");
                if (!which.asText().equals("old") && !which.asText().equals("new")) {
                    checkId(which, of.isTextual() ? place : place + "/certificate", ids, faults);
                }
                return;
            }
            for (int i = 0; i < of.path("devices").size(); i++) {
                checkDevice(of.path("devices").get(i).asInt(), place + "/devices/" + i, faults);
            }
            if (of.path("alert").isTextual() && alert(of.path("alert").asText()).isEmpty()) {
                List<String> names = new ArrayList<>();
                for (Alert alert : Alert.values()) {
                    names.add(alert.word().replace('-', '_'));
                }
                faults.accept(
                        place + "/alert",
                        "'" + of.path("alert").asText() + "' is no alert of TLS; they are " + String.join(", ", names));
            }
            if (of.path("certificate").isTextual()) {
                checkId(of.path("certificate"), place + "/certificate", ids, faults);
                String id = of.path("certificate").asText();
                if (ids.contains(id) && placeInSent(id) < -1) {
                    faults.accept(
                            place + "/certificate",
                            "'" + id + "' is neither sent nor trusted, so nobody can refuse because of it");
                }
            }
            if (field.getKey().equals("refused") || field.getKey().equals("judged")) {
                checkReason(of, place, faults);
            }
        });
    }

    /** A verdict of the evaluation has one of its reasons; other steps have reasons of their own. */
    private void checkReason(JsonNode of, String at, BiConsumer<String, String> faults) {
        String reason = of.path("reason").asText("");
        String stage = of.path("at").asText("");
        boolean handshake = stage.isEmpty() && !legIsEvaluation() || stage.endsWith("handshake");
        if (reason.isEmpty() || !handshake || reason.startsWith("alert-")) {
            return;
        }
        Set<String> known = new LinkedHashSet<>(HANDSHAKE_REASONS);
        for (Reason one : Reason.values()) {
            known.add(one.id());
        }
        if (!known.contains(reason)) {
            String nearest = SchemaCheck.nearest(reason, known);
            faults.accept(
                    at + "/reason",
                    "'" + reason + "' is no reason of a "
                            + (stage.isEmpty() ? "handshake" : Stage.of(stage).word())
                            + (nearest.isEmpty()
                                    ? "; docs/verdicts.md lists them"
                                    : "; did you mean '" + nearest + "'?"));
        }
    }

    private boolean legIsEvaluation() {
        return content.path("legs").size() == 1
                && Leg.of(content.path("legs").get(0).asText()).orElse(Leg.DEVICE_BOOTSTRAP) == Leg.EVALUATION;
    }

    /** Reasons of a handshake beside those of the evaluation. */
    private static final Set<String> HANDSHAKE_REASONS = Set.of(
            "proof-of-possession-failed",
            "no-common-parameters",
            "malformed-handshake",
            "handshake-fault",
            "handshake-aborted",
            "timeout",
            "unreachable");

    /** The place of this certificate in what is sent; −1 when it is trusted, −2 when it is neither. */
    int placeInSent(String id) {
        List<String> sent = new ArrayList<>();
        if (content.has("send")) {
            for (JsonNode item : content.path("send")) {
                String text = item.asText();
                if (text.endsWith("*")) {
                    String prefix = text.substring(0, text.length() - 1);
                    int series = content.path("certificates")
                            .path(prefix)
                            .path("series")
                            .asInt(0);
                    for (int i = series; i >= 1; i--) {
                        sent.add(prefix + i);
                    }
                } else {
                    sent.add(text);
                }
            }
        } else {
            sent.add("leaf");
        }
        int place = sent.indexOf(id);
        if (place >= 0) {
            return place;
        }
        if (!content.has("trust")) {
            return id.equals("root") ? -1 : -2;
        }
        for (JsonNode trusted : content.path("trust")) {
            if (id.equals(
                    trusted.isTextual()
                            ? trusted.asText()
                            : trusted.path("certificate").asText())) {
                return -1;
            }
        }
        return -2;
    }

    /** The alert of this name in RFC 5246, such as {@code certificate_expired}. */
    static Optional<Alert> alert(String name) {
        for (Alert alert : Alert.values()) {
            if (alert.word().replace('-', '_').equals(name.replace('-', '_'))) {
                return Optional.of(alert);
            }
        }
        return Optional.empty();
    }
}
