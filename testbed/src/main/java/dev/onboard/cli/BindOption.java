package dev.onboard.cli;

import dev.onboard.testbed.UsageException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import picocli.CommandLine.Option;

/** {@code --bind}: the address of this machine at which ports answer. */
final class BindOption {
    @Option(
            names = "--bind",
            paramLabel = "ADDR",
            defaultValue = "127.0.0.1",
            description = "Default: ${DEFAULT-VALUE}")
    private String bind;

    InetAddress address() {
        try {
            return InetAddress.getByName(bind);
        } catch (UnknownHostException e) {
            throw new UsageException(
                    "--bind '" + bind + "' is not an address of this machine; give one such as 127.0.0.1", e);
        }
    }
}
