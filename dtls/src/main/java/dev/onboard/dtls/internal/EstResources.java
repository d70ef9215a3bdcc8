package dev.onboard.dtls.internal;

import dev.onboard.journal.Event;
import dev.onboard.journal.Journal;
import dev.onboard.journal.Party;
import dev.onboard.journal.Stage;
import dev.onboard.pki.EnrolmentFault;
import dev.onboard.pki.EnrolmentRequest;
import dev.onboard.pki.NotCertified;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import javax.security.auth.x500.X500Principal;
import org.eclipse.californium.core.CoapResource;
import org.eclipse.californium.core.CoapServer;
import org.eclipse.californium.core.coap.CoAP.ResponseCode;
import org.eclipse.californium.core.coap.Request;
import org.eclipse.californium.core.coap.Response;
import org.eclipse.californium.core.server.resources.CoapExchange;
import org.eclipse.californium.core.server.resources.Resource;

/**
 * Enrolment over secure transport as resources of a server: {@code /.well-known/est/} with {@code crts}, {@code sen}, {@code
 * sren} and {@code att} (RFC 9148), and the platform's {@code /est/sen}, whose answer is a list of its own. Who asks is
 * known from the DTLS session; an answer that takes longer than a second is announced with an empty acknowledgement. When
 * nobody could be asked to sign the answer is 5.03 with Max-Age, after which the same request may come again (4.7), and 5.00
 * when what was signed must not reach a device.
 * Key generation on the server ({@code skg}, {@code skc}) is not offered: a bootstrap without EST does that.
 */
public final class EstResources {
    /** A device is asked to wait so long when no certificate could be had. */
    private static final Duration PAUSE = Duration.ofSeconds(30);

    private static final long UNHURRIED_MILLIS = 1000;

    /** CsrAttrs (RFC 7030, 4.5.2): a key on P-256, a signature by ecdsa-with-SHA256. */
    private static final byte[] ATTRIBUTES =
            HexFormat.of().parseHex("3021301506072A8648CE3D0201310A06082A8648CE3D03010706082A8648CE3D040302");

    private final Enrolments enrolments;
    private final Journal journal;
    private final Party server;
    private final ScheduledExecutorService io;

    private EstResources(Enrolments enrolments, Journal journal, Party server, ScheduledExecutorService io) {
        this.enrolments = enrolments;
        this.journal = journal;
        this.server = server;
        this.io = io;
    }

    /** Adds them to a server whose sessions carry {@link PeerTrust}. */
    public static void addTo(
            CoapServer coap, Enrolments enrolments, Journal journal, Party server, ScheduledExecutorService io) {
        EstResources resources = new EstResources(enrolments, journal, server, io);
        Resource known = coap.getRoot().getChild(".well-known");
        CoapResource est = new CoapResource("est", false);
        est.add(resources.new Authorities(), resources.new Attributes());
        est.add(resources.new Enrol("sen", false, false), resources.new Enrol("sren", true, false));
        if (known == null) {
            CoapResource added = new CoapResource(".well-known", false);
            coap.add(added);
            known = added;
        }
        known.add(est);
        CoapResource platform = new CoapResource("est", false);
        platform.add(resources.new Enrol("sen", false, true));
        coap.add(platform);
    }

    private static CoapResource described(CoapResource resource, String formats) {
        resource.getAttributes().addResourceType("ace.est." + resource.getName());
        resource.getAttributes().addAttribute("ct", formats);
        return resource;
    }

    /** {@code GET crts}. */
    private final class Authorities extends CoapResource {
        Authorities() {
            super("crts");
            described(this, "281");
        }

        @Override
        public void handleGET(CoapExchange exchange) {
            int accept = exchange.getRequestOptions().getAccept();
            if (accept >= 0 && accept != EstFormat.CERTIFICATES.code()) {
                exchange.respond(ResponseCode.NOT_ACCEPTABLE, "crts is given as content format 281");
                return;
            }
            exchange.respond(
                    ResponseCode.CONTENT,
                    EstFormat.CERTIFICATES.encode(enrolments.authorities().get()),
                    EstFormat.CERTIFICATES.code());
        }
    }

    /** {@code GET att}. */
    private final class Attributes extends CoapResource {
        Attributes() {
            super("att");
            described(this, "285");
        }

        @Override
        public void handleGET(CoapExchange exchange) {
            exchange.respond(ResponseCode.CONTENT, ATTRIBUTES, EstFormat.ATTRIBUTES);
        }
    }

    /** {@code POST sen}, {@code POST sren}. */
    private final class Enrol extends CoapResource {
        private final boolean again;
        private final boolean platform;

        Enrol(String name, boolean again, boolean platform) {
            super(name);
            this.again = again;
            this.platform = platform;
            if (!platform) {
                described(this, "281 287");
            }
        }

