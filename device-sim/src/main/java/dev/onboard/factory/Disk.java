package dev.onboard.factory;

import java.io.IOException;
import java.nio.file.Path;

/**
 * The file operations of a {@link FileSet}, one by one, so that a power cut can be put between any two of them.
 * Implementations are thread-safe.
 */
public interface Disk {
    /** Makes a directory (0700) that does not exist. */
    void makeDirectory(Path directory) throws IOException;

    /** Makes a file that does not exist, with these permissions from its first moment on. */
    void write(Path file, byte[] content, Access access) throws IOException;

    /** Makes what was done to the entries of this directory last. */
    void settle(Path directory) throws IOException;

    /** Gives a directory another name, which no other has, in one step. */
    void rename(Path from, Path to) throws IOException;

    /** Removes a file or an empty directory, if it exists. */
    void remove(Path path) throws IOException;

    /** Who may read a file. */
    enum Access {
        /** 0600, for keys. */
        OWNER,
        /** 0644, for what is no secret. */
        EVERYONE
    }

    /** What a completed call did survives a power cut: files and directories are forced to the medium. */
    static Disk durable() {
        return LocalDisk.DURABLE;
    }

    /** What a completed call did survives the end of the process, but not of the operating system. Much faster. */
    static Disk swift() {
        return LocalDisk.SWIFT;
    }
}
