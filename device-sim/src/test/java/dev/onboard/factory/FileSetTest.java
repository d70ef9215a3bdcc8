package dev.onboard.factory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.onboard.factory.Disk.Access;
import dev.onboard.factory.FileSet.Content;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileSetTest {
    @TempDir
    Path parent;

    private static List<Content> files(String mark) {
        return List.of(
                new Content("one", (mark + "-one").getBytes(StandardCharsets.UTF_8), Access.EVERYONE),
                new Content("two", (mark + "-two").getBytes(StandardCharsets.UTF_8), Access.OWNER));
    }

    private FileSet set(Disk disk) {
        return new FileSet(parent.resolve("set"), disk);
    }

    private static void replaceUntilCut(FileSet set) throws IOException {
        try {
            set.replace(files("new"));
        } catch (CutDisk.PowerCut expected) {
            assertThat(expected).hasMessageContaining("power cut");
        }
    }

    /** What lies there after the restart that follows a crash. */
    private TreeMap<String, String> afterRestart() throws IOException {
        FileSet set = set(Disk.durable());
        set.recover();
        TreeMap<String, String> content = new TreeMap<>();
        if (set.exists()) {
            try (Stream<Path> files = Files.list(set.directory())) {
                for (Path file : files.toList()) {
                    content.put(file.getFileName().toString(), Files.readString(file));
                }
            }
        }
        try (Stream<Path> rest = Files.list(parent)) {
            assertThat(rest.filter(path -> !path.endsWith("set")))
                    .as("left over")
                    .isEmpty();
        }
        return content;
    }

    private static TreeMap<String, String> contentOf(String mark) {
        TreeMap<String, String> content = new TreeMap<>();
        content.put("one", mark + "-one");
        content.put("two", mark + "-two");
        return content;
    }

    @Test
    void replacesAllFiles() throws IOException {
        set(Disk.durable()).replace(files("first"));
        assertThat(afterRestart()).isEqualTo(contentOf("first"));
        set(Disk.swift()).replace(files("second"));
        assertThat(afterRestart()).isEqualTo(contentOf("second"));
    }

    @Test
    void keepsSecretsToTheOwner() throws IOException {
        set(Disk.durable()).replace(files("x"));
        assertThat(Files.getPosixFilePermissions(parent.resolve("set/two"))).hasSize(2);
        assertThat(Files.getPosixFilePermissions(parent.resolve("set"))).hasSize(3);
    }

    @Test
    void aPowerCutAtAnyPointOfTheFirstWriteLeavesAllOrNothing() throws IOException {
        boolean finished = false;
        boolean appeared = false;
        for (int cut = 0; !finished; cut++) {
            CutDisk disk = new CutDisk(cut);
            try {
                set(disk).replace(files("first"));
                finished = true;
            } catch (CutDisk.PowerCut expected) {
                assertThat(cut).isLessThan(100);
            }
            TreeMap<String, String> found = afterRestart();
            assertThat(found).isIn(new TreeMap<>(), contentOf("first"));
            assertThat(appeared && found.isEmpty())
                    .as("what was complete at cut %d is complete later", cut)
                    .isFalse();
            appeared |= !found.isEmpty();
            set(Disk.durable()).delete();
        }
        assertThat(appeared).isTrue();
    }

    @Test
    void aPowerCutAtAnyPointOfAReplacementLeavesOldOrNew() throws IOException {
        boolean finished = false;
        for (int cut = 0; !finished; cut++) {
            set(Disk.durable()).replace(files("old"));
            CutDisk disk = new CutDisk(cut);
            try {
                set(disk).replace(files("new"));
                finished = true;
            } catch (CutDisk.PowerCut expected) {
                assertThat(cut).isLessThan(100);
            }
            assertThat(afterRestart()).isIn(contentOf("old"), contentOf("new"));
        }
        assertThat(afterRestart()).isEqualTo(contentOf("new"));
    }

    @Test
    void aPowerCutDuringTheRecoveryFromAPowerCutLeavesOldOrNew() throws IOException {
        for (int first = 0; first < 20; first++) {
            for (int second = 0; second < 12; second++) {
                set(Disk.durable()).replace(files("old"));
                replaceUntilCut(set(new CutDisk(first)));
                try {
                    set(new CutDisk(second)).recover();
                } catch (CutDisk.PowerCut expected) {
                    assertThat(expected).hasMessageContaining("power cut");
                }
                assertThat(afterRestart()).isIn(contentOf("old"), contentOf("new"));
            }
        }
    }

    @Test
    void setsBesideEachOtherAreRecoveredTogetherWhereverOneWasInterrupted() throws IOException {
        for (int cut = 0; cut < 12; cut++) {
            set(Disk.durable()).replace(files("old"));
            replaceUntilCut(set(new CutDisk(cut)));
            FileSet other = new FileSet(parent.resolve("other"), Disk.durable());
            FileSet.recover(other, set(Disk.durable()));
            try (Stream<Path> left = Files.list(parent)) {
                assertThat(left).as("cut %d", cut).containsExactly(parent.resolve("set"));
            }
            assertThat(other.exists()).isFalse();
            assertThat(afterRestart()).isIn(contentOf("old"), contentOf("new"));
        }
    }

    @Test
    void anInterruptedReplacementIsRecoveredByTheSameOwner() throws IOException {
        for (int cut = 0; cut < 12; cut++) {
            CutDisk disk = new CutDisk(Integer.MAX_VALUE);
            FileSet set = set(disk);
            set.replace(files("old"));
            disk.cutAfter(cut);
            replaceUntilCut(set);
            disk.cutAfter(Integer.MAX_VALUE);
            set.replace(files("newest"));
            assertThat(afterRestart()).as("cut %d", cut).isEqualTo(contentOf("newest"));
        }
    }

    @Test
    void aPowerCutDuringDeletionLeavesAllOrNothing() throws IOException {
        boolean finished = false;
        for (int cut = 0; !finished; cut++) {
            set(Disk.durable()).replace(files("old"));
            try {
                set(new CutDisk(cut)).delete();
                finished = true;
            } catch (CutDisk.PowerCut expected) {
                assertThat(cut).isLessThan(100);
            }
            assertThat(afterRestart()).isIn(contentOf("old"), new TreeMap<>());
        }
        assertThat(afterRestart()).isEmpty();
    }

    @Test
    void aFullDiskLeavesTheOldSet() throws IOException {
        set(Disk.durable()).replace(files("old"));
        Disk full = new CutDisk(Integer.MAX_VALUE) {
            @Override
            public void write(Path file, byte[] content, Access access) throws IOException {
                throw new IOException("No space left on device");
            }
        };
        assertThatThrownBy(() -> set(full).replace(files("new")))
                .isInstanceOf(IOException.class)
                .hasMessage("No space left on device");
        assertThat(afterRestart()).isEqualTo(contentOf("old"));
    }
}
