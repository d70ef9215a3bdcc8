package dev.onboard.server.internal;

import dev.onboard.journal.Event;
import dev.onboard.journal.Journal;
import dev.onboard.journal.Party;
import dev.onboard.journal.Stage;
import dev.onboard.server.OperationException;
import dev.onboard.server.Sleep;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.eclipse.leshan.core.observation.Observation;
import org.eclipse.leshan.server.registration.Registration;
import org.eclipse.leshan.server.registration.RegistrationListener;
import org.eclipse.leshan.server.registration.RegistrationUpdate;
import org.jspecify.annotations.Nullable;

/**
 * Which devices in queue mode sleep, and what waits until they wake (OMA LwM2M Core 6.5). A device is awake from each
 * message of its own that the server takes, for the awake time; what is asked of it later waits for its next message. What
 * waits is sent in the order in which it was asked, each when the one before has ended. Devices that do not use queue mode
 * are always awake. Thread-safe, never blocks.
 */
final class SleepingDevices implements RegistrationListener {
    /** So many operations wait for one device. */
    static final int MOST_WAITING = 100;

    /** What may be the matter with one that does not answer. */
    static final String EARLIER = "; it uses queue mode and may sleep earlier than the server expects (--awake)";

    /** The reason of what is never sent. */
    private static final String ASLEEP = "device-asleep";

    private final Duration awake;
    private final ScheduledExecutorService timers;
    private final InstantSource clock;
    private final Journal journal;
    private final Presence presence;
    private final Map<String, Sleeper> sleepers = new ConcurrentHashMap<>();

    /** Told on any thread; must not block. */
    interface Presence {
        void sleeping(String endpoint);

        void awake(String endpoint);
    }

    /** @param awake how long a device is taken for awake after it was heard last */
    SleepingDevices(
            Duration awake, ScheduledExecutorService timers, InstantSource clock, Journal journal, Presence presence) {
        this.awake = awake;
        this.timers = timers;
        this.clock = clock;
        this.journal = journal;
        this.presence = presence;
    }

    /**
     * Sends now, or when the device wakes.
     *
     * @param operation and
     * @param path for the journal, which is told when it waits and when it is given up
     * @param sending in the registration that there is then
     */
    <T> CompletionStage<T> whenAwake(
            Registration registration,
            String operation,
            String path,
            Function<Registration, CompletionStage<T>> sending) {
        Sleeper sleeper = registration.usesQueueMode() ? sleepers.get(registration.getEndpoint()) : null;
        if (sleeper == null) {
            return sending.apply(registration);
        }
        Asked<T> asked = new Asked<>(registration.getEndpoint(), operation, path, sending, new CompletableFuture<>());
        sleeper.ask(asked);
        return asked.answer;
    }

    /** The device said something. */
    void heard(String endpoint) {
        Sleeper sleeper = sleepers.get(endpoint);
        if (sleeper != null) {
            sleeper.heard();
        }
    }

    /** The device said nothing to what was sent: it sleeps already. */
    void silent(String endpoint) {
        Sleeper sleeper = sleepers.get(endpoint);
        if (sleeper != null) {
            sleeper.fallAsleep();
        }
    }

    /** Since when the device sleeps, and what waits for it; empty when it does not. */
    Optional<Sleep> sleep(String endpoint) {
        return Optional.ofNullable(sleepers.get(endpoint)).flatMap(Sleeper::sleep);
    }

    @Override
    public void registered(
            Registration registration,
            @Nullable Registration previous,
            @Nullable Collection<Observation> previousObservations) {
        Sleeper sleeper = registration.usesQueueMode()
                ? sleepers.computeIfAbsent(registration.getEndpoint(), endpoint -> new Sleeper(registration))
                : sleepers.remove(registration.getEndpoint());
        if (sleeper != null) {
            sleeper.heardIn(registration);
        }
    }

    @Override
    public void updated(RegistrationUpdate update, Registration updated, Registration previous) {
        Sleeper sleeper = sleepers.get(updated.getEndpoint());
        if (sleeper != null) {
            sleeper.heardIn(updated);
        }
    }

    @Override
    public void unregistered(
            Registration registration,
            Collection<Observation> observations,
            boolean expired,
            @Nullable Registration newRegistration) {
        Sleeper sleeper = newRegistration == null ? sleepers.remove(registration.getEndpoint()) : null;
        if (sleeper != null) {
            sleeper.end(
                    expired
                            ? "the device slept and did not wake before its registration ended; it was not sent"
                            : "the device ended its registration before it was sent");
        }
    }

    /** What waits is given up. */
    void close() {
        List<Sleeper> all = List.copyOf(sleepers.values());
        sleepers.clear();
        all.forEach(sleeper -> sleeper.end("the LwM2M server stopped before it was sent"));
    }

