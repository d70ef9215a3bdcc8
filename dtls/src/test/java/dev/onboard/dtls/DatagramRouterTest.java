package dev.onboard.dtls;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** One address in front of two servers, which answer each datagram with their own port. */
class DatagramRouterTest {
    private static final byte[] ID = {1, 2, 3, 4, 5, 6};
    private static final byte[] APPLICATION_DATA = record(23, new byte[20]);

    private final List<DatagramSocket> servers = new ArrayList<>();
    private final List<DatagramSocket> peers = new ArrayList<>();
    private DatagramRouter router;

    @BeforeEach
    void start() throws IOException {
        for (int i = 0; i < 2; i++) {
            servers.add(answering());
        }
        router = DatagramRouter.start(
                local(0),
                servers.stream()
                        .map(server -> (InetSocketAddress) server.getLocalSocketAddress())
                        .toList());
    }

    @AfterEach
    void stop() {
        router.close();
        servers.forEach(DatagramSocket::close);
        peers.forEach(DatagramSocket::close);
    }

    @Test
    void peersAreSpreadAndEachStaysWithItsServer() throws IOException {
        Set<Integer> used = new HashSet<>();
        for (int i = 0; i < 40; i++) {
            DatagramSocket peer = peer();
            int first = ask(peer, APPLICATION_DATA);
            assertThat(ask(peer, APPLICATION_DATA)).isEqualTo(first);
            used.add(first);
        }
        assertThat(used).hasSize(2);
    }

    @Test
    void aServerThatIsGoneIsLeftOutAtOnce() throws IOException {
        DatagramSocket peer = peer();
        int gone = ask(peer, APPLICATION_DATA);
        DatagramSocket stopped = servers.stream()
                .filter(server -> server.getLocalPort() == gone)
                .findFirst()
                .orElseThrow();
        stopped.close();
        assertThat(askUntilAnswered(peer)).isNotEqualTo(gone);
        for (int i = 0; i < 20; i++) {
            assertThat(ask(peer(), APPLICATION_DATA)).isNotEqualTo(gone);
        }
    }

    @Test
    void aRecordWithAConnectionIdGoesToTheServerThatGaveTheId() throws IOException {
        DatagramSocket peer = peer();
        int server = ask(peer, CLIENT_HELLO); // answered with a ServerHello that gives the id
        for (int i = 0; i < 20; i++) {
            assertThat(ask(peer(), WITH_ID)).as("from another address").isEqualTo(server);
        }
    }

    @Test
    void whatIsMalformedSaysNothing() {
        byte[] hello = serverHello(7);
        assertThat(DtlsHeaders.givenConnectionId(ByteBuffer.wrap(hello))).contains(ByteBuffer.wrap(ID));
        for (int length = 0; length < hello.length - 4; length++) {
            assertThat(DtlsHeaders.givenConnectionId(
                            ByteBuffer.wrap(hello, 0, length).slice()))
                    .as("%d octets", length)
                    .isEmpty();
        }
        assertThat(DtlsHeaders.connectionIds(ByteBuffer.wrap(WITH_ID, 0, 11))).isEmpty();
        assertThat(DtlsHeaders.isClientHello(ByteBuffer.wrap(new byte[0]))).isFalse();
    }

    private static final byte[] CLIENT_HELLO = record(22, new byte[] {1, 0, 0, 0});
    private static final byte[] WITH_ID = withId();

    private static byte[] withId() {
        ByteBuffer record = ByteBuffer.allocate(60).put((byte) 25).putShort((short) 0xfefd);
        record.putShort((short) 1).put(new byte[6]).put(ID).putShort((short) 40);
        return record.array();
    }

    private static byte[] record(int type, byte[] content) {
        return ByteBuffer.allocate(13 + content.length)
                .put((byte) type)
                .putShort((short) 0xfefd)
                .put(new byte[8])
                .putShort((short) content.length)
                .put(content)
                .array();
    }

    /** Four octets come after it; the last two are the server's port. */
    private static byte[] serverHello(int port) {
        ByteBuffer message = ByteBuffer.allocate(12 + 34 + 1 + 3 + 2 + 4 + 4 + 7 + 4);
        message.put((byte) 2).put(new byte[11]).put(new byte[34]);
        message.put((byte) 0).put(new byte[3]);
        message.putShort((short) 15);
        message.putShort((short) 23).putShort((short) 0);
        message.putShort((short) 54).putShort((short) 7).put((byte) 6).put(ID);
        message.put(message.capacity() - 2, (byte) (port >> 8)).put(message.capacity() - 1, (byte) port);
        return record(22, message.array());
    }

    private static DatagramSocket answering() throws IOException {
        DatagramSocket server = new DatagramSocket(local(0));
        Thread thread = new Thread(() -> {
            DatagramPacket packet = new DatagramPacket(new byte[2048], 2048);
            try {
                while (true) {
                    server.receive(packet);
                    byte[] answer = serverHello(server.getLocalPort());
                    if (packet.getData()[0] != 22) {
                        answer[0] = 23;
                    }
                    server.send(new DatagramPacket(answer, answer.length, packet.getSocketAddress()));
                }
            } catch (IOException e) {
                // closed
            }
        });
        thread.setDaemon(true);
        thread.start();
        return server;
    }

    private DatagramSocket peer() throws IOException {
        DatagramSocket peer = new DatagramSocket(local(0));
        peer.connect(router.address());
        peers.add(peer);
        return peer;
    }

    private static InetSocketAddress local(int port) {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    }

    /** The port of the server that answers. */
    private static int ask(DatagramSocket peer, byte[] datagram) throws IOException {
        peer.setSoTimeout(5000);
        return exchange(peer, datagram);
    }

    /** As DTLS does: sent again when there is no answer. */
    private static int askUntilAnswered(DatagramSocket peer) throws IOException {
        peer.setSoTimeout(200);
        for (int i = 0; i < 20; i++) {
            try {
                return exchange(peer, APPLICATION_DATA);
            } catch (SocketTimeoutException e) {
                // lost with the server that was gone
            }
        }
        throw new AssertionError("no server answers");
    }

    private static int exchange(DatagramSocket peer, byte[] datagram) throws IOException {
        peer.send(new DatagramPacket(datagram, datagram.length));
        DatagramPacket answer = new DatagramPacket(new byte[2048], 2048);
        peer.receive(answer);
        ByteBuffer received = ByteBuffer.wrap(answer.getData(), 0, answer.getLength());
        return received.getShort(answer.getLength() - 2) & 0xffff;
    }
}
