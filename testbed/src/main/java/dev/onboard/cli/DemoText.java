package dev.onboard.cli;

import dev.onboard.journal.Event;
import dev.onboard.journal.Party;
import dev.onboard.testbed.DemoReport;
import dev.onboard.testbed.OnboardingTimes;
import dev.onboard.testbed.RunningTestbed;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** What a demo prints at its end. */
final class DemoText {
    private static final int MOST_ROWS = 40;

    private DemoText() {}

    static List<String> lines(DemoReport report, RunningTestbed running) {
        List<String> lines = new ArrayList<>();
        lines.add(row(
                "ENDPOINT",
                "MODE",
                "FACTORY CERTIFICATE ISSUER",
                "LWM2M CERTIFICATE SERIAL",
                "LWM2M CERTIFICATE ISSUER",
                "BS-DTLS ms",
                "BOOTSTRAP",
                "LWM2M-DTLS",
                "REGISTER",
                "TOTAL ms"));
        report.devices().stream().limit(MOST_ROWS).forEach(device -> lines.add(row(device)));
        if (report.devices().size() > MOST_ROWS) {
            lines.add("… and " + (report.devices().size() - MOST_ROWS) + " more; 'onboard device list' shows all");
        }
        lines.add("");
        lines.add(String.format(
                Locale.ROOT,
                "%d of %d registered in %.1f s, %.1f onboardings per second; latency p50 %s, p99 %s",
                report.registered(),
                report.devices().size(),
                report.elapsed().toMillis() / 1000.0,
                report.onboardingsPerSecond(),
                millis(report.percentile(0.5)),
                millis(report.percentile(0.99))));
        failures(report, lines);
        lines.add("");
        lines.add("Where everything lies: " + report.workDirectory());
        lines.add("  ca/          what was uploaded, and the CAs of servers and devices");
        lines.add("  devices/EP/  what the factory gave a device (factory/) and what bootstrap gave it (lwm2m/)");
        lines.add("  events.jsonl every step of every device, on both sides");
        lines.add("Next, in another terminal:");
        String first = report.devices().isEmpty()
                ? "device-1"
                : report.devices().get(0).endpoint();
        lines.add("  onboard device show " + first);
        lines.add("  onboard device read " + first + " /3/0");
        lines.add("  onboard trust list");
        lines.add("  curl -H \"Authorization: Bearer $(cat " + report.workDirectory() + "/api-key)\" "
                + running.managementUri() + "/v3/devices/");
        return lines;
    }

    private static void failures(DemoReport report, List<String> lines) {
        if (report.failed().isEmpty()) {
            return;
        }
        lines.add(report.failed().size() + " failed:");
        report.failed().stream()
                .collect(Collectors.groupingBy(DemoText::why, TreeMap::new, Collectors.toList()))
                .forEach((why, devices) -> lines.add("  " + devices.size() + " × " + why + " ("
                        + devices.stream()
                                .limit(3)
                                .map(OnboardingTimes::endpoint)
                                .collect(Collectors.joining(", "))
                        + (devices.size() > 3 ? ", …" : "") + ")"));
    }

    private static String why(OnboardingTimes device) {
        Optional<Event> problem = device.problem();
        if (problem.isEmpty()) {
            return "did not come to an end in time";
        }
        Event event = problem.get();
        return event.stage().word() + ": "
                + event.refusedBy()
                        .map(Party::word)
                        .map(by -> "refused by " + by + ", ")
                        .orElse("")
                + event.reason().orElse("failed")
                + event.detail().map(text -> ": " + text).orElse("");
    }

    private static String row(OnboardingTimes device) {
        return row(
                device.endpoint(),
                device.mode().word(),
                device.factoryIssuer(),
                device.isRegistered() ? device.serial() : "not registered",
                device.issuer(),
                step(device, "bootstrap-handshake"),
                step(device, "bootstrap"),
                step(device, "lwm2m-handshake"),
                step(device, "register"),
                millis(device.latency()).replace(" ms", ""));
    }

    private static String row(String... cells) {
        return String.format(Locale.ROOT, "%-22s %-9s %-32s %-42s %-32s %11s %11s %11s %9s %9s", (Object[]) cells)
                .stripTrailing();
    }

    private static String step(OnboardingTimes device, String name) {
        Duration time = device.steps().get(name);
        return millis(Optional.ofNullable(time)).replace(" ms", "");
    }

    private static String millis(Optional<Duration> time) {
        return time.map(value -> String.format(Locale.ROOT, "%.1f ms", value.toNanos() / 1e6))
                .orElse("-");
    }
}
