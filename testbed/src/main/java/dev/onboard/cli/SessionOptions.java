package dev.onboard.cli;

import dev.onboard.dtls.Sessions.Resumption;
import dev.onboard.testbed.TestbedOptions;
import dev.onboard.testbed.UsageException;
import picocli.CommandLine.Option;

/** {@code --resumption}: whether devices may resume DTLS sessions. */
final class SessionOptions {
    @Option(
            names = "--resumption",
            paramLabel = "on|off",
            defaultValue = "off",
            description =
                    "Whether devices may resume DTLS sessions by session id; their certificates are judged anew each"
                            + " time. Default: ${DEFAULT-VALUE}")
    private String resumption;

    TestbedOptions on(TestbedOptions options) {
        return options.withSessions(options.sessions().withResumption(resumption(resumption)));
    }

    private static Resumption resumption(String word) {
        return switch (word) {
            case "on" -> Resumption.ON;
            case "off" -> Resumption.OFF;
            default -> throw new UsageException("--resumption '" + word + "' is neither on nor off");
        };
    }
}
