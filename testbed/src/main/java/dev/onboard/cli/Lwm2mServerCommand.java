package dev.onboard.cli;

import dev.onboard.testbed.ServerProcess;
import dev.onboard.testbed.TestbedOptions;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code onboard lwm2m-server}: an LwM2M server as a process of its own, until Ctrl-C. */
@Command(
        name = "lwm2m-server",
        mixinStandardHelpOptions = true,
        description =
                "Start an LwM2M server as a process of its own, which shares its account with others in PostgreSQL;"
                        + " stay up until Ctrl-C.")
final class Lwm2mServerCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private AccountPlace account;

    @Option(names = "--port", defaultValue = "5684", description = "0 picks a free one. Default: ${DEFAULT-VALUE}")
    private int port;

    @Option(
            names = "--http-port",
            defaultValue = "0",
            description =
                    "Of its management port, which carries out requests to the devices that are registered here; on"
                            + " loopback, unless --api-tls or --api-cert is given; 0 picks a free one. Default: ${DEFAULT-VALUE}")
    private int httpPort;

    @Option(
            names = "--bootstrap-server",
            paramLabel = "HOST:PORT",
            defaultValue = "localhost:5784",
            description = "Where devices bootstrap, as the account says it to who asks. Default: ${DEFAULT-VALUE}")
    private String bootstrapServer;

    @Mixin
    private RedisOption redis;

    @Mixin
    private SessionOptions sessions;

    @Mixin
    private AwakeOption awake;

    @Mixin
    private ApiTlsOptions apiTls;

    @Mixin
    private ServerPlace place;

    @Override
    public Integer call() throws InterruptedException {
        Console console = place.console(spec);
        TestbedOptions options = awake.on(sessions.on(place.on(account.work("lwm2m", port)), account.behind()))
                .withPorts(0, UpCommand.port("--port", port), UpCommand.port("--http-port", httpPort))
                .withApiTls(apiTls.chosen());
        return place.stay(
                ServerProcess.lwm2mServer(
                        account.account(),
                        options,
                        account.behind(),
                        ServerPlace.server("--bootstrap-server", bootstrapServer),
                        redis.chosen(),
                        InstantSource.system(),
                        new SecureRandom()),
                console);
    }
}
