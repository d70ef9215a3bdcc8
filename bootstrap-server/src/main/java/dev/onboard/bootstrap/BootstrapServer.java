package dev.onboard.bootstrap;

import dev.onboard.account.Account;
import dev.onboard.bootstrap.internal.LeshanBootstrap;
import dev.onboard.bootstrap.internal.Models;
import dev.onboard.dtls.DtlsThreads;
import dev.onboard.dtls.Transmission;
import dev.onboard.dtls.TurnedAway;
import dev.onboard.journal.Journal;
import dev.onboard.pki.Credential;
import dev.onboard.pki.TrustRules;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.function.Supplier;

/**
 * The bootstrap server: DTLS 1.2 with mutual X.509 authentication, {@code POST /bs}, and the delivery of an LwM2M key,
 * its certificate and the LwM2M server account (OMA LwM2M Core 6.1, Transport 5.2.8.3). Trust, admission and issuing are
 * the account's. Thread-safe.
 */
public final class BootstrapServer implements AutoCloseable {
    private final LeshanBootstrap server;

    private BootstrapServer(LeshanBootstrap server) {
        this.server = server;
    }

    /**
     * Loads what the first start in this process needs. A start does so itself when this was not called; on another thread,
     * ahead of it, it makes the start quicker.
     */
    public static void prepare() {
        Models.load();
    }

    /**
     * Starts the server; returns when its port answers.
     *
     * @param bind the address to listen on; port 0 picks a free one
     * @param credential the server's key and certificate, asked at every handshake
     * @param deliveries what a bootstrap writes, asked at every one
     * @throws IOException when the port cannot be had; the message says which and why
     */
    public static BootstrapServer start(
            InetSocketAddress bind, Supplier<Credential> credential, Deliveries deliveries, Surroundings surroundings)
            throws IOException {
        return new BootstrapServer(LeshanBootstrap.start(bind, credential, deliveries, surroundings));
    }

    /**
     * What the server stands on; all of it is shared and outlives the server.
     *
     * @param rules how strictly devices are judged
     * @param transmission when lost messages are sent again, and how large datagrams are
     */
    public record Surroundings(
            Account account,
            Journal journal,
            DtlsThreads threads,
            InstantSource clock,
            SecureRandom random,
            TrustRules rules,
            Transmission transmission) {
        /** Judging as usual. */
        public Surroundings(
                Account account, Journal journal, DtlsThreads threads, InstantSource clock, SecureRandom random) {
            this(account, journal, threads, clock, random, TrustRules.USUAL, Transmission.STANDARD);
        }
    }

    /** The address it listens on, with the real port. */
    public InetSocketAddress address() {
        return server.address();
    }

    /** Whether its port takes datagrams: from {@link #start} to {@link #close}. */
    public boolean isListening() {
        return server.isListening();
    }

    /** How many DTLS sessions are open. */
    public int openSessions() {
        return server.openSessions();
    }

    /** How many DTLS connections are kept: the open sessions, and the handshakes whose peer has proved its address (RFC 6347, 4.2.1). */
    public int openConnections() {
        return server.openConnections();
    }

    /** How many ClientHellos got no answer. */
    public TurnedAway turnedAway() {
        return server.turnedAway();
    }

    /** Stops the server and closes its port. Bootstraps under way end there. */
    @Override
    public void close() {
        server.close();
    }
}
