package dev.onboard.cli;

import dev.onboard.testbed.RunningTestbed;
import dev.onboard.testbed.TestbedOptions;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** A second LwM2M server, for devices with several accounts. */
final class SecondServer {
    @Option(
            names = "--second-lwm2m-port",
            paramLabel = "PORT",
            description = "Run a second LwM2M server on this port, and have bootstraps tell devices of both; 0 picks a"
                    + " free one. Default: one server")
    private @Nullable Integer port;

    TestbedOptions on(TestbedOptions options) {
        return port == null ? options : options.withSecondLwm2mPort(UpCommand.port("--second-lwm2m-port", port));
    }

    static void say(RunningTestbed running, Console console) {
        running.secondLwm2mUri().ifPresent(uri -> console.say("and the second    " + uri));
    }
}
