package dev.onboard.http.connect;

import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Predicate;

/** The channels, by the id of the API key they belong to; at most {@value #MOST}. Thread-safe. */
final class Channels {
    static final int MOST = 1000;
    /** After so long a poll that found nothing is answered, before proxies and clients lose patience. */
    private static final Duration LONGEST_POLL = Duration.ofSeconds(20);

    private final InstantSource clock;
    private final ScheduledExecutorService timer;
    private final Map<String, Channel> byKey = new ConcurrentHashMap<>();
    private volatile boolean closed;

    Channels(InstantSource clock, ScheduledExecutorService timer) {
        this.clock = clock;
        this.timer = timer;
    }

    InstantSource clock() {
        return clock;
    }

    Optional<Channel> find(String key) {
        return Optional.ofNullable(byKey.get(key));
    }

    /** The channel of this key, which is made when there is none. */
    Channel of(String key) {
        if (byKey.size() >= MOST && !byKey.containsKey(key)) {
            throw new ConnectRefusal(429, "there are " + MOST + " notification channels already");
        }
        return byKey.computeIfAbsent(key, absent -> new Channel(clock.instant()));
    }

    /** Something for the holder of this key. */
    void put(String key, Notice notice) {
        if (!closed && (byKey.containsKey(key) || byKey.size() < MOST)) {
            of(key).put(notice);
        }
    }

    CompletableFuture<Optional<String>> poll(String key) {
        Channel channel = of(key);
        CompletableFuture<Optional<String>> answer = channel.poll(clock.instant());
        ScheduledFuture<?> end = timer.schedule(
                () -> channel.giveUp(answer, clock.instant()), LONGEST_POLL.toMillis(), TimeUnit.MILLISECONDS);
        answer.whenComplete((message, failure) -> end.cancel(false));
        return answer;
    }

    /** Removes a channel of this kind; false when there is none. */
    boolean remove(String key, Channel.Kind kind) {
        Channel channel = byKey.get(key);
        if (channel == null || channel.kind() != kind || !byKey.remove(key, channel)) {
            return false;
        }
        channel.close(1000, "the channel was deleted");
        return true;
    }

    /** Something that everybody with a channel is told. */
    void putAll(Notice notice) {
        byKey.values().forEach(channel -> {
            if (channel.kind() != Channel.Kind.NONE) {
                channel.put(notice);
            }
        });
    }

    boolean isAnybodyThere() {
        return byKey.values().stream().anyMatch(channel -> channel.kind() != Channel.Kind.NONE);
    }

    /** Called now and then: drops the channels that nobody uses or may use any more, and keeps sockets open. */
    void beat(Predicate<String> isKey, Consumer<String> gone) {
        byKey.forEach((key, channel) -> {
            boolean revoked = !isKey.test(key);
            if (revoked || channel.isExpired(clock.instant())) {
                byKey.remove(key, channel);
                channel.close(revoked ? 1008 : 1000, revoked ? "the API key was revoked" : "the channel expired");
                gone.accept(key);
            } else {
                channel.ping();
            }
        });
    }

    void close() {
        closed = true;
        byKey.values().forEach(channel -> channel.close(1012, "the service stops"));
        byKey.clear();
    }
}
