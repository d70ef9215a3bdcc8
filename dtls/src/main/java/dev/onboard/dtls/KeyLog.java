package dev.onboard.dtls;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Appends the secrets of handshakes to a file that Wireshark and others read: lines of {@code CLIENT_RANDOM}, the client's
 * random and the master secret, in hexadecimal (the NSS key log format). Made for its owner alone (0600). Thread-safe.
 */
public final class KeyLog implements TrafficWatch, AutoCloseable {
    /** The environment variable that names the file, as browsers and OpenSSL's tools know it. */
    public static final String VARIABLE = "SSLKEYLOGFILE";

    private static final Logger LOG = LoggerFactory.getLogger(KeyLog.class);

    private final Path file;
    private final FileChannel channel;

    private KeyLog(Path file, FileChannel channel) {
        this.file = file;
        this.channel = channel;
    }

    /** The one that {@value #VARIABLE} asks for; empty when it is not set. */
    public static Optional<KeyLog> of(Map<String, String> environment) throws IOException {
        String name = environment.getOrDefault(VARIABLE, "");
        return name.isBlank() ? Optional.empty() : Optional.of(append(Path.of(name)));
    }

    /** @throws IOException when the file cannot be written */
    public static KeyLog append(Path file) throws IOException {
        if (!Files.exists(file)) {
            Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        }
        return new KeyLog(file, FileChannel.open(file, StandardOpenOption.WRITE, StandardOpenOption.APPEND));
    }

    static String line(byte[] clientRandom, byte[] masterSecret) {
        HexFormat hex = HexFormat.of();
        return "CLIENT_RANDOM " + hex.formatHex(clientRandom) + " " + hex.formatHex(masterSecret) + "\n";
    }

    /** Where it is. */
    public Path file() {
        return file;
    }

    @Override
    public void datagram(InetSocketAddress from, InetSocketAddress to, ByteBuffer content) {
        // secrets alone
    }

    @Override
    public void established(InetSocketAddress peer, byte[] clientRandom, byte[] masterSecret) {
        try {
            // appended as a whole: several processes may share the file
            channel.write(ByteBuffer.wrap(line(clientRandom, masterSecret).getBytes(StandardCharsets.US_ASCII)));
        } catch (IOException e) {
            LOG.error("{}: the secret of a handshake with {} could not be written: {}", file, peer, e.toString());
        }
    }

    @Override
    public void failed(InetSocketAddress peer) {
        // there is no secret
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
