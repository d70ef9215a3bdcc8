package dev.onboard.testbed;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.onboard.journal.Event;
import dev.onboard.journal.Party;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * What came of a demo.
 *
 * @param devices every device's way, by endpoint name
 * @param elapsed from power-on of the first to the end of the last
 * @param mode which modes the devices had
 */
public record DemoReport(List<OnboardingTimes> devices, Duration elapsed, Path workDirectory, DemoMode mode) {
    public DemoReport {
        devices = List.copyOf(devices);
    }

    /** How many registered. */
    public long registered() {
        return devices.stream().filter(OnboardingTimes::isRegistered).count();
    }

    /** Those that did not. */
    public List<OnboardingTimes> failed() {
        return devices.stream().filter(device -> !device.isRegistered()).toList();
    }

    /** The latency that this share (0 to 1) of the registered devices did not exceed; empty when none registered. */
    public Optional<Duration> percentile(double share) {
        List<Duration> sorted = devices.stream()
                .flatMap(device -> device.latency().stream())
                .sorted()
                .toList();
        return sorted.isEmpty()
                ? Optional.empty()
                : Optional.of(sorted.get((int) Math.max(0, Math.ceil(share * sorted.size()) - 1)));
    }

    /** Registered devices per second of the whole run. */
    public double onboardingsPerSecond() {
        double seconds = elapsed.toNanos() / 1e9;
        return seconds == 0 ? 0 : registered() / seconds;
    }

    /** The document of {@code demo --json} ({@code docs/formats.md}). */
    public ObjectNode json(ObjectMapper mapper) {
        ObjectNode document = mapper.createObjectNode();
        document.put("mode", mode.word());
        document.put("devices", devices.size());
        document.put("registered", registered());
        document.put("failed", failed().size());
        ArrayNode failures = document.putArray("failures");
        for (OnboardingTimes device : failed()) {
            ObjectNode failure = failures.addObject().put("endpoint", device.endpoint());
            Optional<Event> problem = device.problem();
            failure.put("stage", problem.map(event -> event.stage().word()).orElse("power"));
            failure.put(
                    "refused_by",
                    problem.flatMap(Event::refusedBy).map(Party::word).orElse(null));
            failure.put("reason", problem.flatMap(Event::reason).orElse("time-over"));
            failure.put(
                    "detail",
                    problem.flatMap(Event::detail).orElse("the device did not come to an end within the time given"));
        }
        document.put("elapsed_ms", millis(elapsed));
        ObjectNode latency = document.putObject("latency_ms");
        latency.put("p50", percentile(0.5).map(DemoReport::millis).orElse(null));
        latency.put("p99", percentile(0.99).map(DemoReport::millis).orElse(null));
        latency.put("max", percentile(1).map(DemoReport::millis).orElse(null));
        document.put("onboardings_per_s", Math.round(onboardingsPerSecond() * 10) / 10.0);
        document.put("work_dir", workDirectory.toString());
        return document;
    }

    static Double millis(Duration time) {
        return Math.round(time.toNanos() / 1e5) / 10.0;
    }
}
