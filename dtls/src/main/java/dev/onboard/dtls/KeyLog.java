package dev.onboard.dtls;

import dev.onboard.dtls.internal.OwnersFile;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
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

    /** The file that {@value #VARIABLE} names; empty when it is not set. */
    public static Optional<Path> wanted(Map<String, String> environment) {
        String name = environment.getOrDefault(VARIABLE, "");
        return name.isBlank() ? Optional.empty() : Optional.of(Path.of(name));
    }

    /** The one that is {@linkplain #wanted wanted}. */
    public static Optional<KeyLog> of(Map<String, String> environment) throws IOException {
        Optional<Path> file = wanted(environment);
        return file.isPresent() ? Optional.of(append(file.get())) : Optional.empty();
    }

    /** @throws IOException when the file cannot be written */
    public static KeyLog append(Path file) throws IOException {
        return new KeyLog(file, OwnersFile.append(file));
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
    public void established(InetSocketAddress peer, byte[] clientRandom, byte[] masterSecret) {
        try {
            // appended as a whole: several processes may share the file
            channel.write(ByteBuffer.wrap(line(clientRandom, masterSecret).getBytes(StandardCharsets.US_ASCII)));
        } catch (IOException e) {
            LOG.error("{}: the secret of a handshake with {} could not be written: {}", file, peer, e.toString());
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
