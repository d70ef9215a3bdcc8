package dev.onboard.server.internal;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.onboard.server.SharedRegistrations.Place;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.eclipse.leshan.server.redis.JedisLock;
import org.eclipse.leshan.server.redis.RedisRegistrationStore;
import org.eclipse.leshan.server.redis.SingleInstanceJedisLock;
import org.eclipse.leshan.server.registration.RegistrationStore;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.exceptions.JedisConnectionException;
import redis.clients.jedis.exceptions.JedisException;
import redis.clients.jedis.util.JedisURIHelper;

/**
 * Leshan's registrations in Redis. Each registration is stored with the node that has the device's session: a name of the
 * server that is new at each start, as sessions are. A node tells every few seconds that it is there, and where its
 * management port is. Thread-safe.
 */
public final class RedisRegistrations implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(RedisRegistrations.class);
    private static final ObjectMapper JSON = new ObjectMapper();
    /** A node of which nothing was heard for so long is gone. */
    private static final Duration SILENCE = Duration.ofSeconds(6);

    private static final Duration BEAT = Duration.ofSeconds(2);
    /** So much longer than its lifetime a registration is kept: its server may die just before an update, which then comes late. */
    private static final Duration GRACE = Duration.ofSeconds(30);

    private static final int NODE_OCTETS = 8;
    private static final String REGISTRATION = "REG#EP#";
    private static final String MANAGEMENT = "management";
    private static final String AUTHORITY = "authority";
    private static final String SEAL = "seal";

    private final RedisPool pool;
    private final String prefix;
    private final URI node;
    private final Seal seal;
    private final StoredRegistrations registrations;
    private final ScheduledExecutorService beats = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "onboard-redis-beat");
        thread.setDaemon(true);
        return thread;
    });

    /** What the others are told of this node; empty: it is none. */
    private volatile Optional<String> told = Optional.empty();

    private RedisRegistrations(RedisPool pool, String account, Seal seal, SecureRandom random) {
        byte[] name = new byte[NODE_OCTETS];
        random.nextBytes(name);
        this.pool = pool;
        this.seal = seal;
        this.prefix = "onboard#" + account + "#";
        // in the form of an endpoint's address, host and port, which Leshan asks for
        this.node =
                URI.create(StoredRegistrations.NODE + "://n" + HexFormat.of().formatHex(name) + ":1");
        this.registrations = new StoredRegistrations(node);
    }

    /** See {@link dev.onboard.server.SharedRegistrations#at}. */
    public static RedisRegistrations at(URI redis, String account, String secret, SecureRandom random)
            throws IOException {
        if (!JedisURIHelper.isValid(redis)
                || !("redis".equals(redis.getScheme()) || "rediss".equals(redis.getScheme()))) {
            throw new IllegalArgumentException(
                    "the address of Redis has the form redis://HOST:PORT/DATABASE, or rediss:// over TLS");
        }
        checkCharset(Charset.defaultCharset());
        RedisPool pool = new RedisPool(redis);
        try (Jedis jedis = pool.first()) {
            jedis.ping();
        } catch (JedisException e) {
            pool.close();
            throw new IOException(pool.said(e), e);
        }
        RedisRegistrations opened = new RedisRegistrations(pool, account, new Seal(secret), random);
        opened.beats.scheduleWithFixedDelay(opened::beat, BEAT.toMillis(), BEAT.toMillis(), TimeUnit.MILLISECONDS);
        return opened;
    }

    /** Leshan makes keys of endpoint names in Java's default charset, and reads them as UTF-8. */
    static void checkCharset(Charset used) throws IOException {
        if (!used.equals(StandardCharsets.UTF_8)) {
            throw new IOException(
                    "registrations are kept in Redis under their endpoint names in UTF-8, and this Java would"
                            + " write them in " + used
                            + "; start it with -Dfile.encoding=UTF-8, as ./onboard does, or take Java 18"
                            + " or newer");
        }
    }

    /** The store of a server that listens where {@link #listensAt} says. */
    RegistrationStore store() {
        return new RedisRegistrationStore.Builder(pool)
                .setPrefix(prefix)
                .setLock(new Patient())
                .setGracePeriod(GRACE.toSeconds())
                .setRegistrationByEndpointPrefix(REGISTRATION)
                .setRegistrationSerDes(registrations)
                .setIdentitySerDes(new StoredIdentities())
                .build();
    }

    /** The endpoint of the server of this process. */
    void listensAt(URI endpoint) {
        registrations.listensAt(endpoint);
    }

    /** See {@link dev.onboard.server.SharedRegistrations#placeOf}. */
    public Place placeOf(String endpoint) {
        try {
            try {
                return asked(endpoint);
            } catch (JedisConnectionException e) {
                return asked(endpoint); // anew: that connection may only be from before Redis was started again
            }
        } catch (JedisException e) {
            return new Place.Unknown(pool.problem().orElseGet(() -> pool.said(e)));
        } catch (IOException e) {
            throw new IllegalStateException("what Redis holds of '" + endpoint + "' cannot be read", e);
        }
    }

    private Place asked(String endpoint) throws IOException {
        try (Jedis jedis = pool.getResource()) {
            byte[] registration = jedis.get((prefix + REGISTRATION + endpoint).getBytes(StandardCharsets.UTF_8));
            if (registration == null) {
                return new Place.Nowhere();
            }
            String holder = StoredRegistrations.nodeOf(JSON.readTree(registration));
            String there = jedis.get(key(holder));
            return there == null ? new Place.Gone() : place(holder, JSON.readTree(there));
        }
    }

    /** See {@link dev.onboard.server.SharedRegistrations#problem}. */
    public Optional<String> problem() {
        return pool.problem();
    }

    /** Whoever asks there shows the account's API key: so only a server that has it is believed. */
    private Place place(String holder, JsonNode said) {
        String management = said.path(MANAGEMENT).asText();
        Optional<String> authority = Optional.ofNullable(said.get(AUTHORITY)).map(JsonNode::asText);
        return seal.isOf(said.path(SEAL).asText(), holder, management, authority.orElse(""))
                ? new Place.At(URI.create(management), authority)
                : new Place.Unknown("what Redis has of the server is not sealed with this account's API key; see who"
                        + " may write to Redis, and that all servers have the same --account-dir");
    }

    /** See {@link dev.onboard.server.SharedRegistrations#announce}. */
    public void announce(Place.At place) {
        ObjectNode said =
                JSON.createObjectNode().put(MANAGEMENT, place.management().toString());
        place.authority().ifPresent(pem -> said.put(AUTHORITY, pem));
        said.put(
                SEAL,
                seal.of(
                        node.toString(),
                        place.management().toString(),
                        place.authority().orElse("")));
        String text;
        try {
            text = JSON.writeValueAsString(said);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
        told = Optional.of(text);
        beat();
    }

    private void beat() {
        Optional<String> text = told;
        pool.probe(jedis -> {
            if (text.isPresent()) {
                jedis.setex(key(node.toString()), SILENCE.toSeconds(), text.get());
            } else {
                jedis.ping();
            }
        });
    }

    private String key(String ofNode) {
        return prefix + "NODE#" + ofNode;
    }

    @Override
    public void close() {
        beats.shutdownNow();
        try (Jedis jedis = pool.getResource()) {
            jedis.del(key(node.toString()));
        } catch (JedisException e) {
            LOG.info("Redis does not take that this server ends: {}", RedisPool.cause(e));
        }
        pool.close();
    }

    /** Whether an exception, or what caused it, came of Redis; its sentence then. */
    static Optional<String> failure(@Nullable Throwable thrown) {
        for (Throwable each = thrown; each != null; each = each.getCause()) {
            if (each instanceof JedisException) {
                return Optional.of(RedisPool.cause(each));
            }
        }
        return Optional.empty();
    }

    /** Leshan's lock, which is told from a fault of the program when it cannot be had. */
    private static final class Patient implements JedisLock {
        private final JedisLock lock = new SingleInstanceJedisLock();

        @Override
        public byte[] acquire(Jedis jedis, byte[] key) {
            try {
                return lock.acquire(jedis, key);
            } catch (IllegalStateException e) {
                throw new JedisException(String.valueOf(e.getMessage()), e);
            }
        }

        @Override
        public void release(Jedis jedis, byte[] key, byte[] value) {
            lock.release(jedis, key, value);
        }
    }
}
