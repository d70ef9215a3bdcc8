package dev.onboard.device.internal;

import dev.onboard.device.Failure;
import dev.onboard.device.Failure.Outlook;
import dev.onboard.dtls.HandshakeJournal;
import dev.onboard.dtls.HandshakeRecord;
import dev.onboard.dtls.Sessions.Resumption;
import dev.onboard.dtls.internal.DtlsClientSide;
import dev.onboard.journal.Party;
import dev.onboard.journal.Stage;
import dev.onboard.pki.Alert;
import dev.onboard.pki.AlertClass;
import dev.onboard.pki.Credential;
import dev.onboard.pki.TrustPolicy;
import dev.onboard.pki.Verdict;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.eclipse.californium.core.coap.CoAP.ResponseCode;
import org.eclipse.californium.core.coap.MessageObserverAdapter;
import org.eclipse.californium.core.coap.Request;
import org.eclipse.californium.core.coap.Response;
import org.eclipse.californium.core.network.CoapEndpoint;
import org.eclipse.californium.core.network.Exchange;
import org.eclipse.californium.core.network.interceptors.MessageInterceptor;
import org.eclipse.californium.core.server.MessageDeliverer;
import org.eclipse.californium.elements.AddressEndpointContext;
import org.eclipse.californium.elements.EndpointContext;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A device's way to one server: a socket, the DTLS session on it, requests out and requests in. Only that server's requests
 * arrive on it, for the device never plays the DTLS server (OMA LwM2M Transport 5.2.7). Thread-safe.
 */
final class Link {
    /** The reason of a request that a server which has forgotten the session does not answer. */
    static final String SESSION_LOST = "session-lost";

    private static final Logger LOG = LoggerFactory.getLogger(Link.class);
    /** Scandium tells the message that could not be sent first, and what became of the handshake a moment later. */
    private static final Duration RECORD_FOLLOWS = Duration.ofSeconds(1);

    /**
     * After so many retransmissions without a word, 14 to 21 seconds with CoAP's times (RFC 7252, 4.2), a server is taken to have
     * forgotten the session: it drops records of one that it does not know in silence (RFC 6347, 4.1.2.7).
     */
    private static final int SILENT_RETRANSMISSIONS = 3;

    private static final int COAPS_PORT = 5684;
    private static final int COAP_PORT = 5683;

    private final Surroundings surroundings;
    private final Party server;
    private final CoapEndpoint endpoint;
    private final EndpointContext destination;
    private final Stage handshakeStage;
    private final Blocks blocks;
    private final boolean isSecure;
    private final AtomicReference<Runnable> waitsForRecord = new AtomicReference<>(() -> {});
    private volatile @Nullable Failure refusedHandshake;
    private final InstantSource clock;
    /** The verdict on the server's certificates does not hold longer. */
    private volatile Instant serverTrustedUntil = Instant.MIN;

    private volatile boolean closed;
    /** The next request is sent in a new session. */
    private boolean sessionLost;
    /** How many there were in place of lost ones. */
    private int newSessions;

    /** Answers what the server asks; called on a protocol thread, must not block. */
    @FunctionalInterface
    interface Handler {
        void handle(Exchange exchange);

        /** The first block of a larger body for this path has come. */
        default void begun(String path) {}
    }

    /** What becomes of a request, told once. */
    interface Reply {
        void answered(Response response);

        void failed(Failure failure);
    }

    /**
     * Where to and as whom.
     *
     * @param name for SNI
     */
    record Target(
            String device,
            Party server,
            Stage handshakeStage,
            URI uri,
            String name,
            Credential credential,
            TrustPolicy policy,
            InstantSource clock,
            List<Integer> suites) {}

