package dev.onboard.scenario.internal;

import com.fasterxml.jackson.databind.JsonNode;
import dev.onboard.dtls.PacketFault;
import dev.onboard.dtls.PacketFault.From;
import dev.onboard.dtls.PacketFault.Message;
import dev.onboard.dtls.PacketFault.What;
import dev.onboard.dtls.PacketFault.Which;
import dev.onboard.dtls.Sessions.Resumption;
import dev.onboard.dtls.Transmission;
import dev.onboard.dtls.Transmission.ConnectionIds;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The network of a scenario whose file was found to be in order.
 *
 * @param written the field {@code network}; missing: an ordinary network
 */
record Network(JsonNode written) {
    /** Whether anything is out of the ordinary. */
    boolean isFaulty() {
        return !written.isMissingNode();
    }

    /** Whether something happens on the way to this server. */
    boolean isFaultyTo(String server) {
        if (written.path("faults").isEmpty()) {
            return false;
        }
        if (!written.has("on")) {
            return true;
        }
        for (JsonNode on : written.path("on")) {
            if (on.asText().equals(server)) {
                return true;
            }
        }
        return false;
    }

    /** How devices and servers send: as the standards say, or soon again where much is lost. */
    Transmission transmission() {
        if (!isFaulty()) {
            return Transmission.STANDARD;
        }
        Transmission usual = Transmission.persistent()
                .withConnectionIds(written.path("connection-ids").asBoolean() ? ConnectionIds.ON : ConnectionIds.OFF);
        usual = usual.withSessions(usual.sessions()
                .withResumption(written.path("resumption").asBoolean() ? Resumption.ON : Resumption.OFF));
        return written.has("mtu") ? usual.withMtu(written.path("mtu").asInt()) : usual;
    }

    /** What happens to datagrams. */
    List<PacketFault> faults() {
        List<PacketFault> faults = new ArrayList<>();
        for (JsonNode fault : written.path("faults")) {
            Map.Entry<String, JsonNode> one = fault.fields().next();
            What what = What.valueOf(constant(one.getKey()));
            JsonNode of = one.getValue();
            Duration by = Duration.parse(of.path("by").asText("PT0S"));
            for (From from : From.values()) {
                boolean said = of.has("flight")
                        ? of.path("flight").asInt() % 2 == 0 == (from == From.SERVER)
                        : !of.has("from")
                                || of.path("from").asText().equals(from.name().toLowerCase(Locale.ROOT));
                if (said) {
                    faults.add(new PacketFault(what, from, which(of), by));
                }
            }
        }
        return faults;
    }

    /** What happens, one sentence each, without full stops. */
    List<String> sentences() {
        List<String> said = new ArrayList<>();
        if (written.has("mtu")) {
            said.add("packets have at most " + written.path("mtu").asInt() + " octets");
        }
        if (written.path("connection-ids").asBoolean()) {
            said.add("servers and devices use connection ids (RFC 9146)");
        }
        if (written.path("resumption").asBoolean()) {
            said.add("servers let devices resume their sessions, and devices do (RFC 5246, 7.3)");
        }
        String way = written.path("on").size() == 1
                ? ", on the way to the " + written.path("on").path(0).asText().replace("lwm2m", "LwM2M") + " server"
                : "";
        for (JsonNode fault : written.path("faults")) {
            Map.Entry<String, JsonNode> one = fault.fields().next();
            said.add(struck(one.getValue()) + " " + becomes(one.getKey(), one.getValue()) + way);
        }
        return said;
    }

    private static String struck(JsonNode of) {
        int count = of.path("count").asInt(1);
        String whose = of.has("from") ? " of the " + of.path("from").asText() : " of either side";
        if (of.has("chance")) {
            return "each datagram" + whose + ", with the probability "
                    + of.path("chance").asText() + ",";
        }
        if (of.has("flight")) {
            return "flight " + of.path("flight").asInt() + " of the handshake"
                    + (count == 1 ? "" : ", the first " + count + " times that it is sent,");
        }
        if (of.has("message")) {
            return (count == 1 ? "the first datagram" : "each of the first " + count + " datagrams") + whose + " with "
                    + of.path("message").asText();
        }
        int first = of.path("datagram").asInt(1);
        return (count == 1 ? "datagram " + first : "each of the datagrams " + first + " to " + (first + count - 1))
                + whose;
    }

    private static String becomes(String word, JsonNode of) {
        return switch (What.valueOf(constant(word))) {
            case DROP -> "is lost";
            case DUPLICATE -> "arrives twice";
            case REPLAY -> "comes again after each later one with application data";
            case REFLECT -> "comes back to who sent it, as if the other side had said it";
            case REBIND -> "comes from another address, as all later ones do";
            case SPOOF -> "comes with copies from an address that is not the device's, one of them broken";
            case REORDER -> "arrives after the next one";
            case DELAY ->
                "arrives late by " + Words.of(Duration.parse(of.path("by").asText()));
            case CORRUPT -> "has one bit flipped";
            case CUT -> "is the first of which nothing arrives any more, on neither side";
        };
    }

    private static Which which(JsonNode of) {
        int count = of.path("count").asInt(1);
        if (of.has("chance")) {
            return new Which.ByChance(of.path("chance").asDouble());
        }
        if (of.has("flight")) {
            return new Which.Flight(of.path("flight").asInt(), count);
        }
        if (of.has("message")) {
            return new Which.Carrying(
                    Message.valueOf(constant(of.path("message").asText())), count);
        }
        return new Which.Numbered(of.path("datagram").asInt(1), count);
    }

    private static String constant(String word) {
        return word.toUpperCase(Locale.ROOT).replace('-', '_');
    }
}
