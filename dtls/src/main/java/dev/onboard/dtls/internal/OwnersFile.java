package dev.onboard.dtls.internal;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;

/** Files with what opens traffic: from the first moment on for their owner alone (0600). */
public final class OwnersFile {
    private OwnersFile() {}

    /** Begins one, in the place of a file that is there. */
    public static FileChannel replace(Path file) throws IOException {
        Files.deleteIfExists(file);
        create(file);
        return FileChannel.open(file, StandardOpenOption.WRITE);
    }

    /** Goes on with one, or begins it. */
    public static FileChannel append(Path file) throws IOException {
        if (!Files.exists(file)) {
            create(file);
        }
        return FileChannel.open(file, StandardOpenOption.WRITE, StandardOpenOption.APPEND);
    }

    private static void create(Path file) throws IOException {
        Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    }
}
