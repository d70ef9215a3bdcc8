package dev.onboard.cli;

import dev.onboard.device.Backoff;
import dev.onboard.device.DeviceOptions;
import dev.onboard.dtls.Sessions;
import dev.onboard.dtls.Transmission;
import dev.onboard.dtls.Transmission.ConnectionIds;
import java.time.Duration;
import picocli.CommandLine.Option;

/** {@code --swift}: how soon devices do again what did not work. */
final class Haste {
    private static final double PART = 0.01;

    @Option(
            names = "--swift",
            description = "For servers nearby that come and go: what is lost is sent again after 0.2 s (DTLS) or 0.4 s"
                    + " (CoAP) in place of 1 s and 2 s, and what failed is tried again after 0.2 to 1 s in place of 20 to"
                    + " 100 s, twice as long each time.")
    private boolean swift;

    DeviceOptions on(DeviceOptions options) {
        return swift ? options.withBackoff(Backoff.PLATFORM.scaled(PART)).withPatience(Duration.ofSeconds(5)) : options;
    }

    Transmission transmission() {
        return swift
                ? new Transmission(
                        Duration.ofMillis(200),
                        4,
                        Duration.ofMillis(400),
                        3,
                        ConnectionIds.OFF,
                        Transmission.STANDARD.mtu(),
                        Sessions.STANDARD)
                : Transmission.STANDARD;
    }
}
