package dev.onboard.device.internal;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.eclipse.californium.core.coap.CoAP.Type;
import org.eclipse.californium.core.coap.Response;
import org.eclipse.californium.core.network.Exchange;
import org.eclipse.californium.core.observe.ObserveManager;
import org.eclipse.californium.core.observe.ObserveRelation;
import org.eclipse.californium.core.server.resources.ObservableResource;
import org.eclipse.leshan.core.node.LwM2mPath;
import org.jspecify.annotations.Nullable;

/**
 * What the LwM2M server observes on one device (RFC 7641), and when it is told: at a change, not before pmin is over; and in
 * the rhythm of pmax, or of the clock when the device's time is among it. Thread-safe.
 */
final class Observations {
    private static final LwM2mPath TIME = new LwM2mPath(Codecs.DEVICE, 0, DeviceInstance.CURRENT_TIME);

    private final Surroundings surroundings;
    private final Duration timeNotification;
    private final Source source;
    private final ObserveManager manager = new ObserveManager(null);
    private final List<Observation> observed = new CopyOnWriteArrayList<>();

    /** Where values and attributes come from. */
    interface Source {
        Answer read(LwM2mPath path, int format);

        Optional<Duration> period(LwM2mPath path, String name);
    }

    Observations(Surroundings surroundings, Duration timeNotification, Source source) {
        this.surroundings = surroundings;
        this.timeNotification = timeNotification;
        this.source = source;
    }

    /** Before the first answer to a request that wants to observe. */
    void add(Exchange exchange, LwM2mPath path, int format) {
        manager.addObserveRelation(exchange, new Observation(path, format));
    }

    /** For a request that no longer wants to. */
    void cancel(Exchange exchange) {
        manager.cancelObserveRelation(exchange);
    }

    /** How many there are. */
    int count() {
        return observed.size();
    }

    /** A value changed. */
    void changed(LwM2mPath path) {
        for (Observation observation : observed) {
            if (path.startWith(observation.path) || observation.path.startWith(path)) {
                observation.changed();
            }
        }
    }

    /** The attributes of a path changed: another rhythm. */
    void rhythmChanged() {
        observed.forEach(Observation::await);
    }

    /** Nobody is told anything any more. */
    void close() {
        observed.forEach(observation -> observation.timer.cancel());
        observed.clear();
    }

    private final class Observation implements ObservableResource {
        private final LwM2mPath path;
        private final int format;
        private final AtomicInteger sequence = new AtomicInteger();
        private volatile @Nullable ObserveRelation relation;
        private volatile Surroundings.Timer timer = Surroundings.Timer.NONE;
        private volatile long toldNanos = System.nanoTime();

        Observation(LwM2mPath path, int format) {
            this.path = path;
            this.format = format;
        }

        /** The next notification that comes by itself. */
        private synchronized void await() {
            timer.cancel();
            Duration minimum = source.period(path, "pmin").orElse(Duration.ZERO);
            Duration rhythm =
                    source.period(path, "pmax").filter(d -> !d.isZero()).orElse(Duration.ofDays(365));
            if (TIME.startWith(path) && timeNotification.compareTo(rhythm) < 0) {
                rhythm = timeNotification;
            }
            if (rhythm.compareTo(minimum) < 0) {
                rhythm = minimum;
            }
            if (rhythm.toDays() < 365) {
                timer = surroundings.after(rhythm, this::tell);
            }
        }

        private synchronized void changed() {
            Duration since = Duration.ofNanos(System.nanoTime() - toldNanos);
            Duration early = source.period(path, "pmin").orElse(Duration.ZERO).minus(since);
            if (early.isNegative() || early.isZero()) {
                tell();
            } else {
                timer.cancel();
                timer = surroundings.after(early, this::tell);
            }
        }

        private void tell() {
            ObserveRelation to = relation;
            if (to == null || to.isCanceled()) {
                return;
            }
            toldNanos = System.nanoTime();
            sequence.incrementAndGet();
            Response notification = source.read(path, format).response();
            Exchange exchange = to.getExchange();
            exchange.execute(() -> {
                if (!to.isCanceled()) {
                    exchange.sendResponse(notification);
                }
            });
            await();
        }

        @Override
        public String getURI() {
            return path.toString();
        }

        @Override
        public Type getObserveType() {
            return Type.CON;
        }

        @Override
        public int getNotificationSequenceNumber() {
            return sequence.get();
        }

        @Override
        public boolean isObservable() {
            return true;
        }

        @Override
        public void addObserveRelation(ObserveRelation added) {
            relation = added;
            observed.add(this);
            await();
        }

        @Override
        public void removeObserveRelation(ObserveRelation removed) {
            observed.remove(this);
            timer.cancel();
        }

        @Override
        public int getObserverCount() {
            return 1;
        }
    }
}
