package dev.onboard.dtls;

import dev.onboard.dtls.internal.PathRelay;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;

/**
 * A stretch of network between devices and a server on which things happen to datagrams: devices send to its address, it
 * passes on to the server, each device from a port of its own. What happens is decided by number or from a seed, so that
 * the same traffic meets the same faults. Thread-safe; it has no thread of its own.
 */
public final class FaultyPath implements AutoCloseable {
    private final PathRelay relay;

    private FaultyPath(PathRelay relay) {
        this.relay = relay;
    }

    /**
     * Opens the path on a free loopback port.
     *
     * @param threads carry it; stay open when it is closed
     * @param server where it leads
     * @param seed of the faults that happen by chance
     * @throws IOException when no port can be had
     */
    public static FaultyPath open(DtlsThreads threads, InetSocketAddress server, List<PacketFault> faults, long seed)
            throws IOException {
        return new FaultyPath(PathRelay.open(threads.selector(), threads.io(), server, faults, seed));
    }

    /** Where devices send to. */
    public InetSocketAddress address() {
        return relay.address();
    }

    /** How many datagrams something happened to so far. */
    public long struck() {
        return relay.struck();
    }

    /**
     * Gives every device that sent something another address towards the server, as a NAT does that forgot it: what the server sends to the
     * one before reaches nobody.
     */
    public void rebind() {
        relay.rebind();
    }

    /** Nothing happens to datagrams any more; the path goes on carrying them. */
    public void repair() {
        relay.repair();
    }

    /** Closes the path: nothing is carried any more. Does nothing when called again. */
    @Override
    public void close() {
        relay.close();
    }
}
