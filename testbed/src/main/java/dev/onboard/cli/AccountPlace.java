package dev.onboard.cli;

import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where a server that runs as a process of its own finds its account, and where it keeps its own things. */
final class AccountPlace {
    @Option(
            names = "--account-dir",
            paramLabel = "DIR",
            required = true,
            description = "The directory that all processes of a testbed share: the CAs and the API key. The first that"
                    + " starts makes them. It is the work directory of 'onboard api'.")
    private Path accountDirectory;

    @Option(
            names = "--work-dir",
            paramLabel = "DIR",
            description = "For the journal. Default: a directory of this server's port under servers/ in the account's")
    private @Nullable Path workDirectory;

    @Option(
            names = "--behind",
            paramLabel = "NAME",
            description =
                    "The name at which devices reach this server when it is not --host: that of the router in front"
                            + " of it. Its certificate has both.")
    private @Nullable String behind;

    Optional<String> behind() {
        return Optional.ofNullable(behind);
    }

    Path account() {
        return accountDirectory;
    }

    /** Under the account's directory, named after the server's kind and its port, unless told otherwise. */
    Path work(String kind, int port) {
        return workDirectory == null ? accountDirectory.resolve("servers").resolve(kind + "-" + port) : workDirectory;
    }
}
