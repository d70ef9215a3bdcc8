package dev.onboard.it;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.util.Optional;
import java.util.Random;
import java.util.function.Predicate;

/** ClientHellos on a plain UDP socket, without any DTLS behind them, and a count of every octet. Used by one thread. */
final class PlainHello implements AutoCloseable {
    private static final int HANDSHAKE = 22;
    private static final int CLIENT_HELLO = 1;
    private static final int SERVER_HELLO = 2;
    private static final int HELLO_VERIFY_REQUEST = 3;
    private static final int RECORD_HEADER = 13;
    private static final int MESSAGE_HEADER = 12;
    /** Long for an answer on loopback; reached only when there is none. */
    private static final int PATIENCE_MILLIS = 3000;

    private final DatagramSocket socket;
    private final byte[] buffer = new byte[2048];
    private final byte[] random = new byte[32];
    private long sent;
    private long received;
    private int answers;

    PlainHello(InetSocketAddress server) throws IOException {
        this(InetAddress.getLoopbackAddress(), server);
    }

    /** From this address. */
    PlainHello(InetAddress from, InetSocketAddress server) throws IOException {
        socket = new DatagramSocket(0, from);
        socket.connect(server);
        new SecureRandom().nextBytes(random);
    }

    /** Octets of all datagrams so far, without IP and UDP. */
    long sent() {
        return sent;
    }

    /** The same of the other direction. */
    long received() {
        return received;
    }

    /** How many datagrams came. */
    int answers() {
        return answers;
    }

    /** A ClientHello of another handshake from now on. */
    void another(Random source) {
        source.nextBytes(random);
    }

    void send(byte[] datagram) throws IOException {
        socket.send(new DatagramPacket(datagram, datagram.length));
        sent += datagram.length;
    }

    /** The next datagram; empty when none comes within this time. */
    Optional<byte[]> receive(int millis) throws IOException {
        socket.setSoTimeout(millis);
        DatagramPacket packet = new DatagramPacket(buffer, buffer.length);
        try {
            socket.receive(packet);
        } catch (SocketTimeoutException e) {
            return Optional.empty();
        }
        received += packet.getLength();
        answers++;
        byte[] datagram = new byte[packet.getLength()];
        System.arraycopy(buffer, 0, datagram, 0, datagram.length);
        return Optional.of(datagram);
    }

    /** Reads until a datagram is of this kind; empty when none comes. */
    private Optional<byte[]> receiveUntil(Predicate<byte[]> wanted) throws IOException {
        long deadline = System.nanoTime() + PATIENCE_MILLIS * 1_000_000L;
        while (System.nanoTime() < deadline) {
            Optional<byte[]> datagram = receive(PATIENCE_MILLIS);
            if (datagram.filter(wanted).isPresent()) {
                return datagram;
            }
        }
        return Optional.empty();
    }

    /** The cookie in answer to a ClientHello, which carries this record sequence number (RFC 6347, 4.2.1). */
    Optional<byte[]> cookie(int sequence, int padding) throws IOException {
        send(hello(sequence, new byte[0], padding));
        return receiveUntil(datagram -> isMessage(datagram, HELLO_VERIFY_REQUEST) && sequence(datagram) == sequence)
                .map(datagram -> {
                    int at = RECORD_HEADER + MESSAGE_HEADER + 2;
                    byte[] cookie = new byte[datagram[at] & 0xff];
                    System.arraycopy(datagram, at + 1, cookie, 0, cookie.length);
                    return cookie;
                });
    }

    /** Sends the ClientHello with its cookie and waits for the ServerHello; whether it came. What it asks for is never sent. */
    boolean beginHandshake() throws IOException {
        Optional<byte[]> cookie = cookie(0, 0);
        if (cookie.isEmpty()) {
            return false;
        }
        send(hello(1, cookie.get(), 0));
        return receiveUntil(datagram -> isMessage(datagram, SERVER_HELLO)).isPresent();
    }

    private static boolean isMessage(byte[] datagram, int type) {
        return datagram.length > RECORD_HEADER && datagram[0] == HANDSHAKE && datagram[RECORD_HEADER] == type;
    }

    private static int sequence(byte[] datagram) {
        return ByteBuffer.wrap(datagram).getInt(7);
    }

    /**
     * A ClientHello (RFC 6347, 4.2.1; RFC 5246, 7.4.1.2) in one record.
     *
     * @param padding octets of a padding extension (RFC 7685); 0: none
     */
    byte[] hello(int sequence, byte[] cookie, int padding) {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        body.writeBytes(new byte[] {(byte) 0xfe, (byte) 0xfd});
        body.writeBytes(random);
        body.write(0); // no session id
        body.write(cookie.length);
        body.writeBytes(cookie);
        body.writeBytes(new byte[] {0, 4, (byte) 0xc0, 0x2b, (byte) 0xc0, (byte) 0xae, 1, 0});
        ByteArrayOutputStream extensions = new ByteArrayOutputStream();
        extensions.writeBytes(new byte[] {0, 10, 0, 4, 0, 2, 0, 23}); // secp256r1
        extensions.writeBytes(new byte[] {0, 11, 0, 2, 1, 0}); // uncompressed points
        extensions.writeBytes(new byte[] {0, 13, 0, 4, 0, 2, 4, 3}); // SHA-256 with ECDSA
        extensions.writeBytes(new byte[] {0, 23, 0, 0}); // extended master secret
        if (padding > 0) {
            extensions.writeBytes(new byte[] {0, 21, (byte) (padding >> 8), (byte) padding});
            extensions.writeBytes(new byte[padding]);
        }
        body.writeBytes(new byte[] {(byte) (extensions.size() >> 8), (byte) extensions.size()});
        body.writeBytes(extensions.toByteArray());
        return message(sequence, CLIENT_HELLO, body.size(), 0, cookie.length == 0 ? 0 : 1, body.toByteArray());
    }

    /**
     * A piece of a handshake message in a record of its own (RFC 6347, 4.2.2).
     *
     * @param length of the whole message, as is claimed
     * @param offset of the piece in it
     */
    static byte[] message(int sequence, int type, int length, int offset, int number, byte[] piece) {
        return ByteBuffer.allocate(RECORD_HEADER + MESSAGE_HEADER + piece.length)
                .put((byte) HANDSHAKE)
                .putShort((short) 0xfefd)
                .putShort((short) 0)
                .putShort((short) 0)
                .putInt(sequence)
                .putShort((short) (MESSAGE_HEADER + piece.length))
                .putInt(type << 24 | length)
                .putShort((short) number)
                .put((byte) (offset >> 16))
                .putShort((short) offset)
                .put((byte) (piece.length >> 16))
                .putShort((short) piece.length)
                .put(piece)
                .array();
    }

    @Override
    public void close() {
        socket.close();
    }
}
