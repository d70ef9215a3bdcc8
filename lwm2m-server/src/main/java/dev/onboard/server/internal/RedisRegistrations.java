package dev.onboard.server.internal;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.onboard.server.SharedRegistrations.Place;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.eclipse.leshan.server.redis.RedisRegistrationStore;
import org.eclipse.leshan.server.registration.RegistrationStore;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.JedisPool;
import redis.clients.jedis.JedisPoolConfig;
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
    private static final int CONNECTIONS = 32;
    /** A node of which nothing was heard for so long is gone. */
    private static final Duration SILENCE = Duration.ofSeconds(6);

    private static final Duration BEAT = Duration.ofSeconds(2);
    /** So much longer than its lifetime a registration is kept: its server may die just before an update, which then comes late. */
    private static final Duration GRACE = Duration.ofSeconds(30);

    private static final int NODE_OCTETS = 8;
    private static final String REGISTRATION = "REG#EP#";

    private final JedisPool pool;
    private final String prefix;
    private final URI node;
    private final StoredRegistrations registrations;
    private final ScheduledExecutorService beats = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "onboard-redis-beat");
        thread.setDaemon(true);
        return thread;
    });

    private RedisRegistrations(JedisPool pool, String account, SecureRandom random) {
        byte[] name = new byte[NODE_OCTETS];
        random.nextBytes(name);
        this.pool = pool;
        this.prefix = "onboard#" + account + "#";
        // in the form of an endpoint's address, host and port, which Leshan asks for
        this.node =
                URI.create(StoredRegistrations.NODE + "://n" + HexFormat.of().formatHex(name) + ":1");
        this.registrations = new StoredRegistrations(node);
    }

    /** See {@link dev.onboard.server.SharedRegistrations#at}. */
    public static RedisRegistrations at(URI redis, String account, SecureRandom random) throws IOException {
        if (!JedisURIHelper.isValid(redis)
                || !("redis".equals(redis.getScheme()) || "rediss".equals(redis.getScheme()))) {
            throw new IllegalArgumentException(
                    "the address of Redis has the form redis://HOST:PORT/DATABASE, or rediss:// over TLS");
        }
        JedisPoolConfig settings = new JedisPoolConfig();
        settings.setMaxTotal(CONNECTIONS);
        settings.setMaxIdle(CONNECTIONS);
        settings.setJmxEnabled(false);
        JedisPool pool = new JedisPool(settings, redis);
        try (Jedis jedis = pool.getResource()) {
            jedis.ping();
        } catch (JedisException e) {
            pool.close();
            throw new IOException(
                    "Redis at " + redis.getHost() + ":" + redis.getPort() + " does not answer: " + cause(e)
                            + "; start it, or give another with --redis",
                    e);
        }
        return new RedisRegistrations(pool, account, random);
    }

    /** Jedis says first that it could not, and only then why. */
    private static String cause(Throwable failure) {
        Throwable last = failure;
        while (last.getCause() != null) {
            last = last.getCause();
        }
        return String.valueOf(last.getMessage());
    }

    /** The store of a server that listens where {@link #listensAt} says. */
    RegistrationStore store() {
        return new RedisRegistrationStore.Builder(pool)
                .setPrefix(prefix)
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
        try (Jedis jedis = pool.getResource()) {
            byte[] registration = jedis.get((prefix + REGISTRATION + endpoint).getBytes(StandardCharsets.UTF_8));
            if (registration == null) {
                return new Place.Nowhere();
            }
            String there = jedis.get(key(StoredRegistrations.nodeOf(JSON.readTree(registration))));
            return there == null ? new Place.Gone() : place(JSON.readTree(there));
        } catch (IOException e) {
            throw new IllegalStateException("what Redis holds of '" + endpoint + "' cannot be read", e);
        }
    }

    private static Place place(JsonNode said) {
        return new Place.At(
                URI.create(said.path("management").asText()),
                Optional.ofNullable(said.get("authority")).map(JsonNode::asText));
    }

    /** See {@link dev.onboard.server.SharedRegistrations#announce}. */
    public void announce(Place.At place) {
        ObjectNode said =
                JSON.createObjectNode().put("management", place.management().toString());
        place.authority().ifPresent(pem -> said.put("authority", pem));
        String text;
        try {
            text = JSON.writeValueAsString(said);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
        tell(text);
        beats.scheduleAtFixedRate(() -> tell(text), BEAT.toMillis(), BEAT.toMillis(), TimeUnit.MILLISECONDS);
    }

    private void tell(String text) {
        try (Jedis jedis = pool.getResource()) {
            jedis.setex(key(node.toString()), SILENCE.toSeconds(), text);
        } catch (JedisException e) {
            LOG.warn("Redis does not take that this server is there: {}", cause(e));
        }
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
            LOG.warn("Redis does not take that this server ends: {}", cause(e));
        }
        pool.close();
    }

    /** Whether an exception, or what caused it, came of Redis; its sentence then. */
    static Optional<String> failure(@Nullable Throwable thrown) {
        for (Throwable each = thrown; each != null; each = each.getCause()) {
            if (each instanceof JedisException) {
                return Optional.of(cause(each));
            }
        }
        return Optional.empty();
    }
}
