package dev.onboard.cli;

import dev.onboard.testbed.UsageException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The devices that a command is given: one by one, or all of a directory; in an order that does not depend on who asks. */
final class GivenBundles {
    @Option(
            names = "--bundle",
            paramLabel = "DIR/EP",
            arity = "1..*",
            description = "Directories of devices, as 'factory make' wrote them")
    private @Nullable List<Path> bundles;

    @Option(
            names = "--bundles",
            paramLabel = "DIR",
            description = "Every device in this directory, as 'factory make --out DIR' wrote them")
    private @Nullable Path directory;

    List<Path> all() {
        if (bundles != null) {
            return bundles.stream().sorted(Comparator.comparing(Path::toString)).toList();
        }
        Path given = java.util.Objects.requireNonNull(directory);
        try (Stream<Path> inside = Files.list(given)) {
            List<Path> found = inside.filter(device -> Files.isRegularFile(device.resolve("factory/bundle.json")))
                    .sorted(Comparator.comparing(Path::toString))
                    .toList();
            if (found.isEmpty()) {
                throw new UsageException("--bundles " + given
                        + " has no device in it; give the directory that 'onboard factory make --out' wrote to");
            }
            return found;
        } catch (IOException | UncheckedIOException e) {
            throw new UsageException("--bundles " + given + " cannot be read: " + e, e);
        }
    }
}
