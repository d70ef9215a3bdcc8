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
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One thread that waits for datagrams on any number of sockets and hands each to its owner. It is one of the protocol threads:
 * what a datagram gives to do it does itself, and the others what is more. Thread-safe.
 */
public final class SelectorLoop implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(SelectorLoop.class);
    private static final int LARGEST_DATAGRAM = 65_535;
    /** Of one socket, before others have their turn. */
    private static final int IN_A_ROW = 16;

    private final Selector selector;
    private final Loop thread;
    private final byte[] bytes = new byte[LARGEST_DATAGRAM];
    private final ByteBuffer buffer = ByteBuffer.wrap(bytes);
    /** For those who wait until a channel that they closed is released. */
    private final Queue<CountDownLatch> closed = new ConcurrentLinkedQueue<>();

    private SelectorLoop(Selector selector, ProtocolThreads threads, String name) {
        this.selector = selector;
        this.thread = new Loop(threads, name);
    }

    /** Starts the thread; throws {@link IOException} when the system gives no selector. */
    public static SelectorLoop start(ProtocolThreads threads, String name) throws IOException {
        SelectorLoop loop = new SelectorLoop(Selector.open(), threads, name);
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

    /**
     * Returns when the port of a channel that was closed is free: a channel keeps it until its selector has taken notice. Waits
     * for five seconds at most.
     */
    void released() {
        if (Thread.currentThread() == thread) {
            return; // it takes notice before it waits again
        }
        CountDownLatch noticed = new CountDownLatch(1);
        closed.add(noticed);
        selector.wakeup();
        if (!thread.isAlive()) {
            return;
        }
        try {
            if (!noticed.await(5, TimeUnit.SECONDS)) {
                LOG.warn("the selector takes no notice of a channel that was closed");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void takeNotice() throws IOException {
        if (!closed.isEmpty()) {
            List<CountDownLatch> waiting = new ArrayList<>();
            for (CountDownLatch one = closed.poll(); one != null; one = closed.poll()) {
                waiting.add(one);
            }
            selector.selectNow(this::drain);
            waiting.forEach(CountDownLatch::countDown);
        }
    }

    private final class Loop extends ProtocolThreads.Member {
        Loop(ProtocolThreads threads, String name) {
            super(threads, name);
        }

        @Override
        public void run() {
            try {
                untilClosed();
            } finally {
                closed.forEach(CountDownLatch::countDown);
            }
        }

        private void untilClosed() {
            boolean more = false;
            while (selector.isOpen()) {
                try {
                    if (more) {
                        selector.selectNow(SelectorLoop.this::drain);
                    } else {
                        selector.select(SelectorLoop.this::drain);
                    }
                    takeNotice();
                } catch (ClosedSelectorException e) {
                    return;
                } catch (IOException | RuntimeException e) {
                    LOG.error("waiting for datagrams failed; going on", e);
                }
                more = true;
                for (int i = 0; i < ProtocolThreads.OWN_IN_A_ROW && more; i++) {
                    more = runOwn();
                }
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
            for (int i = 0; i < IN_A_ROW && (sender = channel.receive(buffer)) != null; i++) {
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