    private Link(
            Surroundings surroundings,
            Party server,
            Stage stage,
            EndpointContext destination,
            InstantSource clock,
            Function<HandshakeRecord.Observer, CoapEndpoint> endpoints,
            HandshakeRecord.Observer observer,
            Handler handler) {
        this.surroundings = surroundings;
        this.clock = clock;
        this.server = server;
        this.handshakeStage = stage;
        this.isSecure = stage != Stage.FIRMWARE;
        this.destination = destination;
        this.endpoint = endpoints.apply(handshake -> {
            if (!closed) {
                observer.ended(handshake);
                if (handshake.verdict().orElse(null) instanceof Verdict.Trusted trusted) {
                    serverTrustedUntil = trusted.validUntil();
                }
                refusedHandshake = failure(handshake);
                if (refusedHandshake != null) {
                    waitsForRecord.getAndSet(() -> {}).run();
                }
            }
        });
        this.blocks = new Blocks(handler::begun);
        endpoint.addInterceptor(blocks);
        endpoint.setMessageDeliverer(new Deliverer(handler));
    }

    /**
     * Looks the host up and opens a socket; blocks. No message is sent yet.
     *
     * @throws IOException when there is no such host or no socket left; the message is a sentence
     */
    static Link open(Surroundings surroundings, Target target, Handler handler) throws IOException {
        HandshakeJournal events = HandshakeJournal.ofDevice(
                surroundings.journal(), target.handshakeStage(), target.device(), target.server());
        Link link = new Link(
                surroundings,
                target.server(),
                target.handshakeStage(),
                DtlsClientSide.destination(address(target.uri(), COAPS_PORT), target.name()),
                target.clock(),
                observer -> surroundings
                        .dtls()
                        .endpoint(target.credential(), target.policy(), target.clock(), target.suites(), observer),
                events::ended,
                handler);
        link.endpoint.start();
        return link;
    }

    /** As {@link #open}, without DTLS: nobody is told who the device is, and nothing that arrives proves anything. */
    static Link openPlain(Surroundings surroundings, URI uri, Handler handler) throws IOException {
        Link link = new Link(
                surroundings,
                Party.LWM2M_SERVER,
                Stage.FIRMWARE,
                new AddressEndpointContext(address(uri, COAP_PORT)),
                InstantSource.system(),
                observer -> surroundings.dtls().plainEndpoint(),
                handshake -> {},
                handler);
        link.endpoint.start();
        return link;
    }

    private static InetSocketAddress address(URI uri, int usual) throws IOException {
        try {
            return new InetSocketAddress(
                    InetAddress.getByName(bare(uri.getHost())), uri.getPort() < 0 ? usual : uri.getPort());
        } catch (UnknownHostException e) {
            throw new IOException("the host '" + uri.getHost() + "' of " + uri + " is not known", e);
        }
    }

    private static String bare(String host) {
        return host.startsWith("[") && host.endsWith("]") ? host.substring(1, host.length() - 1) : host;
    }

    /**
     * Sends a request; the DTLS handshake comes first when there is no session.
     *
     * @param stage for the failure when it fails
     * @param patience how long to wait for an answer once the server has the request
     */
    void send(Request request, Stage stage, Duration patience, Reply reply) {
        send(request, stage, patience, Integer.MAX_VALUE, reply);
    }

    /**
     * As {@link #send}, but when the server says nothing at all it is taken to have forgotten the session, long before CoAP would give
     * the request up, and the request is made and sent once more, in a new session.
     *
     * @param lost told before the second attempt; may block
     */
    void sendOverAgain(Supplier<Request> request, Stage stage, Duration patience, Consumer<Failure> lost, Reply reply) {
        send(request.get(), stage, patience, SILENT_RETRANSMISSIONS, new Reply() {
            @Override
            public void answered(Response response) {
                reply.answered(response);
            }

            @Override
            public void failed(Failure failure) {
                if (!failure.reason().equals(SESSION_LOST)) {
                    reply.failed(failure);
                    return;
                }
                surroundings.work(() -> {
                    lost.accept(failure);
                    if (!closed) {
                        send(request.get(), stage, patience, reply);
                    }
                });
            }
        });
    }

