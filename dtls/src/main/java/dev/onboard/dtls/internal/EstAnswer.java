package dev.onboard.dtls.internal;

import dev.onboard.journal.Event;
import dev.onboard.journal.Journal;
import dev.onboard.journal.Party;
import dev.onboard.journal.Stage;
import dev.onboard.pki.NotCertified;
import java.security.cert.X509Certificate;
import java.time.Duration;
import org.eclipse.californium.core.coap.CoAP.ResponseCode;
import org.eclipse.californium.core.coap.Response;
import org.eclipse.californium.core.server.resources.CoapExchange;

/** What is said of one enrolment, to the device and in the journal. Thread-safe. */
final class EstAnswer {
    /** A device is asked to wait so long when no certificate could be had. */
    private static final Duration PAUSE = Duration.ofSeconds(30);

    private final CoapExchange exchange;
    private final Journal journal;
    private final Party server;
    private final String endpoint;
    private final String path;
    private final long startNanos = System.nanoTime();

    /**
     * @param endpoint the endpoint name of the device that asks; empty when it is not known
     * @param path of the resource
     */
    EstAnswer(CoapExchange exchange, Journal journal, Party server, String endpoint, String path) {
        this.exchange = exchange;
        this.journal = journal;
        this.server = server;
        this.endpoint = endpoint;
        this.path = path;
    }

    CoapExchange exchange() {
        return exchange;
    }

    String endpoint() {
        return endpoint;
    }

    private Event.Draft event() {
        Event.Draft event = Event.of(Stage.ENROLLED, server)
                .took(Duration.ofNanos(System.nanoTime() - startNanos))
                .fact("path", path);
        return endpoint.isEmpty() ? event : event.endpoint(endpoint);
    }

    void refuse(ResponseCode code, String reason, String detail) {
        journal.record(event().refused(server, reason).detail(detail).fact("answer", code.text));
        exchange.respond(code, reason + ": " + detail);
    }

    /**
     * With a certificate.
     *
     * @param contentFormat negative when there is none
     */
    void done(X509Certificate certificate, byte[] payload, int contentFormat) {
        journal.record(event().fact("answer", ResponseCode.CHANGED.text)
                .fact("serial", certificate.getSerialNumber().toString(16)));
        Response response = new Response(ResponseCode.CHANGED);
        response.setPayload(payload);
        if (contentFormat >= 0) {
            response.getOptions().setContentFormat(contentFormat);
        }
        exchange.respond(response);
    }

    void failed(Throwable error) {
        if (!(error instanceof NotCertified none)) {
            refuse(ResponseCode.INTERNAL_SERVER_ERROR, "issuing-failed", String.valueOf(error));
            return;
        }
        switch (none.kind()) {
            case REFUSED -> refuse(ResponseCode.FORBIDDEN, none.reason(), String.valueOf(none.getMessage()));
            case WRONG_ANSWER -> fail(ResponseCode.INTERNAL_SERVER_ERROR, none);
            case UNAVAILABLE -> {
                exchange.setMaxAge(none.pause().orElse(PAUSE).toSeconds());
                fail(ResponseCode.SERVICE_UNAVAILABLE, none);
            }
        }
    }

    /** The device is told the reason alone: what is wrong with the issuer is not its business. */
    private void fail(ResponseCode code, NotCertified none) {
        journal.record(event().refused(server, none.reason())
                .detail(String.valueOf(none.getMessage()))
                .fact("answer", code.text));
        exchange.respond(code, none.reason());
    }
}
