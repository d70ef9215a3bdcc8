package dev.onboard.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.onboard.device.DeviceState;
import dev.onboard.device.Fleet;
import dev.onboard.device.SimulatedDevice;
import dev.onboard.factory.DeviceMode;
import dev.onboard.journal.Event;
import dev.onboard.testbed.OnboardingTimes;
import dev.onboard.testbed.UsageException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Comparator;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What {@code device run --report FILE} leaves of one shard, for {@code device report} to merge: each device with how it
 * ended and how long its onboarding took. {@link #see} is for one reader of the journal; the rest is thread-safe.
 */
final class FleetReport {
    static final int FORMAT = 1;

    private final Map<String, OnboardingTimes> times = new ConcurrentHashMap<>();

    /** A device of this fleet, before it is switched on. */
    void expect(String endpoint, DeviceMode mode) {
        times.put(endpoint, new OnboardingTimes(endpoint, mode));
    }

    void see(Event event) {
        event.endpoint().map(times::get).ifPresent(device -> device.see(event));
    }

    /**
     * The document.
     *
     * @param inAll how many devices all shards have
     * @param goal in which state a device has come to its end
     */
    ObjectNode document(Fleet fleet, Shard shard, int inAll, DeviceState goal, Instant started, Duration elapsed) {
        ObjectNode document = Console.json().createObjectNode().put("format", FORMAT);
        document.putObject("shard").put("number", shard.number()).put("of", shard.of());
        document.put("in_all", inAll)
                .put("goal", goal.word())
                .put("started_at", started.toString())
                .put("elapsed_ms", millis(elapsed));
        ArrayNode devices = document.putArray("devices");
        fleet.devices().stream()
                .sorted(Comparator.comparing(SimulatedDevice::endpoint))
                .forEach(device -> {
                    ObjectNode entry = entry(device);
                    OnboardingTimes way = times.get(device.endpoint());
                    if (way != null) {
                        way.latency().ifPresent(latency -> entry.put("latency_ms", millis(latency)));
                    }
                    devices.add(entry);
                });
        return document;
    }

    /** A device as {@code device run --json} says it. */
    static ObjectNode entry(SimulatedDevice device) {
        ObjectNode entry = Console.json()
                .createObjectNode()
                .put("endpoint", device.endpoint())
                .put("state", device.state().word());
        device.lastFailure()
                .ifPresent(why -> entry.put("stage", why.stage().word())
                        .put(
                                "refused_by",
                                why.refusedBy().map(party -> party.word()).orElse(null))
                        .put("reason", why.reason())
                        .put("detail", why.detail()));
        return entry;
    }

    private static double millis(Duration time) {
        return Math.round(time.toNanos() / 1e5) / 10.0;
    }

    /** Writes it as a whole or not at all, in place of what was there: a shard may run again. */
    static void write(Path file, ObjectNode document) {
        try {
            Path target = file.toAbsolutePath();
            Path made = Files.createTempFile(target.getParent(), "." + target.getFileName(), ".new");
            Files.writeString(made, Console.json().writeValueAsString(document) + "\n");
            Files.move(made, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new UsageException("--report " + file + " cannot be written: " + e, e);
        }
    }

    /** Where the report of this shard goes. A file that cannot be written is refused before a device is switched on. */
    static Path file(String name, Shard shard) {
        Path file = Path.of(name.replace("{shard}", Integer.toString(shard.number())));
        Path directory = file.toAbsolutePath().getParent();
        if (directory == null || !Files.isDirectory(directory) || !Files.isWritable(directory)) {
            throw new UsageException("--report " + file + " cannot be written: " + directory
                    + " is no directory that can be written to");
        }
        if (Files.isDirectory(file)) {
            throw new UsageException("--report " + file + " is a directory; give the file that is to be written");
        }
        return file;
    }

    /** Reads one; says which file is none, and why. */
    static JsonNode read(Path file) {
        JsonNode document;
        try {
            document = Console.json().readTree(Files.readString(file));
        } catch (JsonProcessingException e) {
            throw new UsageException(file + " is no report of 'device run --report': not JSON", e);
        } catch (IOException e) {
            throw new UsageException(file + " cannot be read: " + e, e);
        }
        if (document.path("format").asInt() != FORMAT
                || !document.path("devices").isArray()
                || !document.path("shard").path("of").canConvertToInt()) {
            throw new UsageException(
                    file + " is no report of 'device run --report': format, shard or devices is missing");
        }
        try {
            Instant.parse(document.path("started_at").asText());
        } catch (DateTimeParseException e) {
            throw new UsageException(
                    file + " is no report of 'device run --report': started_at is no time, " + e.getParsedString(), e);
        }
        return document;
    }
}
