package dev.onboard.cli;

import dev.onboard.http.ApiKey;
import dev.onboard.http.ManagementClient;
import dev.onboard.testbed.RunningTestbed;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The running testbed that a command talks to, over its management port. */
final class Target {
    @Option(names = "--work-dir", paramLabel = "DIR", description = "Default: the newest running testbed's")
    private @Nullable Path workDirectory;

    RunningTestbed testbed() {
        return Running.testbed(workDirectory);
    }

    ManagementClient client() {
        RunningTestbed running = testbed();
        return ManagementClient.of(running.managementUri(), ApiKey.of(running.apiKey()));
    }
}
