package dev.onboard.cli;

import dev.onboard.testbed.TestbedOptions.ApiTls;
import dev.onboard.testbed.UsageException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How a testbed's management port shows itself. */
final class ApiTlsOptions {
    @Option(
            names = "--api-tls",
            description = "HTTPS at the management port, by a CA of the testbed's own: DIR/ca/api-root.cert.pem")
    private boolean tls;

    @Option(
            names = "--api-cert",
            paramLabel = "FILE",
            description = "HTTPS with this certificate and its chain; needs --api-key-file")
    private @Nullable Path certificate;

    @Option(names = "--api-key-file", paramLabel = "FILE", description = "The private key of --api-cert")
    private @Nullable Path key;

    ApiTls chosen() {
        if (certificate == null && key == null) {
            return tls ? new ApiTls.OwnCa() : new ApiTls.Off();
        }
        if (certificate == null || key == null) {
            throw new UsageException("--api-cert and --api-key-file belong together; give both");
        }
        return new ApiTls.Given(certificate, key);
    }
}
