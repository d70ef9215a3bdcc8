package dev.onboard.factory;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.onboard.factory.Disk.Access;
import dev.onboard.factory.FileSet.Content;
import dev.onboard.pki.Credential;
import dev.onboard.pki.CredentialFiles;
import dev.onboard.pki.UnreadableFileException;
import java.io.IOException;
import java.net.URI;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;

/**
 * A device's bundle as files, {@code DIR/EP/factory/}: {@code device.cert.pem} (leaf first, then its chain without the root),
 * {@code device.key.pem} (0600), {@code server-ca.cert.pem}, {@code update-auth.cert.pem}, {@code trust-store.cert.pem} when the
 * device has a trust store, each with a {@code .der} beside it,
 * and {@code bundle.json}. {@code EP} is {@link EndpointName#directory()}.
 *
 * <p>Stateless. Written as a whole or not at all.
 */
public final class BundleFiles {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int FORMAT = 1;
    private static final String TRUST_STORE = "trust-store.cert";

    private BundleFiles() {}

    /**
     * Writes a bundle.
     *
     * @param devices the directory DIR that holds one directory for each device; made when it does not exist
     * @return {@code DIR/EP}
     * @throws FileAlreadyExistsException when the device already has a bundle
     */
    public static Path write(Path devices, DeviceBundle bundle) throws IOException {
        Path device = devices.resolve(bundle.endpoint().directory());
        FileSet files = new FileSet(device.resolve("factory"), Disk.swift());
        if (files.exists()) {
            throw new FileAlreadyExistsException(
                    device + " already holds a device; choose another --out or another name");
        }
        Files.createDirectories(
                device, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        List<Content> contents = new ArrayList<>(PemFiles.device(bundle.credential()));
        contents.addAll(PemFiles.certificates("server-ca.cert", List.of(bundle.serverCa())));
        if (!bundle.trustStore().isEmpty()) {
            contents.addAll(PemFiles.certificates(TRUST_STORE, bundle.trustStore()));
        }
        contents.addAll(PemFiles.certificates("update-auth.cert", List.of(bundle.updateAuthenticity())));
        contents.add(new Content("bundle.json", json(bundle), Access.EVERYONE));
        files.replace(contents);
        return device;
    }

    /**
     * Reads a bundle.
     *
     * @param device {@code DIR/EP}, or {@code DIR/EP/factory} itself
     * @throws UnreadableFileException when a file is missing, unreadable or does not fit the others; the message is one
     *     sentence that names it
     */
    public static DeviceBundle read(Path device) throws IOException {
        Path inside = device.resolve("factory");
        Path directory = Files.isDirectory(inside) ? inside : device;
        if (!Files.isDirectory(directory)) {
            throw new UnreadableFileException(
                    device + " does not exist; give the directory of a device that 'onboard factory make' wrote");
        }
        Path file = directory.resolve("bundle.json");
        if (!Files.isRegularFile(file)) {
            throw new UnreadableFileException(directory
                    + " holds no bundle.json; give the directory of a device that 'onboard factory make' wrote");
        }
        Document fields = Document.read(file);
        fields.expect("format", FORMAT);
        DeviceMode mode = fields.parsed("mode", DeviceMode::of);
        Credential credential = PemFiles.readDevice(directory);
        X509Certificate serverCa = PemFiles.readCertificate(directory.resolve("server-ca.cert.pem"));
        X509Certificate updateAuthenticity = PemFiles.readCertificate(directory.resolve("update-auth.cert.pem"));
        Document says = fields.inner("device");
        return new DeviceBundle(
                fields.parsed("endpoint", EndpointName::of),
                mode,
                credential,
                fields.parsed("server_uri", BundleFiles::serverUri),
                serverCa,
                trustStore(directory),
                updateAuthenticity,
                new DeviceIdentity(
                        says.text("manufacturer"),
                        says.text("model"),
                        says.text("serial_number"),
                        says.text("firmware_version"),
                        says.text("device_type"),
                        says.text("hardware_version")),
                fields.parsed("sends", BundleFiles::sends));
    }

    private static List<X509Certificate> trustStore(Path directory) throws IOException {
        Path file = directory.resolve(TRUST_STORE + ".pem");
        return Files.exists(file) ? CredentialFiles.readCertificates(file) : List.of();
    }

    private static byte[] json(DeviceBundle bundle) throws JsonProcessingException {
        return JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(document(bundle));
    }

    /** The content of {@code bundle.json}. */
    static ObjectNode document(DeviceBundle bundle) {
        ObjectNode document = JSON.createObjectNode();
        document.put("format", FORMAT);
        document.put("endpoint", bundle.endpoint().value());
        document.put("mode", bundle.mode().word());
        document.put("server_uri", bundle.serverUri().toString());
        int sends = bundle.sends().certificates();
        if (sends == Integer.MAX_VALUE) {
            document.put("sends", "all");
        } else if (sends == 1) {
            document.put("sends", "leaf");
        } else {
            document.put("sends", sends);
        }
        DeviceIdentity identity = bundle.identity();
        document.putObject("device")
                .put("manufacturer", identity.manufacturer())
                .put("model", identity.model())
                .put("serial_number", identity.serialNumber())
                .put("firmware_version", identity.firmwareVersion())
                .put("device_type", identity.deviceType())
                .put("hardware_version", identity.hardwareVersion())
                .put("memory_total_kb", 0);
        return document;
    }

    private static URI serverUri(String text) {
        URI uri = URI.create(text);
        if (!"coaps".equals(uri.getScheme()) || uri.getHost() == null) {
            throw new IllegalArgumentException("not of the form coaps://HOST:PORT");
        }
        return uri;
    }

    private static SentChain sends(String text) {
        return switch (text) {
            case "all" -> SentChain.all();
            case "leaf" -> SentChain.leafOnly();
            default -> SentChain.first(Integer.parseInt(text));
        };
    }
}
