package dev.onboard.cli;

import dev.onboard.testbed.RunningTestbed;
import dev.onboard.testbed.UsageException;
import dev.onboard.testbed.WorkDirectory;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Finds the testbed that a command is for. */
final class Running {
    private Running() {}

    /** The one in this directory; without a directory, the newest that runs. */
    static RunningTestbed testbed(@Nullable Path workDirectory) {
        if (workDirectory != null) {
            return WorkDirectory.runningIn(workDirectory.toAbsolutePath().normalize())
                    .orElseThrow(() -> new UsageException("no testbed runs in " + workDirectory
                            + "; start one with 'onboard up --work-dir " + workDirectory + "'"));
        }
        return newest("name its directory with --work-dir");
    }

    /**
     * The newest that runs, for what of its work directory a command takes by default.
     *
     * @param instead what to do without a testbed, for example {@code give another directory with --out}
     */
    static Path directory(String instead) {
        return newest(instead).workDirectory();
    }

    private static RunningTestbed newest(String instead) {
        return WorkDirectory.newestRunning()
                .orElseThrow(() -> new UsageException("no testbed runs; start one with 'onboard up', or " + instead));
    }
}
