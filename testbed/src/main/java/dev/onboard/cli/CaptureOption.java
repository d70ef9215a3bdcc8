package dev.onboard.cli;

import dev.onboard.dtls.KeyLog;
import dev.onboard.testbed.RunningTestbed;
import dev.onboard.testbed.TestbedOptions;
import dev.onboard.testbed.UsageException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** {@code --capture}: the traffic of the servers in a file that Wireshark opens. */
final class CaptureOption {
    @Option(
            names = "--capture",
            paramLabel = "FILE",
            description =
                    "Write the servers' traffic into this pcapng file, with the secrets that decrypt it: it then holds the"
                            + " private keys that bootstraps deliver. A file that is there is replaced. Default: nothing is"
                            + " written")
    private @Nullable Path file;

    TestbedOptions on(TestbedOptions options) {
        if (file == null) {
            return options;
        }
        if (Files.isDirectory(file)) {
            throw new UsageException("--capture " + file + " is a directory; give the file that is to be written");
        }
        return options.withCapture(file);
    }

    static void say(RunningTestbed running, Console console) {
        running.capture().ifPresent(written -> {
            console.say("capture           " + written);
            warn(console, written.toString());
        });
        warnOfKeyLog(console);
    }

    /** Says it when the environment asks for a key log. */
    static void warnOfKeyLog(Console console) {
        KeyLog.wanted(System.getenv()).ifPresent(file -> warn(console, file + " (" + KeyLog.VARIABLE + ")"));
    }

    private static void warn(Console console, String what) {
        console.note(
                "onboard: WARNING: " + what + " opens the traffic of this testbed, private keys that bootstraps deliver"
                        + " among it. Only its owner may read it (0600); keep it so, and never give it away with keys that matter.");
    }
}
