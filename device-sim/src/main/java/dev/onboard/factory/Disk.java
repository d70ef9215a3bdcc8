package dev.onboard.factory;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

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

/** The default file system. */
enum LocalDisk implements Disk {
    DURABLE,
    SWIFT;

    private static final FileAttribute<Set<PosixFilePermission>> DIRECTORY =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));
    private static final FileAttribute<Set<PosixFilePermission>> OWNER =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
    private static final FileAttribute<Set<PosixFilePermission>> EVERYONE =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-r--r--"));

    @Override
    public void makeDirectory(Path directory) throws IOException {
        Files.createDirectory(directory, DIRECTORY);
    }

    @Override
    public void write(Path file, byte[] content, Access access) throws IOException {
        try (FileChannel channel = FileChannel.open(
                file,
                Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                access == Access.OWNER ? OWNER : EVERYONE)) {
            ByteBuffer bytes = ByteBuffer.wrap(content);
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            if (this == DURABLE) {
                channel.force(true);
            }
        }
    }

    @Override
    public void settle(Path directory) throws IOException {
        if (this == DURABLE) {
            try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
                channel.force(true);
            }
        }
    }

    @Override
    public void rename(Path from, Path to) throws IOException {
        Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
    }

    @Override
    public void remove(Path path) throws IOException {
        Files.deleteIfExists(path);
    }
}
