package dev.onboard.dtls;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.PortUnreachableException;
import java.net.SocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One address in front of several DTLS servers, which it neither decrypts nor answers for. A peer goes to the server that its
 * address has (rendezvous hashing: the same at every router with the same servers), and stays there; a record with a
 * connection id (RFC 9146) goes to the server that gave the id, from whatever address it comes. A server whose port is closed
 * is left out at once; one that leaves a ClientHello without an answer for two and a half seconds, for that peer. Thread-safe.
 *
 * <p>Each peer costs a socket, by which its server tells it from others.
 */
public final class DatagramRouter implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(DatagramRouter.class);
    /** How long a server may leave a ClientHello unanswered before the next one goes to another. */
    private static final long PATIENCE = 2_500_000_000L;
    /** How long a server whose port was closed is left out. */
    private static final long LEFT_OUT = 2_000_000_000L;
    /** The peer that was silent for longest makes room. */
    private static final int MOST_PEERS = 20_000;

    private static final int MOST_IDS = 200_000;
    private static final int LARGEST = 65_535;
    private static final int BUFFER = 4 << 20;

    private final Selector selector;
    private final DatagramChannel front;
    private final List<Target> targets;
    private final Thread thread;
    private final ByteBuffer datagram = ByteBuffer.allocateDirect(LARGEST);
    private final Map<SocketAddress, Path> paths = bounded(MOST_PEERS);
    private final Map<ByteBuffer, Target> ids = bounded(MOST_IDS);
    private volatile boolean closed;

    /** A server. */
    private static final class Target {
        private final String name;
        private InetSocketAddress address;
        private long leftOutUntil = System.nanoTime();

        Target(InetSocketAddress address) {
            this.name = address.getHostString() + ":" + address.getPort();
            this.address = address;
        }

        /** Others take its place for a while; it may come back at another address of the same name. */
        void leaveOut() {
            leftOutUntil = System.nanoTime() + LEFT_OUT;
            InetSocketAddress now = new InetSocketAddress(address.getHostString(), address.getPort());
            address = now.isUnresolved() ? address : now;
        }

        boolean isLeftOut() {
            return leftOutUntil - System.nanoTime() > 0;
        }
    }

    /** Between a peer and its server. */
    private static final class Path {
        private final SocketAddress peer;
        private final Target target;
        private final DatagramChannel back;
        /** Since when a ClientHello waits for an answer. */
        private Optional<Long> helloSince = Optional.empty();

        Path(SocketAddress peer, Target target, DatagramChannel back) {
            this.peer = peer;
            this.target = target;
            this.back = back;
        }
    }

    private DatagramRouter(Selector selector, DatagramChannel front, List<InetSocketAddress> servers) {
        this.selector = selector;
        this.front = front;
        this.targets = servers.stream().map(Target::new).toList();
        this.thread = new Thread(this::run, "onboard-router");
        thread.setDaemon(true);
    }

    /**
     * Starts it; returns when its port takes datagrams.
     *
     * @param listen port 0 picks a free one
     * @param servers at least one
     * @throws IOException when the port cannot be had
     */
    public static DatagramRouter start(InetSocketAddress listen, List<InetSocketAddress> servers) throws IOException {
        if (servers.isEmpty()) {
            throw new IllegalArgumentException("a router without a server");
        }
        DatagramChannel front = DatagramChannel.open();
        try {
            front.setOption(StandardSocketOptions.SO_RCVBUF, BUFFER);
            front.bind(listen);
            front.configureBlocking(false);
            Selector selector = Selector.open();
            front.register(selector, SelectionKey.OP_READ);
            DatagramRouter router = new DatagramRouter(selector, front, servers);
            router.thread.start();
            return router;
        } catch (IOException e) {
            front.close();
            throw new IOException(
                    "the router cannot listen on " + listen.getHostString() + ":" + listen.getPort()
                            + ": the port is in use or not allowed; free it or choose another",
                    e);
        }
    }

    /** The address it listens on, with the real port. */
    public InetSocketAddress address() {
        try {
            return (InetSocketAddress) front.getLocalAddress();
        } catch (IOException e) {
            throw new IllegalStateException("the router is closed", e);
        }
    }

    private void run() {
        while (!closed) {
            try {
                selector.select();
                for (SelectionKey key : selector.selectedKeys()) {
                    if (key.isValid() && key.attachment() instanceof Path path) {
                        answers(path);
                    } else if (key.isValid()) {
                        requests();
                    }
                }
                selector.selectedKeys().clear();
            } catch (IOException e) {
                LOG.warn("a datagram was not passed on", e);
            }
        }
    }

    private void requests() throws IOException {
        datagram.clear();
        for (SocketAddress peer = front.receive(datagram); peer != null; peer = front.receive(datagram)) {
            datagram.flip();
            request(peer);
            datagram.clear();
        }
    }

    /** To the peer's server; when it turns out not to be there, to the next. */
    private void request(SocketAddress peer) throws IOException {
        for (int i = 0; i < targets.size(); i++) {
            Path path = path(peer);
            try {
                path.back.write(datagram.duplicate());
                return;
            } catch (PortUnreachableException e) {
                lost(path);
            }
        }
    }

    private Path path(SocketAddress peer) throws IOException {
        Optional<Target> named = named();
        Path path = paths.get(peer);
        if (path != null && named.isPresent() && path.target != named.get()) {
            forget(path);
            path = null;
        }
        boolean hello = DtlsHeaders.isClientHello(datagram);
        if (path != null
                && hello
                && path.helloSince
                        .filter(since -> System.nanoTime() - since > PATIENCE)
                        .isPresent()) {
            path.target.leaveOut(); // for those who come, not for those who are there: it may only be slow
            forget(path);
            path = null;
        }
        if (path == null) {
            path = open(peer, named.orElseGet(() -> choose(peer)));
        }
        if (hello && path.helloSince.isEmpty()) {
            path.helloSince = Optional.of(System.nanoTime());
        }
        return path;
    }

    private Optional<Target> named() {
        for (ByteBuffer id : DtlsHeaders.connectionIds(datagram)) {
            Target target = ids.get(id);
            if (target != null) {
                return Optional.of(target);
            }
        }
        return Optional.empty();
    }

    private Path open(SocketAddress peer, Target target) throws IOException {
        if (paths.size() >= MOST_PEERS) {
            forget(paths.values().iterator().next());
        }
        DatagramChannel back = DatagramChannel.open();
        back.connect(target.address);
        back.configureBlocking(false);
        Path path = new Path(peer, target, back);
        back.register(selector, SelectionKey.OP_READ, path);
        paths.put(peer, path);
        return path;
    }

    private Target choose(SocketAddress peer) {
        List<Target> there = new ArrayList<>(targets);
        there.removeIf(Target::isLeftOut);
        Target best = null;
        long most = 0;
        for (Target target : there.isEmpty() ? targets : there) {
            long weight = mixed(31L * peer.hashCode() + target.name.hashCode());
            if (best == null || weight > most) {
                best = target;
                most = weight;
            }
        }
        return Objects.requireNonNull(best, "there is a server");
    }

    /** Every bit of it depends on every bit (the finisher of SplitMix64). */
    private static long mixed(long value) {
        long z = value + 0x9e3779b97f4a7c15L;
        z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
        z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
        return z ^ (z >>> 31);
    }

    private void answers(Path path) throws IOException {
        try {
            datagram.clear();
            while (path.back.read(datagram) > 0) {
                datagram.flip();
                path.helloSince = Optional.empty();
                DtlsHeaders.givenConnectionId(datagram).ifPresent(id -> ids.put(id, path.target));
                front.send(datagram, path.peer);
                datagram.clear();
            }
        } catch (PortUnreachableException e) {
            lost(path);
        }
    }

    /** The server is not there: whoever has a path to it takes another next time. */
    private void lost(Path path) throws IOException {
        path.target.leaveOut();
        ids.values().removeIf(target -> target == path.target);
        for (Path each : List.copyOf(paths.values())) {
            if (each.target == path.target) {
                forget(each);
            }
        }
    }

    private void forget(Path path) throws IOException {
        paths.remove(path.peer, path);
        path.back.close();
    }

    private static <K, V> Map<K, V> bounded(int most) {
        return new LinkedHashMap<>(16, 0.75f, true) {
            private static final long serialVersionUID = 1;

            @Override
            protected boolean removeEldestEntry(Map.Entry<K, V> eldest) {
                return size() > most;
            }
        };
    }

    @Override
    public void close() {
        closed = true;
        selector.wakeup();
        try {
            thread.join();
            for (Path path : List.copyOf(paths.values())) {
                path.back.close();
            }
            selector.close();
            front.close();
        } catch (IOException e) {
            LOG.warn("closing the router failed", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
