package dev.onboard.cli;

import dev.onboard.dtls.DatagramRouter;
import dev.onboard.testbed.UsageException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code onboard router}: one address in front of several servers, until Ctrl-C. */
@Command(
        name = "router",
        mixinStandardHelpOptions = true,
        description =
                "Put one UDP address in front of several bootstrap servers, or of several LwM2M servers; stay up until"
                        + " Ctrl-C. Datagrams go to the server that has the session: by the DTLS connection id, else by the"
                        + " device's address. A server that does not answer is left out.")
final class RouterCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private BindOption bind;

    @Option(names = "--port", required = true, description = "Where devices come to; 0 picks a free one.")
    private int port;

    @Option(
            names = "--to",
            paramLabel = "HOST:PORT",
            required = true,
            arity = "1..*",
            description = "The servers. Several routers with the same servers choose the same for a device.")
    private List<String> servers;

    @Override
    public Integer call() throws InterruptedException {
        Console console = Console.of(spec, false);
        InetSocketAddress listen = new InetSocketAddress(bind.address(), UpCommand.port("--port", port));
        DatagramRouter router;
        try {
            router = DatagramRouter.start(
                    listen, servers.stream().map(RouterCommand::server).toList());
        } catch (IOException e) {
            throw new UsageException(String.valueOf(e.getMessage()), e);
        }
        CountDownLatch stopped = UpCommand.stopAtInterrupt(router);
        console.say("router            " + router.address().getAddress().getHostAddress() + ":"
                + router.address().getPort());
        console.say("Ready. Ctrl-C stops it.");
        stopped.await();
        return 0;
    }

    private static InetSocketAddress server(String text) {
        HostAndPort place;
        try {
            place = HostAndPort.parse(text);
        } catch (UsageException e) {
            throw new UsageException("--to: " + e.getMessage(), e);
        }
        InetSocketAddress address = new InetSocketAddress(place.host(), place.port());
        if (address.isUnresolved()) {
            throw new UsageException("--to: no address is known of '" + place.host() + "'");
        }
        return address;
    }
}
