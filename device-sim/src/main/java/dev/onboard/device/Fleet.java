package dev.onboard.device;

import dev.onboard.device.internal.Codecs;
import dev.onboard.device.internal.Surroundings;
import dev.onboard.dtls.DtlsThreads;
import dev.onboard.dtls.Transmission;
import dev.onboard.factory.DeviceBundle;
import dev.onboard.journal.Journal;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import java.util.random.RandomGenerator;

/**
 * Any number of simulated devices that share everything that can be shared: protocol threads and the sockets' selector ({@link
 * DtlsThreads}), a few threads for what blocks, settings, models, codecs, trust. Thread-safe.
 *
 * <p>{@link #close()} takes the devices' power away; it does not close the {@code DtlsThreads}, which came from outside.
 */
public final class Fleet implements AutoCloseable {
    private final Surroundings surroundings;
    private final DeviceOptions standard;
    private final ThreadPoolExecutor work;
    private final Map<String, SimulatedDevice> devices = new ConcurrentHashMap<>();
    private final List<BiConsumer<SimulatedDevice, DeviceState>> watchers = new CopyOnWriteArrayList<>();
    private final Object change = new Object();

    private Fleet(Builder builder) {
        AtomicInteger number = new AtomicInteger();
        this.work = new ThreadPoolExecutor(
                builder.workers, builder.workers, 10, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), task -> {
                    Thread thread = new Thread(task, "onboard-device-work-" + number.incrementAndGet());
                    thread.setDaemon(true);
                    return thread;
                });
        work.allowCoreThreadTimeOut(true);
        this.standard = builder.options;
        this.surroundings = new Surroundings(
                builder.journal,
                builder.threads,
                builder.localAddresses,
                builder.transmission,
                work,
                builder.random,
                builder.atOnce);
    }

    /**
     * Loads what the first device in this process needs. It does so itself when this was not called; on another thread,
     * ahead of it, it is there sooner.
     */
    public static void prepare() {
        Codecs.load();
    }

    /**
     * Begins a fleet.
     *
     * @param threads shared by its endpoints; stays open when the fleet is closed
     * @param journal takes its events
     * @param options for devices that are added without their own
     * @param random thread-safe; spreads retries and updates
     */
    public static Builder with(DtlsThreads threads, Journal journal, DeviceOptions options, RandomGenerator random) {
        return new Builder(threads, journal, options, random);
    }

    /** Collects what a fleet needs. Not thread-safe. */
    public static final class Builder {
        private final DtlsThreads threads;
        private final Journal journal;
        private final DeviceOptions options;
        private final RandomGenerator random;
        private List<InetAddress> localAddresses = List.of(InetAddress.getLoopbackAddress());
        private Transmission transmission = Transmission.STANDARD;
        private int atOnce = 64;
        private int workers = 4;

        private Builder(DtlsThreads threads, Journal journal, DeviceOptions options, RandomGenerator random) {
            this.threads = threads;
            this.journal = journal;
            this.options = options;
            this.random = random;
        }

        /**
         * The addresses that the devices' sockets are bound to in turn; loopback by default, which reaches nothing but
         * loopback. One has about 28,000 ports: {@link FleetLimits#addresses} says how many are needed.
         */
        public Builder localAddresses(List<InetAddress> addresses) {
            if (addresses.isEmpty()) {
                throw new IllegalArgumentException(
                        "a fleet without a local address reaches nothing; give at least one");
            }
            this.localAddresses = List.copyOf(addresses);
            return this;
        }

        /** When lost messages are sent again; the standards' values by default. */
        public Builder transmission(Transmission value) {
            this.transmission = value;
            return this;
        }

        /** How many devices may be on their way to a registration at a time; 64 by default. */
        public Builder startConcurrency(int devices) {
            if (devices < 1) {
                throw new IllegalArgumentException(
                        "a start concurrency of " + devices + " starts no device; give at least 1");
            }
            this.atOnce = devices;
            return this;
        }

        /** How many threads do what blocks (files, name look-ups); 4 by default. */
        public Builder workers(int count) {
            if (count < 1) {
                throw new IllegalArgumentException(count + " workers do nothing; give at least 1");
            }
            this.workers = count;
            return this;
        }

        /** The fleet, without devices. */
        public Fleet build() {
            return new Fleet(this);
        }
    }

    /**
     * Adds a device, switched off.
     *
     * @param directory its own directory, {@code DIR/EP}; its LwM2M credentials are in {@code lwm2m} there
     * @throws IllegalArgumentException when there is a device of this name already
     */
    public SimulatedDevice add(DeviceBundle bundle, Path directory) {
        return add(bundle, directory, standard);
    }

    /** As {@link #add(DeviceBundle, Path)}, with options of its own. */
    public SimulatedDevice add(DeviceBundle bundle, Path directory, DeviceOptions options) {
        SimulatedDevice device = new SimulatedDevice(bundle, directory, options, surroundings, this::changed);
        if (devices.putIfAbsent(device.endpoint(), device) != null) {
            throw new IllegalArgumentException(
                    "the fleet has a device '" + device.endpoint() + "' already; names must differ");
        }
        return device;
    }

    /** Takes the power of the device of this name away and forgets it; its directory stays. Does nothing when there is none. */
    public void remove(String endpoint) {
        SimulatedDevice device = devices.remove(endpoint);
        if (device != null) {
            device.cutPower();
        }
    }

    /** All devices, in no order; a live view. */
    public Collection<SimulatedDevice> devices() {
        return Collections.unmodifiableCollection(devices.values());
    }

    /** The device of this endpoint name. */
    public Optional<SimulatedDevice> device(String endpoint) {
        return Optional.ofNullable(devices.get(endpoint));
    }

    /** Switches all devices on. Returns at once; they start one after the other, so many at a time. */
    public void powerOn() {
        devices.values().forEach(SimulatedDevice::powerOn);
    }

    /** Lets all devices deregister and switch off. Returns at once. */
    public void shutDown() {
        devices.values().forEach(SimulatedDevice::shutDown);
    }

    /** How many devices are in which state; states without a device are left out. */
    public Map<DeviceState, Integer> count() {
        Map<DeviceState, Integer> count = new EnumMap<>(DeviceState.class);
        devices.values().forEach(device -> count.merge(device.state(), 1, Integer::sum));
        return count;
    }

    /**
     * Waits until every device is in one of these states.
     *
     * @return whether that came true before the time was over
     */
    public Reached await(Set<DeviceState> states, Duration atMost) throws InterruptedException {
        long deadline = System.nanoTime() + atMost.toNanos();
        Iterator<SimulatedDevice> unseen = devices.values().iterator();
        synchronized (change) {
            while (true) {
                // one device is waited for at a time: a change of another costs nothing, however many there are
                Optional<SimulatedDevice> missing = firstNotIn(states, unseen);
                if (missing.isEmpty()) {
                    unseen = devices.values().iterator(); // some may have moved on since they were seen
                    missing = firstNotIn(states, unseen);
                    if (missing.isEmpty()) {
                        return Reached.ALL;
                    }
                }
                SimulatedDevice awaited = missing.get();
                while (!states.contains(awaited.state()) && devices.get(awaited.endpoint()) == awaited) {
                    long left = deadline - System.nanoTime();
                    if (left <= 0) {
                        return Reached.TIME_OVER;
                    }
                    TimeUnit.NANOSECONDS.timedWait(change, left);
                }
            }
        }
    }

    private static Optional<SimulatedDevice> firstNotIn(Set<DeviceState> states, Iterator<SimulatedDevice> devices) {
        while (devices.hasNext()) {
            SimulatedDevice device = devices.next();
            if (!states.contains(device.state())) {
                return Optional.of(device);
            }
        }
        return Optional.empty();
    }

    /** How waiting ended. */
    public enum Reached {
        ALL,
        TIME_OVER
    }

    /**
     * Calls back at every change of a device's state, on a thread of the fleet; it must not block.
     *
     * @return ends the subscription
     */
    public Journal.Subscription subscribe(BiConsumer<SimulatedDevice, DeviceState> watcher) {
        watchers.add(watcher);
        return () -> watchers.remove(watcher);
    }

    private void changed(SimulatedDevice device, DeviceState state) {
        watchers.forEach(watcher -> watcher.accept(device, state));
        synchronized (change) {
            change.notifyAll();
        }
    }

    /** Takes the power of all devices away and ends the fleet's threads. Waits up to five seconds. */
    @Override
    public void close() {
        devices.values().forEach(SimulatedDevice::cutPower);
        work.shutdown();
        try {
            if (!work.awaitTermination(5, TimeUnit.SECONDS)) {
                work.shutdownNow();
            }
        } catch (InterruptedException e) {
            work.shutdownNow();
            Thread.currentThread().interrupt();
        }
    }
}
