package dev.onboard.cli;

import dev.onboard.testbed.ServerProcess;
import dev.onboard.testbed.TestbedOptions;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code onboard api}: the account's API as a process of its own, until Ctrl-C. */
@Command(
        name = "api",
        mixinStandardHelpOptions = true,
        description = "Start the API of an account as a process of its own, beside servers that share the account in"
                + " PostgreSQL; stay up until Ctrl-C.")
final class ApiCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Option(
            names = "--work-dir",
            paramLabel = "DIR",
            required = true,
            description = "The servers' --account-dir. The commands on an account find it here.")
    private Path workDirectory;

    @Option(names = "--http-port", defaultValue = "8080", description = "0 picks a free one. Default: ${DEFAULT-VALUE}")
    private int httpPort;

    @Option(
            names = "--bootstrap-server",
            paramLabel = "HOST:PORT",
            defaultValue = "localhost:5784",
            description = "Where devices bootstrap, for bundles and who asks. Default: ${DEFAULT-VALUE}")
    private String bootstrapServer;

    @Option(
            names = "--lwm2m-server",
            paramLabel = "HOST:PORT",
            defaultValue = "localhost:5684",
            description = "Where devices register that do not bootstrap. Default: ${DEFAULT-VALUE}")
    private String lwm2mServer;

    @Mixin
    private RedisOption redis;

    @Mixin
    private ApiTlsOptions apiTls;

    @Mixin
    private ServerPlace place;

    @Override
    public Integer call() throws InterruptedException {
        Console console = place.console(spec);
        TestbedOptions options = place.on(workDirectory)
                .withPorts(0, 0, UpCommand.port("--http-port", httpPort))
                .withApiTls(apiTls.chosen());
        return place.stay(
                ServerProcess.api(
                        options,
                        ServerPlace.server("--bootstrap-server", bootstrapServer),
                        ServerPlace.server("--lwm2m-server", lwm2mServer),
                        redis.chosen(),
                        InstantSource.system(),
                        new SecureRandom()),
                console);
    }
}
