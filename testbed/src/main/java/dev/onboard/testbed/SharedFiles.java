package dev.onboard.testbed;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Files that several processes read, and that the first of them makes. */
final class SharedFiles {
    private SharedFiles() {}

    /** What may read and write files of a directory. */
    @FunctionalInterface
    interface Work<T> {
        T done() throws IOException;
    }

    /** Does this while no other process does anything to the same directory; waits for them. */
    static <T> T alone(Path directory, Work<T> work) throws IOException {
        Path lockFile = WorkDirectory.privateDirectory(directory).resolve(".shared-lock");
        try (FileChannel channel = FileChannel.open(lockFile, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                FileLock lock = channel.lock()) {
            assert lock.isValid();
            return work.done();
        }
    }
}
