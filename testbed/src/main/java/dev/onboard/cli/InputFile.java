package dev.onboard.cli;

import dev.onboard.testbed.UsageException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Files that a command line names. */
final class InputFile {
    private InputFile() {}

    /**
     * All its octets.
     *
     * @param option that named it, for example {@code --image}
     * @throws UsageException when it cannot be read; the message says why
     */
    static byte[] content(String option, Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            String why = Files.isDirectory(file)
                    ? " is a directory; a file is expected"
                    : Files.exists(file) ? " cannot be read: " + e.getMessage() : " does not exist";
            throw new UsageException(option + ": " + file + why, e);
        }
    }
}
