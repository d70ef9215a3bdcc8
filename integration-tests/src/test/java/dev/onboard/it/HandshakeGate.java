package dev.onboard.it;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * A stretch of network to a DTLS server. While it is shut it lets no handshake begin; sessions that are open go on. Devices
 * send to its port, and each reaches the server from a port of its own.
 */
final class HandshakeGate implements AutoCloseable {
    private static final int HANDSHAKE = 22;

    private final Selector selector = Selector.open();
    private final DatagramChannel front;
    private final InetSocketAddress server;
    private final Map<SocketAddress, DatagramChannel> ways = new HashMap<>();
    private final Thread thread = new Thread(this::carry, "handshake-gate");
    private final CountDownLatch turnedAway = new CountDownLatch(1);
    private volatile boolean shut;

    private HandshakeGate(InetSocketAddress server) throws IOException {
        this.server = server;
        this.front = channel(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    }

    static HandshakeGate before(InetSocketAddress server) throws IOException {
        HandshakeGate gate = new HandshakeGate(server);
        gate.thread.start();
        return gate;
    }

    private DatagramChannel channel(InetSocketAddress address) throws IOException {
        DatagramChannel channel = DatagramChannel.open().bind(address);
        channel.configureBlocking(false);
        channel.register(selector, SelectionKey.OP_READ);
        return channel;
    }

    int port() {
        return front.socket().getLocalPort();
    }

    void shut() {
        shut = true;
    }

    void open() {
        shut = false;
    }

    /** Waits until a handshake was turned away. */
    boolean awaitTurnedAway(long seconds) throws InterruptedException {
        return turnedAway.await(seconds, TimeUnit.SECONDS);
    }

    private void carry() {
        try {
            while (selector.isOpen()) {
                selector.select(this::pass);
            }
        } catch (ClosedSelectorException e) {
            // closed while it carried something
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void pass(SelectionKey key) {
        DatagramChannel from = (DatagramChannel) key.channel();
        ByteBuffer datagram = ByteBuffer.allocate(1 << 16);
        try {
            SocketAddress sender = from.receive(datagram);
            if (sender == null) {
                return;
            }
            datagram.flip();
            if (from != front) {
                front.send(datagram, (SocketAddress) key.attachment());
            } else if (shut && isHandshake(datagram)) {
                turnedAway.countDown();
            } else {
                way(sender).send(datagram, server);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private DatagramChannel way(SocketAddress device) throws IOException {
        DatagramChannel way = ways.get(device);
        if (way == null) {
            way = channel(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            way.keyFor(selector).attach(device); // whom its answers are for
            ways.put(device, way);
        }
        return way;
    }

    /** A handshake message in epoch 0 (RFC 6347, 4.1). */
    private static boolean isHandshake(ByteBuffer datagram) {
        return datagram.remaining() > 4 && datagram.get(0) == HANDSHAKE && datagram.getShort(3) == 0;
    }

    @Override
    public void close() throws IOException, InterruptedException {
        selector.close();
        thread.join();
        front.close();
        for (DatagramChannel way : ways.values()) {
            way.close();
        }
    }
}
