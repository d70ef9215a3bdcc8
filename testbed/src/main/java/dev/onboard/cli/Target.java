package dev.onboard.cli;

import dev.onboard.http.ApiKey;
import dev.onboard.http.ManagementClient;
import dev.onboard.pki.CredentialFiles;
import dev.onboard.testbed.RunningTestbed;
import dev.onboard.testbed.UsageException;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The running testbed that a command talks to, over its management port: found by its work directory, or by its address. */
final class Target {
    @Option(names = "--work-dir", paramLabel = "DIR", description = "Default: the newest running testbed's")
    private @Nullable Path workDirectory;

    @Option(names = "--api", paramLabel = "URL", description = "The management port, in place of a work directory")
    private @Nullable String api;

    @Option(
            names = "--api-key",
            paramLabel = "KEY",
            defaultValue = "${env:ONBOARD_API_KEY}",
            description = "Its key. Default: that of the work directory, or $ONBOARD_API_KEY")
    private @Nullable String apiKey;

    @Option(
            names = "--api-ca",
            paramLabel = "FILE",
            description = "The CA to trust for https. Default: the testbed's own, or Java's")
    private @Nullable Path apiCa;

    RunningTestbed testbed() {
        if (api != null) {
            throw new UsageException("this command reads the testbed's work directory; give --work-dir, not --api");
        }
        return Running.testbed(workDirectory);
    }

    ManagementClient client() {
        if (api == null) {
            RunningTestbed running = testbed();
            ApiKey key = apiKey == null ? ApiKey.of(running.apiKey()) : given(apiKey);
            return ManagementClient.of(
                    running.managementUri(),
                    key,
                    authorities(apiCa == null ? running.managementCa() : Optional.of(apiCa)));
        }
        if (apiKey == null) {
            throw new UsageException("--api " + api + " needs its key; give --api-key or set ONBOARD_API_KEY");
        }
        return ManagementClient.of(address("--api", api), given(apiKey), authorities(Optional.ofNullable(apiCa)));
    }

    private static ApiKey given(String text) {
        try {
            return ApiKey.of(text);
        } catch (IllegalArgumentException e) {
            throw new UsageException("--api-key: " + e.getMessage(), e);
        }
    }

    /** The address of a management port, given with this option. */
    static URI address(String option, String text) {
        try {
            URI address = new URI(text);
            if (address.getHost() != null
                    && ("http".equals(address.getScheme()) || "https".equals(address.getScheme()))) {
                return address;
            }
        } catch (URISyntaxException e) {
            throw new UsageException(option + " '" + text + "' is not an address: " + e.getReason(), e);
        }
        throw new UsageException(option + " '" + text + "' is not an address such as https://localhost:8080");
    }

    private static List<X509Certificate> authorities(Optional<Path> ca) {
        if (ca.isEmpty()) {
            return List.of();
        }
        Path file = ca.get();
        if (!Files.isRegularFile(file)) {
            throw new UsageException(file + " is not a file; give the CA certificate of the management port");
        }
        try {
            return CredentialFiles.readCertificates(file);
        } catch (IOException e) {
            throw new UsageException("the CA in " + file + " cannot be used: " + e.getMessage(), e);
        }
    }
}
