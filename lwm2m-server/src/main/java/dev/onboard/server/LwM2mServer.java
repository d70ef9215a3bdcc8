package dev.onboard.server;

import dev.onboard.account.Account;
import dev.onboard.dtls.DtlsThreads;
import dev.onboard.dtls.Transmission;
import dev.onboard.dtls.TurnedAway;
import dev.onboard.journal.Journal;
import dev.onboard.pki.Credential;
import dev.onboard.pki.TrustRules;
import dev.onboard.server.internal.LeshanServerRoom;
import dev.onboard.server.internal.Models;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * The LwM2M server: DTLS 1.2 with mutual X.509 authentication, registrations, and device management. Trust and admission
 * are the account's. Thread-safe; nothing here blocks.
 *
 * <p>Paths are LwM2M paths such as {@code /3/0/0}. An operation that is not carried out completes with an
 * {@link OperationException}.
 */
public final class LwM2mServer implements AutoCloseable {
    private final LeshanServerRoom server;

    private LwM2mServer(LeshanServerRoom server) {
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
     * @throws IOException when the port cannot be had; the message says which and why
     */
    public static LwM2mServer start(InetSocketAddress bind, Supplier<Credential> credential, Surroundings surroundings)
            throws IOException {
        return new LwM2mServer(LeshanServerRoom.start(bind, credential, surroundings, Optional.empty()));
    }

    /**
     * As the other, with registrations and observations that several servers share. It knows and manages the devices whose
     * session is with it; an update of a registration that was made at another brings the device here.
     *
     * @param shared outlives the server
     */
    public static LwM2mServer start(
            InetSocketAddress bind,
            Supplier<Credential> credential,
            Surroundings surroundings,
            SharedRegistrations shared)
            throws IOException {
        return new LwM2mServer(LeshanServerRoom.start(bind, credential, surroundings, Optional.of(shared.redis())));
    }

    /**
     * What the server stands on; all of it is shared and outlives the server.
     *
     * @param rules how strictly devices are judged
     * @param transmission when lost messages are sent again, and how large datagrams are
     * @param authorities what a device that enrols here shall trust from then on as EST server, roots first
     * @param role of the account's LwM2M servers
     * @param awake how long a device in queue mode is taken for awake after it was heard last (OMA LwM2M Core 6.5)
     */
    public record Surroundings(
            Account account,
            Journal journal,
            DtlsThreads threads,
            InstantSource clock,
            TrustRules rules,
            Transmission transmission,
            Supplier<List<X509Certificate>> authorities,
            Role role,
            Duration awake) {
        /** MAX_TRANSMIT_WAIT (RFC 7252 section 4.8.2), as OMA LwM2M Core 6.5 recommends. */
        public static final Duration USUALLY_AWAKE = Duration.ofSeconds(93);

        /** @throws IllegalArgumentException when a device would never be awake */
        public Surroundings {
            if (awake.isNegative() || awake.isZero()) {
                throw new IllegalArgumentException("a device that is awake for " + awake + " is never reached");
            }
        }

        /** Judging as usual. */
        public Surroundings(Account account, Journal journal, DtlsThreads threads, InstantSource clock) {
            this(
                    account,
                    journal,
                    threads,
                    clock,
                    TrustRules.USUAL,
                    Transmission.STANDARD,
                    List::of,
                    Role.MAIN,
                    USUALLY_AWAKE);
        }
    }

    /** Which of the account's LwM2M servers it is. */
    public enum Role {
        /** What is registered here is registered in the account's directory. */
        MAIN,
        /** Devices register here as well; the directory is the main server's. */
        FURTHER
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

    /**
     * The device's registration, when it is registered now.
     *
     * @throws OperationException {@code registrations-unavailable} when they are shared and Redis does not answer
     */
    public Optional<Registered> registration(String endpoint) {
        return server.registration(endpoint);
    }

    /**
     * The sleep of a registered device in queue mode; empty when it is awake, or uses no queue mode. What is asked of it meanwhile
     * completes when it has woken, or with the reason {@code device-asleep} when it does not.
     */
    public Optional<Sleep> sleep(String endpoint) {
        return server.sleep(endpoint);
    }

    /** Every registration there is now, in no order; throws as {@link #registration}. */
    public List<Registered> registrations() {
        return server.registrations();
    }

    /** Reads an object, an instance or a resource. */
    public CompletionStage<Node> read(String endpoint, String path) {
        return server.read(endpoint, path);
    }

    /** Writes a resource; the text is read as the resource's type asks: numbers, {@code true}, RFC 3339 times, Base64 for opaque values. */
    public CompletionStage<Void> write(String endpoint, String path, String value) {
        return server.write(endpoint, path, value);
    }

    /** Executes a resource with these arguments (OMA LwM2M Core 6.3.5); an empty text is none. */
    public CompletionStage<Void> execute(String endpoint, String path, String arguments) {
        return server.execute(endpoint, path, arguments);
    }

    /** As {@link #execute(String, String, String)} with arguments that are no text; gives the text of the answer, which may be empty. */
    public CompletionStage<String> execute(String endpoint, String path, byte[] arguments) {
        return server.execute(endpoint, path, arguments);
    }

    /**
     * Observes an object, an instance or a resource. Several may observe the same; it ends with the last of them.
     *
     * @param listener gets the present value and every notification, on a protocol thread
     * @return completes when the observation stands
     */
    public CompletionStage<Observation> observe(String endpoint, String path, Consumer<Answer> listener) {
        return server.observe(endpoint, path, listener);
    }

    /** Sends a request with bodies as they are on the wire, and gives what the device answered when it carried it out. */
    public CompletionStage<Answer> send(String endpoint, DeviceRequest request) {
        return server.send(endpoint, request);
    }

    /** As {@link #observe(String, String, Consumer)}, asking for this media type. */
    public CompletionStage<Observation> observe(
            String endpoint, String path, Optional<String> accept, Consumer<Answer> listener) {
        return server.observe(endpoint, path, accept, listener);
    }

    /**
     * A node as it is on the wire, for a {@link DeviceRequest}.
     *
     * @param path of what the node is; of an instance, the resources alone are written
     * @throws OperationException {@code invalid-path} or {@code invalid-value}
     */
    public Content encode(String path, Node node, String mediaType) {
        return server.encode(path, node, mediaType);
    }

    /** Reads several paths at once (OMA LwM2M Core 6.3.2), in this media type. What the device does not have is left out. */
    public CompletionStage<SortedMap<String, Node>> readTogether(
            String endpoint, List<String> paths, String mediaType) {
        return server.readTogether(endpoint, paths, mediaType);
    }

    /** Writes several resources at once (OMA LwM2M Core 6.3.4), in this media type. */
    public CompletionStage<Void> writeTogether(String endpoint, Map<String, Node> values, String mediaType) {
        return server.writeTogether(endpoint, values, mediaType);
    }

    /** Observes several paths at once; what comes of it is told to {@link #watch}. Gives the present values. */
    public CompletionStage<SortedMap<String, Node>> observeTogether(
            String endpoint, List<String> paths, String mediaType) {
        return server.observeTogether(endpoint, paths, mediaType);
    }

    /** Ends an observation of these paths; the next notification is answered with a reset. */
    public void cancelTogether(String endpoint, List<String> paths) {
        server.cancelTogether(endpoint, paths);
    }

    /**
     * Gives the packages of active update campaigns to whoever asks at this address too, by CoAP without DTLS: nobody has to
     * prove anything. Until the server is closed.
     *
     * @param bind the address to listen on; port 0 picks a free one
     * @return the address with the real port
     * @throws IOException when the port cannot be had; the message says which and why
     */
    public InetSocketAddress serveFirmware(InetSocketAddress bind) throws IOException {
        return server.serveFirmware(bind);
    }

    /** The package of an active update campaign, which devices also fetch from {@code /firmware/CAMPAIGN}; empty when there is none. */
    CompletionStage<Optional<byte[]>> packageOf(String campaign) {
        return server.packageOf(campaign);
    }

    /**
     * Executes a resource with octets as its argument, as the platform's clients take a manifest (/10252/0/1).
     *
     * @return fails as that of {@link #execute} does
     */
    public CompletionStage<Void> post(String endpoint, String path, byte[] octets) {
        return server.post(endpoint, path, octets);
    }

    /** What the server knows of objects, by id. */
    public List<ObjectSpec> objects() {
        return server.objects();
    }

    /** Calls the listener with everything that happens but messages, on a protocol thread: it must not block. */
    public Journal.Subscription watch(Consumer<ServerEvent> listener) {
        return server.watch(listener);
    }

    /** Calls the listener with every CoAP message to and from this device while it is registered; as {@link #watch}. */
    public Journal.Subscription watchMessages(String endpoint, Consumer<ServerEvent.Message> listener) {
        return server.watchMessages(endpoint, listener);
    }

    /** An observation that stands. */
    public interface Observation extends AutoCloseable {
        /** Cancels it. */
        @Override
        void close();
    }

    /** Stops the server and closes its port. */
    @Override
    public void close() {
        server.close();
    }
}
