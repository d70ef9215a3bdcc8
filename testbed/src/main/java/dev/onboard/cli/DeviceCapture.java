package dev.onboard.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.onboard.dtls.CaptureCut;
import dev.onboard.testbed.RunningTestbed;
import dev.onboard.testbed.UsageException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** What one device sent and received, out of the capture of a testbed. */
final class DeviceCapture {
    /** A server's handshake begins, to its journal, with the ClientHello that brings the cookie; the one before is of it too. */
    private static final Duration BEFORE = Duration.ofSeconds(2);

    private DeviceCapture() {}

    private record Handshake(String peer, Instant began, Instant ended) {
        boolean holds(InetSocketAddress client, Instant at) {
            return peer.equals(client.getAddress().getHostAddress() + ":" + client.getPort())
                    && !at.isBefore(began)
                    && !at.isAfter(ended);
        }
    }

    static void cut(RunningTestbed testbed, String endpoint, List<JsonNode> events, Path to, Console console) {
        Path capture = testbed.capture()
                .orElseThrow(
                        () -> new UsageException("this testbed writes no capture; start it with 'onboard up --capture"
                                + " FILE', and let '" + endpoint + "' connect again"));
        if (to.toAbsolutePath().normalize().equals(capture)) {
            throw new UsageException("--capture " + to + " is the capture of the testbed itself; give another file");
        }
        List<Handshake> handshakes = new ArrayList<>();
        for (JsonNode event : events) {
            String party = event.path("party").asText();
            if (event.path("stage").asText().endsWith("-handshake") && !party.equals("device")) {
                Instant ended = Instant.parse(event.path("time").asText());
                Duration took =
                        Duration.ofNanos((long) (event.path("duration_ms").asDouble() * 1_000_000));
                handshakes.add(new Handshake(
                        event.path("facts").path("peer").asText(),
                        ended.minus(took).minus(BEFORE),
                        ended));
            }
        }
        try {
            int packets = CaptureCut.cut(
                    capture, to, (client, at) -> handshakes.stream().anyMatch(each -> each.holds(client, at)));
            if (packets == 0) {
                throw new UsageException("the capture " + capture + " holds no handshake of '" + endpoint
                        + "'; let it connect while the testbed runs with --capture");
            }
            console.note("onboard: " + packets + " packets of '" + endpoint + "' are in " + to
                    + ", with the secrets that decrypt them; only its owner may read it (0600)");
        } catch (IOException e) {
            throw new UsageException("the capture could not be cut: " + e.getMessage(), e);
        }
    }
}
