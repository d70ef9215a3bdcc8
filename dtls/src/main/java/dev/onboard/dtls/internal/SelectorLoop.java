package dev.onboard.dtls.internal;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.CancelledKeyException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One thread that waits for datagrams on any number of sockets and hands each to its owner. Thread-safe. */
public final class SelectorLoop implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(SelectorLoop.class);
    private static final int LARGEST_DATAGRAM = 65_535;

    private final Selector selector;
    private final Thread thread;
    private final byte[] bytes = new byte[LARGEST_DATAGRAM];
    private final ByteBuffer buffer = ByteBuffer.wrap(bytes);

    private SelectorLoop(Selector selector, String name) {
        this.selector = selector;
        this.thread = new Thread(this::run, name);
        this.thread.setDaemon(true);
    }

    /** Starts the thread; throws {@link IOException} when the system gives no selector. */
    public static SelectorLoop start(String name) throws IOException {
        SelectorLoop loop = new SelectorLoop(Selector.open(), name);
        loop.thread.start();
        return loop;
    }

    /**
     * Hands every datagram of this non-blocking channel to the receiver, until the channel is closed. The packet and its
     * bytes are only valid during the call, which must not block.
     */
    void receive(DatagramChannel channel, Consumer<DatagramPacket> receiver) throws ClosedChannelException {
        channel.register(selector, SelectionKey.OP_READ, receiver);
        selector.wakeup();
    }

    private void run() {
        while (selector.isOpen()) {
            try {
                selector.select(this::drain);
            } catch (ClosedSelectorException e) {
                return;
            } catch (IOException | RuntimeException e) {
                LOG.error("waiting for datagrams failed; going on", e);
            }
        }
    }

    private void drain(SelectionKey key) {
        DatagramChannel channel = (DatagramChannel) key.channel();
        @SuppressWarnings("unchecked")
        Consumer<DatagramPacket> receiver = (Consumer<DatagramPacket>) key.attachment();
        try {
            SocketAddress sender;
            buffer.clear();
            while ((sender = channel.receive(buffer)) != null) {
                if (buffer.position() > 0) {
                    receiver.accept(new DatagramPacket(bytes, 0, buffer.position(), sender));
                }
                buffer.clear();
            }
        } catch (ClosedChannelException | CancelledKeyException e) {
            LOG.trace("a socket was closed while it was read");
        } catch (IOException e) {
            LOG.debug("a datagram could not be received: {}", e.toString());
        } catch (RuntimeException e) {
            LOG.error("a datagram could not be processed", e);
        }
    }

    /** Ends the thread. Sockets stay open; nobody reads them any more. */
    @Override
    public void close() {
        try {
            selector.close();
            thread.join(5_000);
        } catch (IOException e) {
            LOG.warn("closing the selector failed: {}", e.toString());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