    /** What is asked of a device that uses queue mode. */
    private final class Asked<T> {
        private final String endpoint;
        private final String operation;
        private final String path;
        private final Function<Registration, CompletionStage<T>> sending;
        private final CompletableFuture<T> answer;

        Asked(
                String endpoint,
                String operation,
                String path,
                Function<Registration, CompletionStage<T>> sending,
                CompletableFuture<T> answer) {
            this.endpoint = endpoint;
            this.operation = operation;
            this.path = path;
            this.sending = sending;
            this.answer = answer;
        }

        CompletionStage<?> send(Registration registration) {
            return sending.apply(registration).whenComplete((value, failure) -> {
                if (failure == null) {
                    answer.complete(value);
                } else {
                    answer.completeExceptionally(failure);
                }
            });
        }

        void waits(Sleep sleep) {
            journal.record(event().fact("waits_until", sleep.until().toString())
                    .detail("the device sleeps since " + sleep.since() + " (queue mode); this waits until it wakes, at"
                            + " the longest until " + sleep.until() + ", when its registration ends"));
        }

        void dropped(String why) {
            journal.record(event().failed(ASLEEP).detail(why));
            answer.completeExceptionally(new OperationException(ASLEEP, why));
        }

        private Event.Draft event() {
            return Event.of(Stage.OPERATION, Party.LWM2M_SERVER)
                    .endpoint(endpoint)
                    .fact("operation", operation)
                    .fact("path", path);
        }
    }

    /** One device that uses queue mode. */
    private final class Sleeper {
        private final Queue<Asked<?>> waiting = new ArrayDeque<>();
        private Registration registration;
        private long heardNanos = System.nanoTime();
        private @Nullable Instant asleepSince;
        private boolean timed;
        private boolean sending;
        private boolean ended;

        Sleeper(Registration registration) {
            this.registration = registration;
        }

        void ask(Asked<?> asked) {
            String refused = "";
            synchronized (this) {
                if (ended) {
                    refused = "the device's registration ended before it was sent";
                } else if (waiting.size() >= MOST_WAITING) {
                    refused = MOST_WAITING + " operations wait for the device already, and no more may";
                } else {
                    waiting.add(asked);
                    sleep().ifPresent(asked::waits);
                }
            }
            if (refused.isEmpty()) {
                next().run();
            } else {
                asked.dropped(refused);
            }
        }

        synchronized Optional<Sleep> sleep() {
            return Optional.ofNullable(asleepSince)
                    .map(since -> new Sleep(
                            since.truncatedTo(ChronoUnit.SECONDS),
                            registration
                                    .getLastUpdate()
                                    .toInstant()
                                    .plusSeconds(registration.getLifeTimeInSec())
                                    .truncatedTo(ChronoUnit.SECONDS),
                            waiting.size()));
        }

        void heardIn(Registration now) {
            synchronized (this) {
                registration = now;
            }
            heard();
        }

        void heard() {
            boolean woke;
            Runnable next;
            synchronized (this) {
                heardNanos = System.nanoTime();
                woke = asleepSince != null;
                asleepSince = null;
                next = next(); // now, however long what comes in between takes
                if (!timed) {
                    lookAfter(awake.toNanos());
                }
            }
            if (woke) {
                presence.awake(registration.getEndpoint());
            }
            next.run();
        }

        private synchronized void lookAfter(long nanos) {
            try {
                timers.schedule(this::look, nanos, TimeUnit.NANOSECONDS);
                timed = true;
            } catch (RejectedExecutionException e) {
                ended = true; // the server's threads are gone, and nothing is sent any more
            }
        }

        private void look() {
            synchronized (this) {
                timed = false;
                long left = awake.toNanos() - (System.nanoTime() - heardNanos);
                if (left > 0) {
                    lookAfter(left);
                    return;
                }
            }
            fallAsleep();
        }

        void fallAsleep() {
            synchronized (this) {
                if (asleepSince != null || ended || sleepers.get(registration.getEndpoint()) != this) {
                    return;
                }
                asleepSince = clock.instant();
            }
            presence.sleeping(registration.getEndpoint());
        }

        /** Sends what waits for longest, when it is its turn; to be run without the lock. */
        private synchronized Runnable next() {
            if (sending || asleepSince != null || waiting.isEmpty()) {
                return () -> {};
            }
            sending = true;
            Asked<?> asked = waiting.remove();
            Registration now = registration;
            return () -> asked.send(now).whenComplete((done, failure) -> {
                synchronized (this) {
                    sending = false;
                }
                next().run();
            });
        }

        void end(String why) {
            List<Asked<?>> dropped;
            synchronized (this) {
                ended = true;
                dropped = List.copyOf(waiting);
                waiting.clear();
            }
            dropped.forEach(asked -> asked.dropped(why));
        }
    }
}