    private void send(Request request, Stage stage, Duration patience, int silence, Reply reply) {
        refusedHandshake = null;
        int session;
        synchronized (this) {
            request.setDestinationContext(sessionLost ? inAnotherSession() : destination);
            newSessions += sessionLost ? 1 : 0;
            session = newSessions;
            sessionLost = false;
        }
        String what = request.getCode() + " /" + request.getOptions().getUriPathString();
        AtomicBoolean told = new AtomicBoolean();
        Surroundings.Timer deadline = surroundings.after(patience, () -> {
            if (told.compareAndSet(false, true)) {
                request.cancel();
                if (!closed) {
                    reply.failed(timeout(stage, what));
                }
            }
        });
        request.addMessageObserver(new MessageObserverAdapter() {
            private final AtomicInteger retransmissions = new AtomicInteger();

            @Override
            public void onRetransmission() {
                if (retransmissions.incrementAndGet() == silence) {
                    lost();
                    request.cancel();
                }
            }

            private void lost() {
                synchronized (Link.this) {
                    sessionLost = sessionLost || session == newSessions;
                }
                fail(Failure.of(
                        stage,
                        SESSION_LOST,
                        "the " + said(server) + " says nothing at all to " + what
                                + "; it may have started again and forgotten the session, so the device makes another",
                        Outlook.MAY_PASS));
            }

            @Override
            public void onResponse(Response response) {
                if (told.compareAndSet(false, true)) {
                    deadline.cancel();
                    reply.answered(response);
                }
            }

            @Override
            public void onTimeout() {
                if (silence == SILENT_RETRANSMISSIONS) {
                    lost();
                } else {
                    fail(timeout(stage, what));
                }
            }

            @Override
            public void onReject() {
                fail(Failure.of(
                        stage,
                        "reset",
                        "the " + said(server) + " answered " + what + " with a reset",
                        Outlook.MAY_PASS));
            }

            @Override
            public void onSendError(Throwable error) {
                Runnable tell = () -> fail(sendError(what, error));
                waitsForRecord.set(tell);
                surroundings.after(RECORD_FOLLOWS, tell);
                if (refusedHandshake != null) {
                    tell.run();
                }
            }

            @Override
            public void onResponseHandlingError(Throwable cause) {
                fail(Failure.of(
                        stage,
                        "malformed-answer",
                        "the answer of the " + said(server) + " to " + what + " cannot be used: " + cause.getMessage(),
                        Outlook.MAY_PASS));
            }

            @Override
            public void onCancel() {
                told.set(true);
                deadline.cancel();
            }

            private void fail(Failure failure) {
                if (told.compareAndSet(false, true)) {
                    deadline.cancel();
                    if (!closed) {
                        reply.failed(failure);
                    }
                }
            }
        });
        endpoint.sendRequest(request);
    }

    /** A session is resumed as long as the server's certificates hold: it shows none then (RFC 5246, 7.3). */
    private EndpointContext inAnotherSession() {
        return surroundings.resumption() == Resumption.ON && !clock.instant().isAfter(serverTrustedUntil)
                ? DtlsClientSide.inResumedSession(destination)
                : DtlsClientSide.inNewSession(destination);
    }

    /** As {@link #send}, for one block of a body; the reply says which block came. */
    void sendForBlock(Request request, Stage stage, Duration patience, Download.Source.Reply reply) {
        send(request, stage, patience, isSecure ? SILENT_RETRANSMISSIONS : Integer.MAX_VALUE, new Reply() {
            @Override
            public void answered(Response response) {
                reply.answered(response, blocks.received(request));
            }

            @Override
            public void failed(Failure failure) {
                blocks.received(request);
                reply.failed(failure);
            }
        });
    }

    private Failure sendError(String what, Throwable error) {
        Failure handshake = refusedHandshake;
        return handshake != null
                ? handshake
                : Failure.of(
                        handshakeStage,
                        "not-sent",
                        what + " could not be sent to the " + said(server) + ": " + error.getMessage(),
                        Outlook.MAY_PASS);
    }

