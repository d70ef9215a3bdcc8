package dev.onboard.cli;

import dev.onboard.dtls.Sessions;
import dev.onboard.dtls.Sessions.Resumption;
import dev.onboard.testbed.TestbedOptions;
import dev.onboard.testbed.UsageException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** {@code --resumption}, {@code --max-sessions}: what servers make of sessions. */
final class SessionOptions {
    @Option(
            names = "--resumption",
            paramLabel = "on|off",
            defaultValue = "off",
            description =
                    "Whether devices may resume DTLS sessions by session id; their certificates are judged anew each"
                            + " time. Default: ${DEFAULT-VALUE}")
    private String resumption;

    @Option(
            names = "--max-sessions",
            paramLabel = "N",
            description =
                    "How many DTLS sessions and handshakes each server keeps, 25 KB of memory each; further devices"
                            + " get no answer until there is room. Default: 200000")
    private @Nullable Integer most;

    TestbedOptions on(TestbedOptions options) {
        Sessions sessions = options.sessions().withResumption(resumption(resumption));
        return options.withSessions(most == null ? sessions : sessions.withMost(most(most)));
    }

    private static int most(int number) {
        if (number < 1) {
            throw new UsageException("--max-sessions " + number + " serves nobody; give at least 1");
        }
        return number;
    }

    private static Resumption resumption(String word) {
        return switch (word) {
            case "on" -> Resumption.ON;
            case "off" -> Resumption.OFF;
            default -> throw new UsageException("--resumption '" + word + "' is neither on nor off");
        };
    }
}
