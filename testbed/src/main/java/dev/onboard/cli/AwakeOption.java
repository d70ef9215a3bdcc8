package dev.onboard.cli;

import dev.onboard.testbed.TestbedOptions;
import dev.onboard.testbed.UsageException;
import java.time.Duration;
import picocli.CommandLine.Option;

/** {@code --awake}: how long an LwM2M server takes a device for awake that sleeps (queue mode). */
final class AwakeOption {
    @Option(
            names = "--awake",
            paramLabel = "TIME",
            defaultValue = "93s",
            description =
                    "How long a device in queue mode is taken for awake after it was heard last; what is asked of it"
                            + " later waits for its next message. Default: ${DEFAULT-VALUE}")
    private String awake;

    TestbedOptions on(TestbedOptions options) {
        return options.withAwake(time(awake));
    }

    /** The time that {@code --awake} gives, which is above zero. */
    static Duration time(String text) {
        Duration time = Times.duration("--awake", text);
        if (time.isNegative() || time.isZero()) {
            throw new UsageException("--awake '" + text + "' leaves no time to be reached; give one such as 93s");
        }
        return time;
    }
}
