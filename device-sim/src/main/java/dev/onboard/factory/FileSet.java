package dev.onboard.factory;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * A directory of a few files that is replaced as a whole: whoever opens it finds all files of one set, never of two, and,
 * with {@link Disk#durable()}, a set that was put into place stays there through a power cut.
 *
 * <p>Beside the directory {@code X} three more names come and go: {@code X.tmp} is being written and never read, {@code
 * X.new} is complete and about to become {@code X}, {@code X.old} was {@code X} and is about to be removed. A set counts from
 * the moment at which it is called {@code X.new}; {@link #recover()} completes what a crash interrupted after it, and throws
 * away what it interrupted before.
 *
 * <p>Not thread-safe: one owner per directory.
 */
public final class FileSet {
    private static final String UNFINISHED = ".tmp";
    private static final String NEXT = ".new";
    private static final String PREVIOUS = ".old";

    private final Path directory;
    private final Disk disk;
    /** Whether what a crash interrupted has been dealt with, and nothing of ours has been interrupted since. */
    private boolean settled;

    /** The set that lives, or will live, in this directory; the parent must exist by the time of {@link #replace}. */
    public FileSet(Path directory, Disk disk) {
        this.directory = directory;
        this.disk = disk;
    }

    /** One file of a set. */
    public record Content(String name, byte[] bytes, Disk.Access access) {}

    /** Where the set lives. */
    public Path directory() {
        return directory;
    }

    /** Is there a set? Call {@link #recover()} first. */
    public boolean exists() {
        return Files.isDirectory(directory);
    }

    /**
     * Puts a new set in the place of the present one. When it throws, {@link #recover()} (now or after a restart) brings
     * back a whole set, the old one unless the new one had already been complete.
     */
    public void replace(List<Content> files) throws IOException {
        recover();
        settled = false;
        Path parent = directory.toAbsolutePath().getParent();
        Path unfinished = unfinished();
        disk.makeDirectory(unfinished);
        for (Content file : files) {
            disk.write(unfinished.resolve(file.name()), file.bytes(), file.access());
        }
        disk.settle(unfinished);
        disk.rename(unfinished, next());
        if (parent != null) {
            disk.settle(parent);
        }
        putNextIntoPlace();
        settled = true;
    }

    /** Removes the set; when this returns it stays removed. */
    public void delete() throws IOException {
        recover();
        if (exists()) {
            settled = false;
            disk.rename(directory, previous());
            Path parent = directory.toAbsolutePath().getParent();
            if (parent != null) {
                disk.settle(parent);
            }
            removeAll(previous());
            settled = true;
        }
    }

    /** Completes or undoes what a crash interrupted. Costs a few look-ups the first time, and nothing from then on. */
    public void recover() throws IOException {
        if (settled) {
            return;
        }
        if (Files.exists(unfinished())) {
            removeAll(unfinished());
        }
        if (Files.exists(next())) {
            putNextIntoPlace();
        } else if (Files.exists(previous())) {
            removeAll(previous());
        }
        settled = true;
    }

    /** {@link #recover()} of sets that live beside each other: one look at where they do, when nothing was interrupted. */
    public static void recover(FileSet... sets) throws IOException {
        if (Stream.of(sets).allMatch(set -> set.settled)) {
            return;
        }
        Path parent = sets[0].directory.toAbsolutePath().getParent();
        Set<String> present = new HashSet<>();
        if (parent != null && Files.isDirectory(parent)) {
            try (DirectoryStream<Path> files = Files.newDirectoryStream(parent)) {
                files.forEach(file -> present.add(file.getFileName().toString()));
            }
        }
        for (FileSet set : sets) {
            String name = set.directory.getFileName().toString();
            if (present.contains(name + UNFINISHED)
                    || present.contains(name + NEXT)
                    || present.contains(name + PREVIOUS)) {
                set.recover();
            }
            set.settled = true;
        }
    }

    private void putNextIntoPlace() throws IOException {
        if (Files.exists(directory)) {
            if (Files.exists(previous())) {
                removeAll(previous());
            }
            disk.rename(directory, previous());
        }
        disk.rename(next(), directory);
        Path parent = directory.toAbsolutePath().getParent();
        if (parent != null) {
            disk.settle(parent);
        }
        if (Files.exists(previous())) {
            removeAll(previous());
        }
    }

    private void removeAll(Path victim) throws IOException {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(victim)) {
            for (Path file : files) {
                disk.remove(file);
            }
        }
        disk.remove(victim);
    }

    private Path unfinished() {
        return beside(UNFINISHED);
    }

    private Path next() {
        return beside(NEXT);
    }

    private Path previous() {
        return beside(PREVIOUS);
    }

    /** Made when it is asked for: a fleet has six sets for each device, and seldom touches one. */
    private Path beside(String ending) {
        return directory.resolveSibling(directory.getFileName() + ending);
    }
}
