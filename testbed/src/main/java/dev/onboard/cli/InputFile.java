package dev.onboard.cli;

import dev.onboard.testbed.UsageException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
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
            return content(file);
        } catch (UsageException e) {
            throw new UsageException(option + ": " + e.getMessage(), e);
        }
    }

    /**
     * All its octets.
     *
     * @throws UsageException when it cannot be read; the message names it and says why
     */
    static byte[] content(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            String why = Files.isDirectory(file)
                    ? " is a directory; a file is expected"
                    : Files.exists(file) ? " cannot be read: " + e.getMessage() : " does not exist";
            throw new UsageException(file + why, e);
        }
    }

    /** What went wrong with files, as a sentence; what the system says of one may be its name alone. */
    static UsageException failure(Exception e) {
        String message = e.getMessage() == null ? e.toString() : e.getMessage();
        if (e instanceof NoSuchFileException) {
            return new UsageException(message + " does not exist", e);
        }
        if (e instanceof AccessDeniedException) {
            return new UsageException(message + " cannot be opened: permission denied", e);
        }
        if (e instanceof NotDirectoryException) {
            return new UsageException(message + " is no directory", e);
        }
        return new UsageException(message, e);
    }
}
