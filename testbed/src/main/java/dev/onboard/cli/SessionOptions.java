package dev.onboard.cli;

import dev.onboard.dtls.Sessions;
import dev.onboard.dtls.Sessions.Resumption;
import dev.onboard.testbed.TestbedOptions;
import dev.onboard.testbed.UsageException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** {@code --resumption}, {@code --max-sessions}, {@code --awake}: what servers make of sessions, and of devices that sleep. */
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

    @Option(
            names = "--awake",
            paramLabel = "TIME",
            defaultValue = "93s",
            description =
                    "How long a device in queue mode is taken for awake after it was heard last; what is asked of it"
                            + " later waits for its next message. Default: ${DEFAULT-VALUE}")
    private String awake;

    TestbedOptions on(TestbedOptions options) {
        Sessions sessions = options.sessions().withResumption(resumption(resumption));
        return options.withSessions(most == null ? sessions : sessions.withMost(most(most)))
                .withAwake(awake("--awake", awake));
    }

    private static int most(int number) {
        if (number < 1) {
            throw new UsageException("--max-sessions " + number + " serves nobody; give at least 1");
        }
        return number;
    }

    /** A time above zero. */
    static Duration awake(String option, String text) {
        Duration time = Times.duration(option, text);
        if (time.isNegative() || time.isZero()) {
            throw new UsageException(option + " '" + text + "' leaves no time to be reached; give one such as 93s");
        }
        return time;
    }

    private static Resumption resumption(String word) {
        return switch (word) {
            case "on" -> Resumption.ON;
            case "off" -> Resumption.OFF;
            default -> throw new UsageException("--resumption '" + word + "' is neither on nor off");
        };
    }
}
