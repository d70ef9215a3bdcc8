package dev.onboard.server.internal;

import java.net.URI;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Optional;
import javax.net.ssl.SSLParameters;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.JedisPool;
import redis.clients.jedis.JedisPoolConfig;
import redis.clients.jedis.exceptions.JedisConnectionException;
import redis.clients.jedis.exceptions.JedisDataException;
import redis.clients.jedis.exceptions.JedisException;

/**
 * Connections to Redis, and whether it answers. While it does not, whoever wants a connection is refused at once, and nobody
 * waits for it on a protocol thread; that it answers again is found by {@link #probe}. An outage is told when it begins and
 * when it ends. Thread-safe.
 */
final class RedisPool extends JedisPool {
    private static final Logger LOG = LoggerFactory.getLogger(RedisPool.class);
    private static final int CONNECTIONS = 32;

    private final String address;
    private @Nullable String problem;
    private long since;

    /** What is asked of Redis to see whether it answers. */
    @FunctionalInterface
    interface Question {
        void ask(Jedis redis);
    }

    RedisPool(URI redis) {
        // over TLS the certificate must be this host's (RFC 2818, 3.1), which Jedis does not look at by itself
        super(settings(), redis, null, namingTheHost(), null);
        this.address = redis.getHost() + ":" + redis.getPort();
    }

    private static JedisPoolConfig settings() {
        JedisPoolConfig settings = new JedisPoolConfig();
        settings.setMaxTotal(CONNECTIONS);
        settings.setMaxIdle(CONNECTIONS);
        settings.setJmxEnabled(false);
        settings.setTestWhileIdle(false); // whether Redis answers is found by probes
        return settings;
    }

    private static SSLParameters namingTheHost() {
        SSLParameters parameters = new SSLParameters();
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        return parameters;
    }

    @Override
    public Jedis getResource() {
        Optional<String> known = problem();
        if (known.isPresent()) {
            throw new JedisConnectionException(known.get());
        }
        try {
            return super.getResource();
        } catch (JedisConnectionException e) {
            failed(e);
            throw new JedisConnectionException(said(e));
        }
    }

    /** A connection, when nothing is known yet. */
    Jedis first() {
        return super.getResource();
    }

    /** A connection that broke may be one of many to a Redis that was started again: the idle ones are not used any more. */
    @Override
    public void returnBrokenResource(Jedis redis) {
        super.returnBrokenResource(redis);
        clear();
    }

    /** Asks Redis, even if it is known not to answer; may wait for it for seconds. */
    void probe(Question question) {
        try {
            try {
                ask(question);
            } catch (JedisConnectionException e) {
                ask(question); // anew: that connection may only be from before Redis was started again
            }
            answered();
        } catch (JedisException e) {
            failed(e);
        }
    }

    private void ask(Question question) {
        try (Jedis redis = super.getResource()) {
            question.ask(redis);
        }
    }

    /** Where it is, why it does not answer, and what to do; empty while it answers. Never waits. */
    synchronized Optional<String> problem() {
        return Optional.ofNullable(problem);
    }

    private synchronized void failed(JedisException failure) {
        if (problem == null && !isClosed()) {
            since = System.nanoTime();
            problem = said(failure);
            LOG.warn(
                    "{}. Until it does, registrations, updates and requests to devices are refused with 5.03 or HTTP 503"
                            + " (registrations-unavailable); devices try again by themselves",
                    problem);
        }
    }

    private synchronized void answered() {
        if (problem != null) {
            problem = null;
            LOG.warn(
                    "Redis at {} answers again, after {} s: what was refused is taken again, and what it forgot is"
                            + " registered again at the devices' next updates",
                    address,
                    Duration.ofNanos(System.nanoTime() - since).toSeconds());
        }
    }

    /** One sentence without a full stop. */
    String said(JedisException failure) {
        return "Redis at " + address
                + (failure instanceof JedisDataException ? " refuses this process: " : " does not answer: ")
                + cause(failure) + "; start it, or repair the way to it (--redis)";
    }

    /** Jedis says first that it could not, and only then why. */
    static String cause(Throwable failure) {
        Throwable last = failure;
        while (last.getCause() != null || last.getSuppressed().length > 0) {
            last = last.getCause() != null ? last.getCause() : last.getSuppressed()[0];
        }
        return last instanceof UnknownHostException ? "there is no such host" : String.valueOf(last.getMessage());
    }
}
