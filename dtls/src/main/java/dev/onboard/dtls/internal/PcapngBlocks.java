package dev.onboard.dtls.internal;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;

/**
 * The blocks of a pcapng file that Onboard writes (draft-ietf-opsawg-pcapng sections 4.1 to 4.7), in the byte order of
 * networks. Each buffer that is given is ready to be read.
 */
public final class PcapngBlocks {
    /** The type of a Section Header Block. */
    public static final int SECTION_HEADER = 0x0A0D0D0A;

    /** The type of an Interface Description Block. */
    public static final int INTERFACE = 1;

    /** The type of an Enhanced Packet Block. */
    public static final int PACKET = 6;

    /** The type of a Decryption Secrets Block. */
    public static final int SECRETS = 10;

    /** Octets before the body: type and length. */
    public static final int HEADER = 8;

    private static final int BYTE_ORDER_MAGIC = 0x1A2B3C4D;
    private static final short LINKTYPE_RAW = 101;
    private static final int TLS_KEY_LOG = 0x544C534B;
    private static final int UDP_HEADER = 8;
    private static final int IPV4_HEADER = 20;
    private static final int IPV6_HEADER = 40;
    private static final byte UDP = 17;
    private static final byte HOPS = 64;
    private static final int HANDSHAKE = 22;
    private static final int CLIENT_HELLO = 1;

    private PcapngBlocks() {}

    /** What a file begins with: its section, and one interface whose packets begin with their IP headers. */
    public static ByteBuffer begin() {
        ByteBuffer section = ByteBuffer.allocate(16)
                .putInt(BYTE_ORDER_MAGIC)
                .putShort((short) 1) // version 1.0
                .putShort((short) 0)
                .putLong(-1) // of unknown length
                .flip();
        ByteBuffer description = ByteBuffer.allocate(8)
                .putShort(LINKTYPE_RAW)
                .putShort((short) 0)
                .putInt(0) // packets are whole
                .flip();
        ByteBuffer first = block(SECTION_HEADER, section);
        ByteBuffer second = block(INTERFACE, description);
        return ByteBuffer.allocate(first.remaining() + second.remaining())
                .put(first)
                .put(second)
                .flip();
    }

    /** Lines of a key log. */
    public static ByteBuffer secrets(byte[] lines) {
        return block(
                SECRETS,
                ByteBuffer.allocate(8 + padded(lines.length))
                        .putInt(TLS_KEY_LOG)
                        .putInt(lines.length)
                        .put(lines)
                        .position(0)
                        .limit(8 + padded(lines.length)));
    }

    /** A UDP datagram in an IP packet. */
    public static ByteBuffer datagram(Instant at, InetSocketAddress from, InetSocketAddress to, ByteBuffer content) {
        boolean four = from.getAddress() instanceof Inet4Address || to.getAddress() instanceof Inet4Address;
        int length = (four ? IPV4_HEADER : IPV6_HEADER) + UDP_HEADER + content.remaining();
        long micros = ChronoUnit.MICROS.between(Instant.EPOCH, at);
        ByteBuffer body = ByteBuffer.allocate(20 + padded(length))
                .putInt(0) // the interface
                .putInt((int) (micros >>> 32))
                .putInt((int) micros)
                .putInt(length)
                .putInt(length);
        int udp = UDP_HEADER + content.remaining();
        if (four) {
            body.put((byte) 0x45).put((byte) 0).putShort((short) length);
            body.putInt(0).put(HOPS).put(UDP).putShort((short) 0);
            body.put(four(from.getAddress())).put(four(to.getAddress()));
        } else {
            body.putInt(0x60000000).putShort((short) udp).put(UDP).put(HOPS);
            body.put(from.getAddress().getAddress()).put(to.getAddress().getAddress());
        }
        body.putShort((short) from.getPort()).putShort((short) to.getPort());
        body.putShort((short) udp).putShort((short) 0);
        body.put(content.duplicate());
        return block(PACKET, body.position(0).limit(20 + padded(length)));
    }

