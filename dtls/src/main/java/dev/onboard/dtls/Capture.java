package dev.onboard.dtls;

import dev.onboard.dtls.internal.OwnersFile;
import dev.onboard.dtls.internal.PcapngBlocks;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes the traffic of servers into a pcapng file, the secrets of its handshakes embedded (Decryption Secrets Block), so that Wireshark
 * shows it in the clear. The packets of a handshake are held back until it has ended: a reader needs the secret before
 * the first packet that it opens. Each datagram stands in an IP packet of its own (link type RAW), checksums left out. Made
 * for its owner alone (0600), for it holds the private keys that a bootstrap delivers. Thread-safe.
 */
public final class Capture implements TrafficWatch, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Capture.class);
    /** A handshake that is left alone does not hold more than this. */
    private static final int HELD_AT_MOST = 100;

    private final Path file;
    private final FileChannel channel;
    private final InstantSource clock;
    /** The packets of handshakes that are under way, by the client's address. */
    private final Map<InetSocketAddress, List<ByteBuffer>> held = new HashMap<>();

    private boolean broken;

    private Capture(Path file, FileChannel channel, InstantSource clock) {
        this.file = file;
        this.channel = channel;
        this.clock = clock;
    }

    /**
     * Begins a file, in the place of one that is there.
     *
     * @throws IOException when it cannot be written
     */
    public static Capture open(Path file, InstantSource clock) throws IOException {
        Capture capture = new Capture(file, OwnersFile.replace(file), clock);
        capture.write(PcapngBlocks.begin());
        return capture;
    }

    /** Where it is. */
    public Path file() {
        return file;
    }

    @Override
    public synchronized void datagram(InetSocketAddress from, InetSocketAddress to, ByteBuffer content) {
        Instant now = clock.instant();
        boolean hello = PcapngBlocks.beginsHandshake(content);
        ByteBuffer packet = PcapngBlocks.datagram(now, from, to, content);
        InetSocketAddress client = held.containsKey(to) ? to : from;
        List<ByteBuffer> waiting = hello ? held.computeIfAbsent(from, key -> new ArrayList<>()) : held.get(client);
        if (waiting == null) {
            write(packet);
            return;
        }
        waiting.add(packet);
        if (waiting.size() >= HELD_AT_MOST) {
            release(client);
        }
    }

    @Override
    public synchronized void established(InetSocketAddress peer, byte[] clientRandom, byte[] masterSecret) {
        write(PcapngBlocks.secrets(KeyLog.line(clientRandom, masterSecret).getBytes(StandardCharsets.US_ASCII)));
        release(peer);
    }

    @Override
    public synchronized void failed(InetSocketAddress peer) {
        release(peer);
    }

    private void release(InetSocketAddress client) {
        List<ByteBuffer> packets = held.remove(client);
        if (packets != null) {
            packets.forEach(this::write);
        }
    }

    private void write(ByteBuffer block) {
        if (broken) {
            return;
        }
        try {
            while (block.hasRemaining()) {
                channel.write(block);
            }
        } catch (IOException e) {
            broken = true;
            LOG.error("the capture {} ends here: {}", file, e.toString());
        }
    }

    /** Writes what is held back, then ends the file. */
    @Override
    public synchronized void close() throws IOException {
        held.values().forEach(packets -> packets.forEach(this::write));
        held.clear();
        broken = true;
        channel.close();
    }
}
