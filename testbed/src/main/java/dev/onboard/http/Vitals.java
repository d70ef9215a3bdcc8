package dev.onboard.http;

import dev.onboard.dtls.TurnedAway;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.IntSupplier;
import java.util.function.Supplier;

/**
 * What only the process itself knows of how it is: asked at each scrape of {@code /metrics} and each {@code /readyz}, by any
 * thread; nothing in it may block. Immutable; every method but the getters returns a copy.
 */
public final class Vitals {
    /** Of a process without DTLS servers. */
    public static final Vitals NONE = new Vitals(Map.of(), Map.of(), Map.of());

    private final Map<String, Server> servers;
    private final Map<String, IntSupplier> queues;
    private final Map<String, Supplier<Optional<String>>> needs;

    /**
     * A DTLS server.
     *
     * @param listening whether its port takes datagrams
     * @param sessions how many DTLS sessions are open
     * @param connections those, and the handshakes whose peer has proved its address
     * @param turnedAway the ClientHellos that got no answer
     */
    public record Server(
            BooleanSupplier listening,
            IntSupplier sessions,
            IntSupplier connections,
            Supplier<TurnedAway> turnedAway) {}

    private Vitals(
            Map<String, Server> servers,
            Map<String, IntSupplier> queues,
            Map<String, Supplier<Optional<String>>> needs) {
        this.servers = servers;
        this.queues = queues;
        this.needs = needs;
    }

    /** With this server; the process is ready while it listens. */
    public Vitals with(String name, Server server) {
        Map<String, Server> more = new LinkedHashMap<>(servers);
        more.put(name, server);
        return new Vitals(more, queues, needs);
    }

    /** With this queue: how much waits in it. */
    public Vitals with(String name, IntSupplier queue) {
        Map<String, IntSupplier> more = new LinkedHashMap<>(queues);
        more.put(name, queue);
        return new Vitals(servers, more, needs);
    }

    /**
     * With this that the process needs and that may fail it.
     *
     * @param problem what is the matter with it, for anybody to read; empty while it works
     */
    public Vitals needing(String name, Supplier<Optional<String>> problem) {
        Map<String, Supplier<Optional<String>>> more = new LinkedHashMap<>(needs);
        more.put(name, problem);
        return new Vitals(servers, queues, more);
    }

    Map<String, Supplier<Optional<String>>> needs() {
        return needs;
    }

    Map<String, Server> servers() {
        return servers;
    }

    Map<String, IntSupplier> queues() {
        return queues;
    }
}
