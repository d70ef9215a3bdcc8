package dev.onboard.bootstrap.internal;

import dev.onboard.bootstrap.Delivery;
import dev.onboard.journal.Event;
import dev.onboard.journal.Journal;
import dev.onboard.journal.Party;
import dev.onboard.journal.Stage;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.eclipse.californium.core.coap.CoAP.ResponseCode;
import org.eclipse.californium.core.coap.Response;
import org.eclipse.leshan.core.link.Link;
import org.eclipse.leshan.core.request.BootstrapDiscoverRequest;
import org.eclipse.leshan.core.request.BootstrapDownlinkRequest;
import org.eclipse.leshan.core.request.BootstrapFinishRequest;
import org.eclipse.leshan.core.request.BootstrapWriteRequest;
import org.eclipse.leshan.core.request.exception.TimeoutException;
import org.eclipse.leshan.core.response.BootstrapDiscoverResponse;
import org.eclipse.leshan.core.response.LwM2mResponse;
import org.eclipse.leshan.server.bootstrap.DefaultBootstrapSession;
import org.eclipse.leshan.server.bootstrap.request.BootstrapDownlinkRequestSender;

/**
 * One bootstrap under way: sends the requests of its plan one after the other and stops at the first that the device
 * does not carry out. Thread-safe by confinement: one answer is handled at a time.
 */
final class BootstrapSession {
    /**
     * A device that does not know Discover may stay silent; then it goes on without. Long enough for CoAP to send a lost
     * Discover again twice: who goes on without its answer may write over the device's bootstrap account.
     */
    private static final Duration DISCOVER_LIMIT = Duration.ofSeconds(10);
    /** Long enough for CoAP to send a lost message again until it gives up (RFC 7252 section 4.8.2, MAX_TRANSMIT_WAIT). */
    private static final Duration REQUEST_LIMIT = Duration.ofSeconds(93);

    private final BootstrapDownlinkRequestSender sender;
    private final Journal journal;
    private final FinishRequest finish;
    private final DefaultBootstrapSession session;
    private final CompletableFuture<Boolean> finished = new CompletableFuture<>();
    private final long startNanos = System.nanoTime();
    private volatile long lastAnswerNanos = startNanos;
    private volatile boolean cancelled;
    private volatile boolean confirmed;
    private volatile Optional<String> finishQuery = Optional.empty();

    BootstrapSession(
            BootstrapDownlinkRequestSender sender,
            Journal journal,
            DefaultBootstrapSession session,
            FinishRequest finish) {
        this.finish = finish;
        this.sender = sender;
        this.journal = journal;
        this.session = session;
    }

    /**
     * Writes all of it.
     *
     * @param finishQuery goes with Finish
     * @return true when the device confirmed Finish, false when it did not come to that; the journal says why
     */
    CompletionStage<Boolean> deliver(Delivery delivery, Optional<String> finishQuery) {
        this.finishQuery = finishQuery;
        sender.send(
                session,
                new BootstrapDiscoverRequest("/0"),
                DISCOVER_LIMIT.toMillis(),
                answer -> {
                    lastAnswerNanos = System.nanoTime();
                    run(delivery, links(answer));
                },
                error -> run(delivery, List.of()));
        return finished;
    }

    /** How long ago the device gave its last answer. */
    Duration silence() {
        return Duration.ofNanos(System.nanoTime() - lastAnswerNanos);
    }

    /** Gives up this session because another takes its place. */
    void cancel() {
        cancelled = true;
        session.cancel();
        sender.cancelOngoingRequests(session);
        finish.cancel();
        finished.complete(false);
    }

    String endpoint() {
        return session.getEndpoint();
    }

    private static List<Link> links(BootstrapDiscoverResponse answer) {
        return answer.isSuccess() ? Arrays.asList(answer.getObjectLinks()) : List.of();
    }

    private void run(Delivery delivery, List<Link> discovered) {
        next(new ArrayDeque<>(BootstrapPlan.of(delivery, session.getContentFormat(), discovered)
                .requests()));
    }

    private void next(Queue<BootstrapDownlinkRequest<?>> rest) {
        BootstrapDownlinkRequest<?> request = rest.poll();
        if (cancelled) {
            return;
        }
        if (request == null) {
            if (confirmed) {
                finished.complete(true);
            }
            // a server that falls silent is still in this session: nobody ended it
            return;
        }
        send(request, rest);
    }

    private <T extends LwM2mResponse> void send(
            BootstrapDownlinkRequest<T> request, Queue<BootstrapDownlinkRequest<?>> rest) {
        long start = System.nanoTime();
        try {
            if (request instanceof BootstrapFinishRequest) {
                finish(request, start, rest);
                return;
            }
            sender.send(
                    session,
                    request,
                    REQUEST_LIMIT.toMillis(),
                    answer -> {
                        lastAnswerNanos = System.nanoTime();
                        Event.Draft event = event(request, start);
                        if (answer.isSuccess()) {
                            journal.record(event);
                            next(rest);
                        } else {
                            String said = answer.getErrorMessage() == null ? "" : answer.getErrorMessage();
                            refused(event, request, answer.getCode().toString(), said);
                        }
                    },
                    error -> failed(request, start, error));
        } catch (RuntimeException e) {
            journal.record(event(request, start)
                    .failed("not-sent")
                    .detail("the request could not be made, a fault of this server: " + e));
            finished.complete(false);
        }
    }

    private void finish(BootstrapDownlinkRequest<?> request, long start, Queue<BootstrapDownlinkRequest<?>> rest) {
        finish.send(finishQuery, new FinishRequest.Reply() {
            @Override
            public void answered(Response response) {
                lastAnswerNanos = System.nanoTime();
                Event.Draft event = event(request, start);
                if (response.isSuccess()) {
                    journal.record(event);
                    confirmed = true;
                    next(rest);
                } else {
                    ResponseCode code = response.getCode();
                    refused(event, request, code.name() + "(" + code.text + ")", response.getPayloadString());
                }
            }

            @Override
            public void failed(Exception error) {
                BootstrapSession.this.failed(request, start, error);
            }
        });
    }

    private void refused(Event.Draft event, BootstrapDownlinkRequest<?> request, String code, String said) {
        journal.record(event.refused(
                        Party.DEVICE, request instanceof BootstrapFinishRequest ? "finish-refused" : "write-refused")
                .detail("the device answered " + code + (said.isEmpty() ? "" : ": " + said)));
        finished.complete(confirmed);
    }

    private void failed(BootstrapDownlinkRequest<?> request, long start, Exception error) {
        if (!cancelled) {
            journal.record(event(request, start)
                    .failed(
                            error instanceof TimeoutException
                                            || error
                                                    instanceof
                                                    org.eclipse.leshan.core.request.exception.TimeoutException
                                    ? "timeout"
                                    : "not-delivered")
                    .detail("the device did not answer: " + error));
            finished.complete(false);
        }
    }

    private Event.Draft event(BootstrapDownlinkRequest<?> request, long start) {
        boolean finish = request instanceof BootstrapFinishRequest;
        String operation = finish ? "finish" : request instanceof BootstrapWriteRequest ? "write" : "delete";
        return Event.of(finish ? Stage.FINISHED : Stage.WRITTEN, Party.BOOTSTRAP_SERVER)
                .endpoint(session.getEndpoint())
                .took(Duration.ofNanos(System.nanoTime() - start))
                .fact("operation", operation)
                .fact("path", finish ? "/bs" : request.getPath().toString());
    }
}
