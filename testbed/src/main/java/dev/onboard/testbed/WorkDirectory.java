package dev.onboard.testbed;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The directory in which one testbed keeps everything ({@code docs/formats.md}); mode 0700. While a testbed runs in it, it
 * is locked, and a note under {@code ~/.onboard/running/} lets commands find it.
 */
public final class WorkDirectory implements AutoCloseable {
    /** The layout's version; a directory of a newer one is refused. */
    static final int FORMAT = 1;

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final DateTimeFormatter NAME =
            DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss-SSS").withZone(ZoneOffset.UTC);

    private final Path path;
    private final FileChannel lockFile;
    private final Path note;

    private WorkDirectory(Path path, FileChannel lockFile, Path note) {
        this.path = path;
        this.lockFile = lockFile;
        this.note = note;
    }

    /** {@code ~/.onboard}. */
    public static Path home() {
        String home = System.getenv("HOME");
        return Path.of(home == null || home.isEmpty() ? System.getProperty("user.home") : home, ".onboard");
    }

    /** A new directory under {@link #home()}, named after the time. */
    public static Path fresh(Instant now) {
        return home().resolve(NAME.format(now));
    }

    /**
     * Takes a work directory for a testbed; it is made when it does not exist.
     *
     * @throws UsageException when it cannot be had: used by another testbed, of a newer version, not writable, a file
     */
    public static WorkDirectory open(Path directory) {
        Path path = directory.toAbsolutePath().normalize();
        try {
            if (Files.exists(path) && !Files.isDirectory(path)) {
                throw new UsageException(path + " is a file; give a directory with --work-dir");
            }
            privateDirectory(path);
            checkFormat(path);
            FileChannel lockFile =
                    FileChannel.open(path.resolve(".lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            if (!locked(lockFile)) {
                lockFile.close();
                throw new UsageException("another testbed runs in " + path
                        + "; stop it, or give this one a directory of its own with --work-dir");
            }
            Path note = privateDirectory(home().resolve("running"))
                    .resolve(
                            String.valueOf(ProcessHandle.current().pid()) + "-" + Integer.toHexString(path.hashCode()));
            Files.writeString(note, path.toString());
            return new WorkDirectory(path, lockFile, note);
        } catch (IOException e) {
            throw cannotUse(path, e);
        }
    }

    private static UsageException cannotUse(Path path, IOException e) {
        String why = e instanceof FileSystemException f && f.getReason() != null ? f.getReason() : e.toString();
        return new UsageException(
                "the work directory " + path + " cannot be used: " + why
                        + "; choose another with --work-dir or make room and permissions",
                e);
    }

    private static boolean locked(FileChannel file) throws IOException {
        try {
            FileLock lock = file.tryLock();
            return lock != null;
        } catch (OverlappingFileLockException e) {
            return false;
        }
    }

    private static void checkFormat(Path path) throws IOException {
        Path marker = path.resolve("work-directory.json");
        if (!Files.exists(marker)) {
            ObjectNode json = JSON.createObjectNode().put("format", FORMAT);
            write(marker, JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(json));
            return;
        }
        JsonNode json = JSON.readTree(Files.readAllBytes(marker));
        int format = json == null ? 0 : json.path("format").asInt();
        if (format > FORMAT) {
            throw new UsageException("the work directory " + path + " has format " + format
                    + ", written by a newer version of Onboard; this version reads up to " + FORMAT
                    + ". Use the newer version or another directory.");
        }
        if (format < 1) {
            throw new UsageException(marker + " is not the mark of a work directory; give another directory");
        }
    }

    static Path privateDirectory(Path path) throws IOException {
        return Files.createDirectories(
                path, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    }

    /** Replaces a file as a whole: no reader ever sees half of it. */
    static void write(Path file, byte[] content) throws IOException {
        Path next = file.resolveSibling(file.getFileName() + ".new");
        Files.write(next, content);
        Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    /** Where it is. */
    public Path path() {
        return path;
    }

    /** Where the devices' own directories are, {@code DIR/devices}. */
    public Path devices() {
        return path.resolve("devices");
    }

    /** Says to other programs where the testbed answers, {@code DIR/endpoints.json}. */
    void publish(RunningTestbed running) {
        try {
            write(
                    path.resolve("endpoints.json"),
                    JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(running.json(JSON)));
        } catch (IOException e) {
            throw cannotUse(path, e);
        }
    }

    /** The testbed that runs in this directory; empty when none does. */
    public static Optional<RunningTestbed> runningIn(Path directory) {
        Path file = directory.resolve("endpoints.json");
        if (!Files.isRegularFile(file)) {
            return Optional.empty();
        }
        try {
            return Optional.of(RunningTestbed.of(directory, JSON.readTree(Files.readAllBytes(file))))
                    .filter(RunningTestbed::isAlive);
        } catch (IOException | IllegalArgumentException | DateTimeException e) {
            throw new UsageException(file + " cannot be read: " + e.getMessage(), e);
        }
    }

    /** The testbed that was started last and still runs; empty when none does. */
    public static Optional<RunningTestbed> newestRunning() {
        Path notes = home().resolve("running");
        if (!Files.isDirectory(notes)) {
            return Optional.empty();
        }
        try (Stream<Path> files = Files.list(notes)) {
            List<Path> newestFirst = files.sorted(
                            Comparator.comparing(WorkDirectory::written).reversed())
                    .toList();
            for (Path note : newestFirst) {
                Optional<RunningTestbed> running = runningIn(Path.of(Files.readString(note)));
                if (running.isPresent()) {
                    return running;
                }
            }
            return Optional.empty();
        } catch (IOException e) {
            throw new UsageException("the notes of running testbeds in " + notes + " cannot be read: " + e, e);
        }
    }

    private static Instant written(Path file) {
        try {
            return Files.getLastModifiedTime(file).toInstant();
        } catch (IOException e) {
            return Instant.EPOCH; // removed meanwhile: its testbed has ended
        }
    }

    /** Gives the directory free for another testbed. */
    @Override
    public void close() {
        try {
            Files.deleteIfExists(path.resolve("endpoints.json"));
            Files.deleteIfExists(note);
            lockFile.close();
        } catch (IOException e) {
            throw cannotUse(path, e);
        }
    }
}
