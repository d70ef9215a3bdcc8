package dev.onboard.dtls;

import dev.onboard.dtls.internal.OwnersFile;
import dev.onboard.dtls.internal.PcapngBlocks;
import dev.onboard.dtls.internal.PcapngBlocks.Packet;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiPredicate;
import java.util.function.Consumer;

/** Cuts the handshakes of some clients, and what followed them, out of a {@link Capture}. */
public final class CaptureCut {
    private static final int LARGEST_BLOCK = 1 << 20;

    private CaptureCut() {}

    /**
     * Writes a capture (0600) with these handshakes, all packets of their clients until the next handshake, and the secrets
     * that open them, and no others. The capture may still be written meanwhile.
     *
     * @param wanted whether a handshake that this client began at this time is one of them
     * @return how many packets were written; with none there is no file
     * @throws IOException when one of the files cannot be used, or the first is no capture of Onboard's
     */
    public static int cut(Path capture, Path to, BiPredicate<InetSocketAddress, Instant> wanted) throws IOException {
        List<ByteBuffer> packets = new ArrayList<>();
        List<ByteBuffer> secrets = new ArrayList<>();
        Set<String> randoms = new HashSet<>();
        Map<InetSocketAddress, Boolean> clients = new HashMap<>();
        read(capture, block -> {
            if (block.getInt(0) == PcapngBlocks.SECRETS) {
                secrets.add(block);
            }
            PcapngBlocks.packet(block).ifPresent(packet -> {
                Optional<byte[]> random = packet.clientRandom();
                random.ifPresent(begun -> clients.put(packet.from(), wanted.test(packet.from(), packet.at())));
                if (isWanted(packet, clients)) {
                    packets.add(block);
                    random.map(HexFormat.of()::formatHex).ifPresent(randoms::add);
                }
            });
        });
        if (packets.isEmpty()) {
            return 0;
        }
        try (FileChannel out = OwnersFile.replace(to)) {
            out.write(PcapngBlocks.begin());
            for (ByteBuffer secret : secrets) {
                if (randoms.contains(PcapngBlocks.randomOf(secret))) {
                    out.write(secret);
                }
            }
            for (ByteBuffer packet : packets) {
                out.write(packet);
            }
        }
        return packets.size();
    }

    private static boolean isWanted(Packet packet, Map<InetSocketAddress, Boolean> clients) {
        return clients.getOrDefault(packet.from(), false) || clients.getOrDefault(packet.to(), false);
    }

    private static void read(Path capture, Consumer<ByteBuffer> each) throws IOException {
        try (DataInputStream in = new DataInputStream(new BufferedInputStream(Files.newInputStream(capture)))) {
            if (in.available() < PcapngBlocks.HEADER) {
                throw new IOException(capture + " is empty");
            }
            while (true) {
                int type = in.readInt();
                int length = in.readInt();
                if (length < 12 || length > LARGEST_BLOCK || length % 4 != 0) {
                    throw new IOException(
                            capture + " is not a capture that Onboard wrote: a block of " + length + " octets");
                }
                byte[] rest = new byte[length - PcapngBlocks.HEADER];
                in.readFully(rest);
                try {
                    each.accept(ByteBuffer.allocate(length)
                            .putInt(type)
                            .putInt(length)
                            .put(rest)
                            .flip());
                } catch (IndexOutOfBoundsException | BufferUnderflowException | IllegalArgumentException e) {
                    throw new IOException(
                            capture + " is not a capture that Onboard wrote: a block of type " + type
                                    + " does not hold what its lengths claim",
                            e);
                }
            }
        } catch (EOFException e) {
            return; // its end, or a block that is being written
        }
    }
}
