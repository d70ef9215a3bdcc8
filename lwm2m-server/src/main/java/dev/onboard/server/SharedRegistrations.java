package dev.onboard.server;

import dev.onboard.server.internal.RedisRegistrations;
import java.io.IOException;
import java.net.URI;
import java.security.SecureRandom;
import java.util.Optional;

/**
 * Registrations and observations that the LwM2M servers of an account share in Redis, by Leshan's own store, and which of the
 * servers has each device's session. A registration outlives the server with which it was made: the device's next update at
 * another is good. Thread-safe; blocks while Redis answers.
 */
public final class SharedRegistrations implements AutoCloseable {
    private final RedisRegistrations redis;

    private SharedRegistrations(RedisRegistrations redis) {
        this.redis = redis;
    }

    /**
     * Those of an account; one account's are not seen by another's.
     *
     * @param redis {@code redis://[USER:PASSWORD@]HOST:PORT[/DATABASE]}, {@code rediss://} over TLS
     * @param account the account's id
     * @param secret what the account's processes have in common and Redis has not: what they say there of themselves is
     *     sealed with it
     * @throws IOException when Redis does not answer, or Java's default charset is not UTF-8; the message says what to do
     * @throws IllegalArgumentException when the address is none; the message does not repeat a password
     */
    public static SharedRegistrations at(URI redis, String account, String secret, SecureRandom random)
            throws IOException {
        return new SharedRegistrations(RedisRegistrations.at(redis, account, secret, random));
    }

    /** Where requests to a device are carried out. */
    public sealed interface Place {
        /** Redis does not answer, or what it has is not of the account's servers; why. */
        record Unknown(String why) implements Place {}

        /** It has no registration. */
        record Nowhere() implements Place {}

        /** It is registered; the server that had its session is not there, and the device has not come to another yet. */
        record Gone() implements Place {}

        /**
         * At the server that has its session.
         *
         * @param management the address of its management port
         * @param authority the CA of the management port, PEM, when it is not one that everybody knows
         */
        record At(URI management, Optional<String> authority) implements Place {}
    }

    /** Where requests to a device are carried out. */
    public Place placeOf(String endpoint) {
        return redis.placeOf(endpoint);
    }

    /** Why Redis does not answer, and what to do; empty while it does. Looked at every two seconds; never blocks. */
    public Optional<String> problem() {
        return redis.problem();
    }

    /** Tells the others where requests to the devices of the server of this process are carried out, until it is closed. */
    public void announce(Place.At place) {
        redis.announce(place);
    }

    /** For the server's inside. */
    RedisRegistrations redis() {
        return redis;
    }

    /** Leaves Redis; what is registered stays. */
    @Override
    public void close() {
        redis.close();
    }
}