        @Override
        public void handlePOST(CoapExchange exchange) {
            long start = System.nanoTime();
            Request request = exchange.advanced().getRequest();
            Enrolments.Asker asker = new Enrolments.Asker(
                    PeerTrust.of(request.getSourceContext().getPeerIdentity())
                            .orElseThrow(() -> new IllegalStateException("a message without an authenticated peer")),
                    request.getSourceContext().getPeerAddress());
            Optional<String> endpoint = enrolments.endpoint().apply(asker);
            Told told = new Told(exchange, endpoint.orElse(""), getURI(), start);
            Optional<EstFormat> format = format(told);
            if (format.isEmpty()) {
                return;
            }
            try {
                EnrolmentRequest wanted = EnrolmentRequest.read(exchange.getRequestPayload());
                if (endpoint.isEmpty()) {
                    throw new EnrolmentFault(
                            "endpoint-name-missing",
                            "the certificate of this session names no device and no bootstrap of it is under way");
                }
                checkNames(asker, endpoint.get(), wanted);
                enrol(told, asker, wanted, format.get());
            } catch (EnrolmentFault fault) {
                told.refuse(ResponseCode.BAD_REQUEST, fault.reason(), String.valueOf(fault.getMessage()));
            }
        }

        private Optional<EstFormat> format(Told told) {
            if (platform) {
                return Optional.of(EstFormat.PLATFORM);
            }
            int sent = told.exchange().getRequestOptions().getContentFormat();
            if (sent != EstFormat.REQUEST) {
                told.refuse(
                        ResponseCode.UNSUPPORTED_CONTENT_FORMAT,
                        "content-format",
                        "the request has " + (sent < 0 ? "no content format" : "the content format " + sent)
                                + "; a PKCS#10 request has 286");
                return Optional.empty();
            }
            int accept = told.exchange().getRequestOptions().getAccept();
            if (accept < 0 || accept == EstFormat.CERTIFICATES.code()) {
                return Optional.of(EstFormat.CERTIFICATES);
            }
            if (accept == EstFormat.CERTIFICATE.code()) {
                return Optional.of(EstFormat.CERTIFICATE);
            }
            told.refuse(
                    ResponseCode.NOT_ACCEPTABLE,
                    "accept",
                    "a certificate is given as content format 281 or 287, not " + accept);
            return Optional.empty();
        }

        /** The subject is the issuer's to choose, but a request for somebody else is a fault; a renewal changes no name. */
        private void checkNames(Enrolments.Asker asker, String endpoint, EnrolmentRequest wanted)
                throws EnrolmentFault {
            X509Certificate shown = asker.trust().certificate();
            if (again) {
                byte[] names = alternativeNames(shown);
                if (!new X500Principal(wanted.subject()).equals(shown.getSubjectX500Principal())
                        || !Arrays.equals(wanted.alternativeNames(), names)) {
                    throw new EnrolmentFault(
                            EnrolmentFault.OTHER_NAME,
                            "subject and subjectAltName of the request are not those of the certificate that is to be"
                                    + " renewed, '" + shown.getSubjectX500Principal() + "' (RFC 7030, 4.2.2)");
                }
                return;
            }
            if (!wanted.commonNames().isEmpty() && !wanted.commonNames().equals(List.of(endpoint))) {
                throw new EnrolmentFault(
                        EnrolmentFault.OTHER_NAME,
                        "the request names " + wanted.commonNames() + ", and it comes from '" + endpoint + "'");
            }
        }

        private static byte[] alternativeNames(X509Certificate certificate) throws EnrolmentFault {
            try {
                Collection<List<?>> names = certificate.getSubjectAlternativeNames();
                byte[] octets = certificate.getExtensionValue("2.5.29.17");
                // an OCTET STRING around the names, whose header is two octets while they are short
                return names == null || octets == null
                        ? new byte[0]
                        : Arrays.copyOfRange(octets, octets[1] < 0 ? 2 + (octets[1] & 0x7f) : 2, octets.length);
            } catch (CertificateParsingException e) {
                throw new EnrolmentFault(EnrolmentFault.MALFORMED, String.valueOf(e.getMessage()));
            }
        }

        private void enrol(Told told, Enrolments.Asker asker, EnrolmentRequest wanted, EstFormat format) {
            ScheduledFuture<?> acknowledge =
                    io.schedule(() -> told.exchange().accept(), UNHURRIED_MILLIS, TimeUnit.MILLISECONDS);
            enrolments.signing().sign(asker, told.endpoint(), wanted).whenComplete((chain, error) -> {
                acknowledge.cancel(false);
                if (error == null) {
                    told.done(chain, format);
                } else {
                    told.failed(
                            error instanceof CompletionException && error.getCause() != null
                                    ? error.getCause()
                                    : error);
                }
            });
        }
    }

    /** One request, and what is said of it. */
    private final class Told {
        private final CoapExchange exchange;
        private final String endpoint;
        private final String path;
        private final long startNanos;

        Told(CoapExchange exchange, String endpoint, String path, long startNanos) {
            this.exchange = exchange;
            this.endpoint = endpoint;
            this.path = path;
            this.startNanos = startNanos;
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

        void done(List<X509Certificate> chain, EstFormat format) {
            journal.record(event().fact("answer", ResponseCode.CHANGED.text)
                    .fact("serial", chain.get(0).getSerialNumber().toString(16)));
            Response response = new Response(ResponseCode.CHANGED);
            response.setPayload(format.encode(chain));
            if (format.code() >= 0) {
                response.getOptions().setContentFormat(format.code());
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
}
