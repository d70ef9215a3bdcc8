package dev.onboard.cli;

import dev.onboard.account.Database;
import dev.onboard.testbed.TestbedOptions;
import dev.onboard.testbed.UsageException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** {@code --database}: where the account is stored. */
final class StorageOption {
    @Option(
            names = "--database",
            paramLabel = "URL",
            description =
                    "Where the account is stored: jdbc:postgresql://HOST:PORT/DATABASE. User and password come from"
                            + " PGUSER and PGPASSWORD or ~/.pgpass, or stand in the URL. Several testbeds may share one. Default:"
                            + " in the work directory")
    private @Nullable String url;

    TestbedOptions on(TestbedOptions options) {
        if (url == null) {
            return options;
        }
        if (!url.startsWith("jdbc:postgresql:")) {
            throw new UsageException("--database '" + url.replaceAll("[?].*", "")
                    + "' is not a database that can be used; give jdbc:postgresql://HOST:PORT/DATABASE");
        }
        return options.withDatabase(Database.at(url));
    }
}
