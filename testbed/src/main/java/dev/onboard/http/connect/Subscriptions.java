package dev.onboard.http.connect;

import dev.onboard.account.Device;
import dev.onboard.http.connect.ConnectedDevices.Connection;
import dev.onboard.http.connect.ConnectedDevices.Subscription;
import dev.onboard.http.connect.ConnectedDevices.Value;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Who is told which values of which devices. One observation of a path serves all keys; it ends with the registration.
 * At most {@value #MOST} paths are observed, and no thread waits for any. Thread-safe.
 */
final class Subscriptions {
    static final int MOST = 100_000;

    private final ConnectedDevices devices;
    private final Channels channels;
    private final Map<Target, Live> live = new HashMap<>();
    private final Map<String, List<Presubscription>> rules = new HashMap<>();

    private record Target(String endpoint, String path) {}

    private static final class Live {
        final String registration;
        final Set<String> keys = new HashSet<>();
        final CompletableFuture<Value> first = new CompletableFuture<>();

        @Nullable Subscription handle;

        boolean ended;

        Live(String registration) {
            this.registration = registration;
        }
    }

    Subscriptions(ConnectedDevices devices, Channels channels) {
        this.devices = devices;
        this.channels = channels;
    }

    /**
     * Subscribes.
     *
     * @return the present value when the device has answered; empty when this key is subscribed already
     */
    Optional<CompletionStage<Value>> add(String key, Device device, Connection connection, String path) {
        Target target = new Target(device.endpoint(), path);
        Live mine;
        synchronized (this) {
            Live there = live.get(target);
            if (there != null && there.registration.equals(connection.registration())) {
                return there.keys.add(key) ? Optional.of(there.first) : Optional.empty();
            }
            if (live.size() >= MOST) {
                throw new ConnectRefusal(429, "the queue is full: " + MOST + " paths are observed already");
            }
            mine = new Live(connection.registration());
            mine.keys.add(key);
            live.put(target, mine);
        }
        devices.subscribe(device.endpoint(), path, value -> told(device.id(), target, mine, value))
                .whenComplete((handle, failure) -> stands(target, mine, handle, failure));
        return Optional.of(mine.first);
    }

    private void told(String deviceId, Target target, Live from, Value value) {
        if (from.first.complete(value)) {
            return; // this is the answer to the request
        }
        List<String> keys;
        synchronized (this) {
            if (live.get(target) != from) {
                return;
            }
            keys = List.copyOf(from.keys);
        }
        Notice notice = Notice.value(deviceId, target.path(), value);
        keys.forEach(key -> channels.put(key, notice));
    }

    private void stands(Target target, Live which, @Nullable Subscription handle, @Nullable Throwable failure) {
        boolean unwanted;
        synchronized (this) {
            which.handle = handle;
            unwanted = which.ended;
            if (failure != null) {
                live.remove(target, which);
            }
        }
        if (failure != null) {
            which.first.completeExceptionally(failure);
        } else if (unwanted && handle != null) {
            handle.close();
        }
    }

    synchronized boolean has(String key, String endpoint, String path) {
        Live there = live.get(new Target(endpoint, path));
        return there != null && there.keys.contains(key);
    }

    /** The paths that this key is subscribed to on a device, sorted. */
    synchronized Set<String> of(String key, String endpoint) {
        Set<String> paths = new TreeSet<>();
        live.forEach((target, there) -> {
            if (target.endpoint().equals(endpoint) && there.keys.contains(key)) {
                paths.add(target.path());
            }
        });
        return paths;
    }

    void remove(String key, String endpoint, String path) {
        end(key, target -> target.equals(new Target(endpoint, path)));
    }

    void removeAll(String key, String endpoint) {
        end(key, target -> target.endpoint().equals(endpoint));
    }

    /** Forgets a key and its rules. */
    void forget(String key) {
        synchronized (this) {
            rules.remove(key);
        }
        end(key, target -> true);
    }

    private void end(String key, java.util.function.Predicate<Target> which) {
        List<Subscription> ended = new ArrayList<>();
        synchronized (this) {
            live.entrySet().removeIf(entry -> {
                Live there = entry.getValue();
                return which.test(entry.getKey())
                        && there.keys.remove(key)
                        && there.keys.isEmpty()
                        && ends(there, ended);
            });
        }
        ended.forEach(Subscription::close);
    }

    private static boolean ends(Live there, List<Subscription> ended) {
        there.ended = true;
        if (there.handle != null) {
            ended.add(there.handle);
        }
        return true;
    }

    /** A device has a new registration, or none: what was observed in another one has ended. */
    void registrationIs(String endpoint, Optional<String> registration) {
        List<Subscription> ended = new ArrayList<>();
        synchronized (this) {
            live.entrySet()
                    .removeIf(entry -> entry.getKey().endpoint().equals(endpoint)
                            && !registration.equals(Optional.of(entry.getValue().registration))
                            && ends(entry.getValue(), ended));
        }
        ended.forEach(Subscription::close);
    }

    synchronized List<Presubscription> rules(String key) {
        return rules.getOrDefault(key, List.of());
    }

    synchronized void setRules(String key, List<Presubscription> wanted) {
        if (wanted.isEmpty()) {
            rules.remove(key);
        } else {
            rules.put(key, List.copyOf(wanted));
        }
    }

    synchronized boolean hasRules() {
        return !rules.isEmpty();
    }

    /** Subscribes to what the rules want of a device. A value that it answers with is a notification here. */
    void apply(Device device, Connection connection) {
        Map<String, List<Presubscription>> now;
        synchronized (this) {
            now = Map.copyOf(rules);
        }
        now.forEach((key, wanted) -> {
            for (Presubscription rule : wanted) {
                if (rule.concerns(
                        device.id(), device.endpoint(), device.labels().endpointType())) {
                    for (String path : rule.of(connection.resources())) {
                        add(key, device, connection, path)
                                .ifPresent(first -> first.thenAccept(
                                        value -> channels.put(key, Notice.value(device.id(), path, value))));
                    }
                }
            }
        });
    }
}
