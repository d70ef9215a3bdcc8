package dev.onboard.dtls.internal;

import dev.onboard.dtls.PacketFault;
import dev.onboard.dtls.PacketFault.From;
import dev.onboard.dtls.PacketFault.What;
import dev.onboard.dtls.PacketFault.Which;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** See {@link dev.onboard.dtls.FaultyPath}. Datagrams of one device and side are handled one after the other, in order. */
public final class PathRelay implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(PathRelay.class);
    /** A datagram that waits for the next one is not kept longer than this when none comes. */
    private static final long LONGEST_HOLD_MILLIS = 200;

    private final SelectorLoop selector;
    private final ScheduledExecutorService timers;
    private final InetSocketAddress server;
    private final List<PacketFault> faults;
    private final long seed;
    private final DatagramChannel front;
    private final Map<SocketAddress, Lane> lanes = new ConcurrentHashMap<>();
    private final AtomicLong struck = new AtomicLong();
    private volatile boolean repaired;
    private volatile boolean closed;

    private PathRelay(
            SelectorLoop selector,
            ScheduledExecutorService timers,
            InetSocketAddress server,
            List<PacketFault> faults,
            long seed,
            DatagramChannel front) {
        this.selector = selector;
        this.timers = timers;
        this.server = server;
        this.faults = List.copyOf(faults);
        this.seed = seed;
        this.front = front;
    }

    /** Opens the relay on a free loopback port. */
    public static PathRelay open(
            SelectorLoop selector,
            ScheduledExecutorService timers,
            InetSocketAddress server,
            List<PacketFault> faults,
            long seed)
            throws IOException {
        PathRelay relay = new PathRelay(selector, timers, server, faults, seed, channel());
        selector.receive(relay.front, relay::fromDevice);
        return relay;
    }

    private static DatagramChannel channel() throws IOException {
        DatagramChannel channel = DatagramChannel.open(StandardProtocolFamily.INET);
        channel.configureBlocking(false);
        channel.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        return channel;
    }

    /** Where devices send to. */
    public InetSocketAddress address() {
        return new InetSocketAddress(
                InetAddress.getLoopbackAddress(), front.socket().getLocalPort());
    }

    /** How many datagrams something happened to. */
    public long struck() {
        return struck.get();
    }

    /** Every device comes from another address from now on. */
    public void rebind() {
        lanes.values().forEach(Lane::bind);
    }

    /** Nothing happens any more. */
    public void repair() {
        repaired = true;
    }

    private void fromDevice(DatagramPacket packet) {
        SocketAddress device = packet.getSocketAddress();
        Lane lane = lanes.computeIfAbsent(device, Lane::new);
        if (lane.back() != null) {
            lane.fromDevice.carry(copy(packet), datagram -> send(lane.back(), datagram, server));
        }
    }

    private static byte[] copy(DatagramPacket packet) {
        return Arrays.copyOfRange(packet.getData(), packet.getOffset(), packet.getOffset() + packet.getLength());
    }

    private void send(@Nullable DatagramChannel channel, byte[] datagram, SocketAddress to) {
        try {
            if (!closed && channel != null) {
                channel.send(ByteBuffer.wrap(datagram), to);
            }
        } catch (IOException e) {
            LOG.debug("a datagram could not be passed on: {}", e.toString());
        }
    }

    /** One device's way, with a port of its own towards the server. */
    private final class Lane {
        private final Side fromDevice = new Side(From.DEVICE, this);
        private final Side fromServer = new Side(From.SERVER, this);
        private final Random random;
        private final SocketAddress device;
        private volatile @Nullable DatagramChannel back;
        private @Nullable DatagramChannel stranger;
        private volatile boolean cut;

        Lane(SocketAddress device) {
            this.device = device;
            this.random = new Random(seed);
            bind();
        }

        /** Gives the device an address towards the server, in place of the one that it had. */
        private synchronized void bind() {
            DatagramChannel before = back;
            try {
                DatagramChannel opened = channel();
                selector.receive(
                        opened, packet -> fromServer.carry(copy(packet), datagram -> send(front, datagram, device)));
                back = opened;
                if (before != null) {
                    before.close();
                }
            } catch (IOException e) {
                LOG.warn("the path has no port left for a device: {}", e.toString());
            }
        }

        /** Sends to the server from an address at which nobody is. */
        private void fromElsewhere(byte[] datagram) {
            try {
                if (stranger == null) {
                    stranger = channel();
                }
                send(stranger, datagram, server);
            } catch (IOException e) {
                LOG.warn("the path has no port left for a stranger: {}", e.toString());
            }
        }

        void close() throws IOException {
            DatagramChannel to = back;
            if (to != null) {
                to.close();
            }
            if (stranger != null) {
                stranger.close();
            }
        }

        @Nullable DatagramChannel back() {
            return back;
        }
    }

    private interface Way {
        void send(byte[] datagram);
    }

    /** The datagrams of one side of a lane. */
    private final class Side {
        private final From from;
        private final Lane lane;
        private final int[] carried = new int[PacketFault.Message.values().length];
        private final FlightWatch flights;
        private int number;
        private int flight;
        private byte @Nullable [] held;
        private byte @Nullable [] replayed;
        private byte @Nullable [] reflected;

        Side(From from, Lane lane) {
            this.from = from;
            this.lane = lane;
            this.flights = new FlightWatch(from);
        }

        synchronized void carry(byte[] datagram, Way way) {
            number++;
            flight = flights.carry(datagram);
            for (PacketFault.Message message : PacketFault.Message.values()) {
                if (message.isIn(datagram, datagram.length)) {
                    carried[message.ordinal()]++;
                }
            }
            if (lane.cut) {
                struck.incrementAndGet();
                return;
            }
            for (PacketFault fault : repaired ? List.<PacketFault>of() : faults) {
                if (fault.from() == from && isConcerned(fault.which(), datagram)) {
                    struck.incrementAndGet();
                    strike(fault, datagram, way);
                    return;
                }
            }
            pass(datagram, way);
            byte[] old = replayed;
            if (old != null && PacketFault.Message.APPLICATION_DATA.isIn(datagram, datagram.length)) {
                struck.incrementAndGet();
                way.send(old);
            }
            byte[] returned = reflected;
            if (returned != null && PacketFault.Message.APPLICATION_DATA.isIn(datagram, datagram.length)) {
                struck.incrementAndGet();
                reflect(returned);
            }
        }

        private void reflect(byte[] datagram) {
            if (from == From.DEVICE) {
                send(front, datagram, lane.device);
            } else {
                send(lane.back(), datagram, server);
            }
        }

        private boolean isConcerned(Which which, byte[] datagram) {
            if (which instanceof Which.Numbered numbered) {
                return number >= numbered.first() && number < numbered.first() + numbered.count();
            }
            if (which instanceof Which.Carrying carrying) {
                return carrying.message().isIn(datagram, datagram.length)
                        && carried[carrying.message().ordinal()] <= carrying.count();
            }
            if (which instanceof Which.Flight one) {
                return flight == one.number() && flights.begun(flight) <= one.times();
            }
            return lane.random.nextDouble() < ((Which.ByChance) which).probability();
        }

        private void strike(PacketFault fault, byte[] datagram, Way way) {
            What what = fault.what();
            switch (what) {
                case DROP -> {
                    // it does not arrive
                }
                case CUT -> lane.cut = true;
                case DUPLICATE -> {
                    pass(datagram, way);
                    way.send(datagram);
                }
                case REPLAY -> {
                    pass(datagram, way);
                    replayed = datagram;
                }
                case CORRUPT -> pass(broken(datagram), way);
                case REFLECT -> {
                    pass(datagram, way);
                    reflected = datagram;
                    reflect(datagram);
                }
                case REBIND -> {
                    lane.bind();
                    pass(datagram, way);
                }
                case SPOOF -> {
                    lane.fromElsewhere(broken(datagram));
                    pass(datagram, way);
                    lane.fromElsewhere(datagram);
                }
                case DELAY -> later(fault.delay().toMillis(), () -> way.send(datagram));
                case REORDER -> {
                    held = datagram;
                    later(LONGEST_HOLD_MILLIS, () -> release(way));
                }
            }
        }

        private static byte[] broken(byte[] datagram) {
            byte[] changed = datagram.clone();
            changed[changed.length - 1] ^= 1;
            return changed;
        }

        private void pass(byte[] datagram, Way way) {
            way.send(datagram);
            release(way);
        }

        private synchronized void release(Way way) {
            byte[] waiting = held;
            held = null;
            if (waiting != null) {
                way.send(waiting);
            }
        }
    }

    private void later(long millis, Runnable task) {
        try {
            timers.schedule(task, millis, TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException e) {
            LOG.debug("the path is closing; a datagram is lost", e);
        }
    }

    @Override
    public void close() {
        closed = true;
        try {
            front.close();
            for (Lane lane : lanes.values()) {
                lane.close();
            }
        } catch (IOException e) {
            LOG.warn("a path could not be closed: {}", e.toString());
        }
    }
}
