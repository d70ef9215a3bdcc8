package dev.onboard.cli;

import dev.onboard.dtls.Sessions;
import dev.onboard.dtls.Sessions.Resumption;
import dev.onboard.testbed.TestbedOptions;
import dev.onboard.testbed.UsageException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** {@code --resumption}, {@code --max-sessions}, {@code --max-refusals}: what servers make of sessions. */
final class SessionOptions {
    private static final int MOST_REFUSALS = 1_000_000;

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
            names = "--max-refusals",
            paramLabel = "N|off",
            description =
                    "How many handshakes a second may be refused from one address (of IPv6: one /64), 20 times as many at once;"
                            + " ClientHellos from an address with more get no answer for 20 seconds. Default: 50; off for a"
                            + " server --behind a router, to which everybody has the router's address")
    private @Nullable String refusals;

    TestbedOptions on(TestbedOptions options) {
        Sessions sessions = options.sessions().withResumption(resumption(resumption));
        if (refusals != null) {
            sessions = refusals.equals("off") ? sessions.withAnyRefusals() : sessions.withRefusals(refusals(refusals));
        }
        return options.withSessions(most == null ? sessions : sessions.withMost(most(most)));
    }

    /** For a server that is perhaps behind a router of this name. */
    TestbedOptions on(TestbedOptions options, Optional<String> behind) {
        return on(
                behind.isEmpty()
                        ? options
                        : options.withSessions(options.sessions().withAnyRefusals()));
    }

    private static int refusals(String text) {
        try {
            int number = Integer.parseInt(text);
            if (number >= 1 && number <= MOST_REFUSALS) {
                return number;
            }
        } catch (NumberFormatException e) {
            // said below
        }
        throw new UsageException("--max-refusals '" + text + "' is neither off nor a number of 1 to " + MOST_REFUSALS);
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