    /** The failure that an answer of class 4 or 5 is. */
    Failure refusal(Stage stage, String what, Response response) {
        ResponseCode code = response.getCode();
        String text = response.getPayloadSize() == 0 ? "" : ": " + response.getPayloadString();
        boolean passes = code.isServerError()
                || code == ResponseCode.REQUEST_ENTITY_INCOMPLETE
                || code == ResponseCode.TOO_MANY_REQUESTS;
        return Failure.refused(
                stage,
                server,
                "response-" + code.text,
                "the " + said(server) + " answered " + what + " with " + code.text + " "
                        + code.name().toLowerCase(Locale.ROOT).replace('_', ' ') + text + "; its own event says why",
                passes ? Outlook.MAY_PASS : Outlook.PERMANENT);
    }

    /** Does the journal know of this failure already, from the handshake itself? */
    boolean isRecorded(Failure failure) {
        return failure == refusedHandshake;
    }

    /** Has every message to and from the server pass by it. */
    void add(MessageInterceptor watch) {
        endpoint.addInterceptor(watch);
    }

    /** The server may ask for the last answer once more, and for nothing before it. */
    void lastWasAnswered() {
        DtlsClientSide.lastWasAnswered(endpoint);
    }

    /**
     * Ends the session with a word to the server, and closes the socket. Nothing is told to anybody afterwards.
     *
     * @param then what comes when the socket is closed; may block
     */
    void leave(Runnable then) {
        closed = true;
        DtlsClientSide.leave(
                endpoint,
                destination.getPeerAddress(),
                () -> surroundings.after(Duration.ZERO, () -> {
                    endpoint.destroy();
                    surroundings.work(then);
                }));
    }

    /** Closes socket and session, without a word. Nothing is told to anybody afterwards. */
    void close() {
        closed = true;
        endpoint.destroy();
    }

    private Failure timeout(Stage stage, String what) {
        return Failure.of(
                stage,
                "timeout",
                "the " + said(server) + " at " + destination.getPeerAddress().getHostString() + ":"
                        + destination.getPeerAddress().getPort() + " did not answer " + what,
                Outlook.MAY_PASS);
    }

    static String said(Party party) {
        return party == Party.LWM2M_SERVER ? "LwM2M server" : party.word().replace('-', ' ');
    }

    private @Nullable Failure failure(HandshakeRecord handshake) {
        HandshakeRecord.Result result = handshake.result();
        if (result instanceof HandshakeRecord.Result.RefusedHere refused) {
            return new Failure(
                    handshakeStage,
                    Optional.of(Party.DEVICE),
                    refused.reason(),
                    OptionalInt.of(refused.alert()),
                    refused.detail(),
                    outlook(refused.alert()));
        }
        if (result instanceof HandshakeRecord.Result.RefusedByPeer refused) {
            String word = Alert.of(refused.alert()).map(Alert::word).orElse(Integer.toString(refused.alert()));
            return new Failure(
                    handshakeStage,
                    Optional.of(server),
                    "alert-" + word.replace('_', '-'),
                    OptionalInt.of(refused.alert()),
                    "the " + said(server) + " ended the handshake with alert " + word + " (" + refused.alert()
                            + "); its own event says why",
                    outlook(refused.alert()));
        }
        if (result instanceof HandshakeRecord.Result.Failed failed) {
            return Failure.of(handshakeStage, failed.reason(), failed.detail(), Outlook.MAY_PASS);
        }
        return null;
    }

    private static Outlook outlook(int alert) {
        return Alert.of(alert).map(Alert::oma).orElse(AlertClass.RETRY) == AlertClass.FAIL
                ? Outlook.PERMANENT
                : Outlook.MAY_PASS;
    }

    /** Gives answers to the requests that wait for them, and the server's requests to the handler. */
    private final class Deliverer implements MessageDeliverer {
        private final Handler handler;

        Deliverer(Handler handler) {
            this.handler = handler;
        }

        @Override
        public void deliverRequest(Exchange exchange) {
            if (closed) {
                return;
            }
            try {
                handler.handle(exchange);
            } catch (RuntimeException e) {
                LOG.error("a request could not be handled: {}", exchange.getRequest(), e);
                exchange.sendResponse(new Response(ResponseCode.INTERNAL_SERVER_ERROR));
            }
        }

        @Override
        public void deliverResponse(Exchange exchange, Response response) {
            exchange.getRequest().setResponse(response);
        }
    }
}
