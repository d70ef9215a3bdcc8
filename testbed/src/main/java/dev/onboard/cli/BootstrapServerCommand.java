package dev.onboard.cli;

import dev.onboard.testbed.ServerProcess;
import dev.onboard.testbed.TestbedOptions;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code onboard bootstrap-server}: a bootstrap server as a process of its own, until Ctrl-C. */
@Command(
        name = "bootstrap-server",
        mixinStandardHelpOptions = true,
        description =
                "Start a bootstrap server as a process of its own, which shares its account with others in PostgreSQL;"
                        + " stay up until Ctrl-C.")
final class BootstrapServerCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private AccountPlace account;

    @Option(names = "--port", defaultValue = "5784", description = "0 picks a free one. Default: ${DEFAULT-VALUE}")
    private int port;

    @Option(
            names = "--http-port",
            defaultValue = "0",
            description =
                    "Of its management port, on loopback unless --api-tls or --api-cert is given; 0 picks a free one. Default: ${DEFAULT-VALUE}")
    private int httpPort;

    @Option(
            names = "--lwm2m-server",
            paramLabel = "HOST:PORT",
            required = true,
            arity = "1..*",
            description =
                    "Where the LwM2M servers are. Each device is told of one of them, chosen by its endpoint name;"
                            + " give every bootstrap server the same.")
    private List<String> lwm2mServers;

    @Mixin
    private DeliveryMixin delivery;

    @Mixin
    private SessionOptions sessions;

    @Mixin
    private ApiTlsOptions apiTls;

    @Mixin
    private ServerPlace place;

    @Override
    public Integer call() throws InterruptedException {
        Console console = place.console(spec);
        TestbedOptions options = sessions.on(place.on(account.work("bootstrap", port)), account.behind())
                .withPorts(UpCommand.port("--port", port), 0, UpCommand.port("--http-port", httpPort))
                .withDelivery(delivery.chosen())
                .withApiTls(apiTls.chosen());
        return place.stay(
                ServerProcess.bootstrapServer(
                        account.account(),
                        options,
                        account.behind(),
                        lwm2mServers.stream()
                                .map(text -> ServerPlace.server("--lwm2m-server", text))
                                .toList(),
                        InstantSource.system(),
                        new SecureRandom()),
                console);
    }
}
