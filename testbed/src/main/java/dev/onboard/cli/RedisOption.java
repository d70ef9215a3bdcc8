package dev.onboard.cli;

import dev.onboard.testbed.UsageException;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** {@code --redis}: where LwM2M servers share registrations. */
final class RedisOption {
    @Option(
            names = "--redis",
            paramLabel = "URL",
            defaultValue = "${env:ONBOARD_REDIS}",
            description = "Where the LwM2M servers share registrations and observations, and say which of them has a"
                    + " device's session: redis://[USER:PASSWORD@]HOST:PORT[/DATABASE], rediss:// over TLS. Default:"
                    + " $$ONBOARD_REDIS, else they are not shared")
    private @Nullable String url;

    Optional<URI> chosen() {
        if (url == null || url.isEmpty()) {
            return Optional.empty();
        }
        try {
            return Optional.of(new URI(url));
        } catch (URISyntaxException e) {
            // without its text, which may hold a password
            throw new UsageException("--redis is not an address: " + e.getReason() + "; give redis://HOST:PORT", e);
        }
    }
}
