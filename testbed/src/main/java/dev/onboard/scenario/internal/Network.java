package dev.onboard.scenario.internal;

import com.fasterxml.jackson.databind.JsonNode;
import dev.onboard.dtls.PacketFault;
import dev.onboard.dtls.PacketFault.From;
import dev.onboard.dtls.PacketFault.Message;
import dev.onboard.dtls.PacketFault.What;
import dev.onboard.dtls.PacketFault.Which;
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
                if (!of.has("from")
                        || of.path("from").asText().equals(from.name().toLowerCase(Locale.ROOT))) {
                    faults.add(new PacketFault(what, from, which(of), by));
                }
            }
        }
        return faults;
    }

    private static Which which(JsonNode of) {
        int count = of.path("count").asInt(1);
        if (of.has("chance")) {
            return new Which.ByChance(of.path("chance").asDouble());
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
