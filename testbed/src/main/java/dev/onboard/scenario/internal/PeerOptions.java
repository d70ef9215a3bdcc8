package dev.onboard.scenario.internal;

import com.fasterxml.jackson.databind.JsonNode;
import dev.onboard.dtls.RawPeer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * How the peer of a scenario misbehaves, from a file that was found to be in order.
 *
 * @param written the field {@code peer}; missing: an ordinary party
 */
record PeerOptions(JsonNode written) {
    private static final Map<String, Integer> SUITES = Map.of("gcm", 0xC02B, "ccm8", 0xC0AE, "cbc", 0xC023);

    /** Whether the party under test is a peer that goes no further than the handshake. */
    boolean isAsked() {
        return !written.isMissingNode();
    }

    /** How long the peer waits for the end of a handshake. */
    Duration patience() {
        return Duration.parse(written.path("patience").asText("PT20S"));
    }

    /** The peer that shows this. */
    RawPeer of(Sent sent) {
        RawPeer peer = sent.chain().isEmpty()
                ? RawPeer.withoutCertificate()
                : RawPeer.presenting(sent.chain(), sent.key().getPrivate());
        if (written.has("suites")) {
            peer = peer.suites(numbers(written.path("suites")));
        }
        if (written.has("groups")) {
            peer = peer.groups(numbers(written.path("groups")));
        }
        if (written.has("signature-algorithm")) {
            peer = peer.signatureAlgorithm(written.path("signature-algorithm").asInt());
        }
        if (written.has("version")) {
            peer = peer.version(RawPeer.Version.valueOf(constant(written.path("version"))));
        }
        if (written.has("framing")) {
            peer = peer.framing(RawPeer.Framing.valueOf(constant(written.path("framing"))));
        }
        if (written.has("habits")) {
            Set<RawPeer.Habit> habits = EnumSet.noneOf(RawPeer.Habit.class);
            written.path("habits").forEach(habit -> habits.add(RawPeer.Habit.valueOf(constant(habit))));
            peer = peer.habits(habits);
        }
        if (written.has("server-name")) {
            peer = peer.serverName(written.path("server-name").asText());
        }
        return peer;
    }

    private static String constant(JsonNode word) {
        return word.asText().toUpperCase(Locale.ROOT).replace('-', '_').replace('.', '_');
    }

    /** Cipher suites by our names or their IANA numbers. */
    static List<Integer> numbers(JsonNode list) {
        List<Integer> numbers = new ArrayList<>();
        list.forEach(one -> numbers.add(one.isTextual() ? SUITES.getOrDefault(one.asText(), 0) : one.asInt()));
        return numbers;
    }
}