    /** The wildcard address has no family; beside an address of version 4 it is one. */
    private static byte[] four(InetAddress address) {
        return address instanceof Inet4Address ? address.getAddress() : new byte[4];
    }

    private static ByteBuffer block(int type, ByteBuffer body) {
        int length = HEADER + body.remaining() + 4;
        return ByteBuffer.allocate(length)
                .order(ByteOrder.BIG_ENDIAN)
                .putInt(type)
                .putInt(length)
                .put(body)
                .putInt(length)
                .flip();
    }

    /**
     * A datagram that was read again.
     *
     * @param content what UDP carried
     */
    public record Packet(Instant at, InetSocketAddress from, InetSocketAddress to, ByteBuffer content) {
        private static final int RECORD_HEADER = 13;
        private static final int MESSAGE_HEADER = 12;
        private static final int VERSION = 2;
        private static final int RANDOM = 32;

        /** The random of the ClientHello that this begins with; empty when it begins otherwise. */
        public Optional<byte[]> clientRandom() {
            int random = RECORD_HEADER + MESSAGE_HEADER + VERSION;
            if (!beginsHandshake(content) || content.remaining() < random + RANDOM) {
                return Optional.empty();
            }
            byte[] octets = new byte[RANDOM];
            content.duplicate().position(content.position() + random).get(octets);
            return Optional.of(octets);
        }
    }

    /** Whether a datagram begins with a ClientHello in the clear (RFC 6347 section 4.2.2). */
    public static boolean beginsHandshake(ByteBuffer content) {
        int start = content.position();
        return content.remaining() > Packet.RECORD_HEADER
                && content.get(start) == HANDSHAKE
                && content.getShort(start + 3) == 0 // epoch
                && content.get(start + Packet.RECORD_HEADER) == CLIENT_HELLO;
    }

    /** The datagram in a block; empty when the block is of another type. */
    public static Optional<Packet> packet(ByteBuffer block) {
        if (block.getInt(0) != PACKET) {
            return Optional.empty();
        }
        ByteBuffer read = block.duplicate().position(HEADER + 4);
        long micros = ((long) read.getInt() << 32) | (read.getInt() & 0xFFFF_FFFFL);
        int length = read.getInt();
        int ip = read.position() + 4;
        boolean four = (read.get(ip) & 0xF0) == 0x40;
        int header = four ? IPV4_HEADER : IPV6_HEADER;
        int udp = ip + header;
        byte[] from = new byte[four ? 4 : 16];
        byte[] to = new byte[from.length];
        read.position(udp - 2 * from.length);
        read.get(from).get(to);
        return Optional.of(new Packet(
                Instant.EPOCH.plus(micros, ChronoUnit.MICROS),
                new InetSocketAddress(address(from), Short.toUnsignedInt(read.getShort(udp))),
                new InetSocketAddress(address(to), Short.toUnsignedInt(read.getShort(udp + 2))),
                block.duplicate().position(udp + UDP_HEADER).limit(ip + length).slice()));
    }

    private static InetAddress address(byte[] octets) {
        try {
            return InetAddress.getByAddress(octets);
        } catch (UnknownHostException e) {
            throw new IllegalStateException("neither 4 nor 16 octets", e);
        }
    }

    /** Which handshake a block of secrets is of: its client's random, in hexadecimal. */
    public static String randomOf(ByteBuffer secrets) {
        int length = secrets.getInt(HEADER + 4);
        if (length < 0 || length > secrets.remaining()) {
            throw new IllegalArgumentException("secrets of " + length + " octets in a block of " + secrets.remaining());
        }
        byte[] line = new byte[length];
        secrets.duplicate().position(HEADER + 8).get(line);
        return new String(line, StandardCharsets.US_ASCII).split(" ", -1)[1];
    }

    private static int padded(int length) {
        return (length + 3) & ~3;
    }
}
