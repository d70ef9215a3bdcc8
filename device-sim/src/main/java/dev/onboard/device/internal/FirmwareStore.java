package dev.onboard.device.internal;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.onboard.device.internal.FirmwareState.Phase;
import dev.onboard.device.internal.FirmwareState.Route;
import dev.onboard.device.internal.FirmwareState.UpdateResult;
import dev.onboard.factory.Disk;
import dev.onboard.factory.Disk.Access;
import dev.onboard.factory.Document;
import dev.onboard.factory.FileSet;
import dev.onboard.factory.FileSet.Content;
import dev.onboard.factory.PemFiles;
import dev.onboard.pki.CredentialFiles;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Where a device keeps its firmware: {@code EP/update/} with {@code state.json} and the update authenticity certificates that
 * took over, {@code EP/running/} with the image that runs, {@code EP/manifest/} with a manifest of the platform's that is being
 * dealt with, {@code EP/package/} with a package that is downloaded, and {@code EP/download/} with the pieces of one that is not
 * yet. Thread-safe; does blocking work. One per directory.
 */
public final class FirmwareStore {
    /** How much of a download is kept at a time. */
    static final int PIECE = 64 * 1024;

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int FORMAT = 1;
    private static final String CERTIFICATES = "update-auth.cert";
    private static final String PACKAGE = "package.bin";
    private static final String MANIFEST = "manifest.bin";
    private static final String IMAGE = "image.bin";

    private final Path device;
    private final Disk disk;
    private final FileSet state;
    /** The package that is downloaded. */
    private final FileSet image;
    /** The manifest for which something is downloaded. */
    private final FileSet manifest;
    /** The image that runs. */
    private final FileSet running;

    /** The store of the device that lives in this directory, {@code DIR/EP}. */
    public FirmwareStore(Path device, Disk disk) {
        this.device = device;
        this.disk = disk;
        this.state = new FileSet(device.resolve("update"), disk);
        this.image = new FileSet(device.resolve("package"), disk);
        this.manifest = new FileSet(device.resolve("manifest"), disk);
        this.running = new FileSet(device.resolve("running"), disk);
    }

    /** What was kept; completes or undoes first what a loss of power interrupted. */
    synchronized Optional<FirmwareState> load() throws IOException {
        FileSet.recover(state, image, manifest, running);
        if (!state.exists()) {
            return Optional.empty();
        }
        Document document = Document.read(state.directory().resolve("state.json"));
        document.expect("format", FORMAT);
        Path certificates = state.directory().resolve(CERTIFICATES + ".pem");
        return Optional.of(new FirmwareState(
                document.parsed("state", text -> Phase.valueOf(text.toUpperCase(Locale.ROOT))),
                document.parsed("result", text -> UpdateResult.valueOf(text.toUpperCase(Locale.ROOT))),
                document.optional("route").isEmpty()
                        ? Route.PACKAGE
                        : document.parsed("route", text -> Route.valueOf(text.toUpperCase(Locale.ROOT))),
                document.text("package_uri"),
                document.text("package_version"),
                document.text("version"),
                document.parsed("sequence", Long::valueOf),
                document.optional("image").orElse(""),
                document.optional("manifest_result").isEmpty()
                        ? PlatformResult.NONE
                        : document.parsed("manifest_result", Integer::valueOf),
                Files.exists(certificates) ? CredentialFiles.readCertificates(certificates) : List.of()));
    }

    /** Keeps this from now on, whole. */
    synchronized void save(FirmwareState now) throws IOException {
        ObjectNode document = JSON.createObjectNode()
                .put("format", FORMAT)
                .put("state", now.phase().name().toLowerCase(Locale.ROOT))
                .put("result", now.result().name().toLowerCase(Locale.ROOT))
                .put("route", now.route().name().toLowerCase(Locale.ROOT))
                .put("package_uri", now.uri())
                .put("package_version", now.packageVersion())
                .put("version", now.version())
                .put("sequence", now.sequence())
                .put("image", now.image())
                .put("manifest_result", now.platformResult());
        List<Content> files = new ArrayList<>();
        if (!now.successors().isEmpty()) {
            files.addAll(PemFiles.certificates(CERTIFICATES, now.successors()));
        }
        files.add(new Content(
                "state.json", JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(document), Access.EVERYONE));
        state.replace(files);
    }

    /** The lists of revoked signers that somebody put beside the factory's certificate, {@code EP/factory/update-auth.crl}. */
    List<byte[]> revocationLists() throws IOException {
        Path list = device.resolve("factory").resolve("update-auth.crl");
        return Files.exists(list) ? List.of(Files.readAllBytes(list)) : List.of();
    }

    synchronized void savePackage(byte[] octets) throws IOException {
        image.replace(List.of(new Content(PACKAGE, octets, Access.EVERYONE)));
    }

    synchronized byte[] readPackage() throws IOException {
        return Files.readAllBytes(image.directory().resolve(PACKAGE));
    }

    synchronized void saveManifest(byte[] octets) throws IOException {
        manifest.replace(List.of(new Content(MANIFEST, octets, Access.EVERYONE)));
    }

    synchronized byte[] readManifest() throws IOException {
        return Files.readAllBytes(manifest.directory().resolve(MANIFEST));
    }

    /** Keeps the image that runs from now on: patches are made for it. */
    synchronized void saveRunning(byte[] octets) throws IOException {
        running.replace(List.of(new Content(IMAGE, octets, Access.EVERYONE)));
    }

    /** The image that runs; empty for the one from the factory. */
    synchronized Optional<byte[]> readRunning() throws IOException {
        return running.exists()
                ? Optional.of(Files.readAllBytes(running.directory().resolve(IMAGE)))
                : Optional.empty();
    }

    /** Forgets the package, the manifest and what was downloaded of another. */
    synchronized void clear() throws IOException {
        image.delete();
        manifest.delete();
        clearDownload();
    }

    private Path download() {
        return device.resolve("download");
    }

    synchronized void clearDownload() throws IOException {
        if (Files.isDirectory(download())) {
            for (Path file : downloaded()) {
                disk.remove(file);
            }
            disk.remove(download());
        }
    }

    private List<Path> downloaded() throws IOException {
        List<Path> files = new ArrayList<>();
        try (DirectoryStream<Path> all = Files.newDirectoryStream(download())) {
            all.forEach(files::add);
        }
        files.sort(null);
        return files;
    }

    /**
     * How many pieces of the download under this tag are here; what belongs to another is forgotten, and so is a piece that a
     * loss of power cut short, with all that follow.
     */
    synchronized int resume(String tag) throws IOException {
        if (!Files.isDirectory(download())) {
            disk.makeDirectory(download());
        }
        int whole = 0;
        for (Path file : downloaded()) {
            String expected = name(tag, whole);
            if (file.getFileName().toString().equals(expected) && Files.size(file) == PIECE) {
                whole++;
            } else {
                disk.remove(file);
            }
        }
        return whole;
    }

    synchronized void addPiece(String tag, int number, byte[] octets) throws IOException {
        disk.write(download().resolve(name(tag, number)), octets, Access.EVERYONE);
    }

    synchronized byte[] piece(String tag, int number) throws IOException {
        return Files.readAllBytes(download().resolve(name(tag, number)));
    }

    private static String name(String tag, int number) {
        return String.format("%06d-%s.part", number, tag);
    }
}
