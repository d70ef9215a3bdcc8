package dev.onboard.dtls.internal;

import dev.onboard.journal.Journal;
import dev.onboard.journal.Party;
import dev.onboard.pki.EnrolmentFault;
import dev.onboard.pki.EnrolmentRequest;
import dev.onboard.pki.GeneratedCredential;
import java.security.KeyPair;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import javax.security.auth.x500.X500Principal;
import org.eclipse.californium.core.CoapResource;
import org.eclipse.californium.core.coap.CoAP.ResponseCode;
import org.eclipse.californium.core.coap.Request;
import org.eclipse.californium.core.server.resources.CoapExchange;

/** One of the resources by which a device gets a certificate: takes a PKCS#10 request, has it signed, answers. */
final class EnrolResource extends CoapResource {
    private static final long UNHURRIED_MILLIS = 1000;

    private final EstOperation operation;
    private final Enrolments enrolments;
    private final Journal journal;
    private final Party server;
    private final ScheduledExecutorService io;

    EnrolResource(
            EstOperation operation, Enrolments enrolments, Journal journal, Party server, ScheduledExecutorService io) {
        super(operation.resource());
        this.operation = operation;
        this.enrolments = enrolments;
        this.journal = journal;
        this.server = server;
        this.io = io;
    }

    /** The body of an answer. */
    private record Body(byte[] octets, int contentFormat) {}

    @Override
    public void handlePOST(CoapExchange exchange) {
        Request request = exchange.advanced().getRequest();
        Enrolments.Asker asker = new Enrolments.Asker(
                PeerTrust.of(request.getSourceContext().getPeerIdentity())
                        .orElseThrow(() -> new IllegalStateException("a message without an authenticated peer")),
                request.getSourceContext().getPeerAddress());
        Optional<String> endpoint = enrolments.endpoint().apply(asker);
        EstAnswer answer = new EstAnswer(exchange, journal, server, endpoint.orElse(""), getURI());
        Optional<EstFormat> format = format(answer);
        if (format.isEmpty()) {
            return;
        }
        try {
            byte[] sent = exchange.getRequestPayload();
            Function<List<X509Certificate>, Body> body =
                    chain -> new Body(format.get().encode(chain), format.get().code());
            EnrolmentRequest wanted;
            if (operation.generates()) {
                KeyPair keys = enrolments.keys().get();
                wanted = EnrolmentRequest.generating(sent, keys);
                Function<List<X509Certificate>, Body> certificate = body;
                body = chain -> new Body(
                        GeneratedCredential.encode(
                                keys.getPrivate(),
                                format.get().code(),
                                certificate.apply(chain).octets()),
                        GeneratedCredential.CONTENT_FORMAT);
            } else {
                wanted = EnrolmentRequest.read(sent);
            }
            if (endpoint.isEmpty()) {
                throw new EnrolmentFault(
                        "endpoint-name-missing",
                        "the certificate of this session names no device and no bootstrap of it is under way");
            }
            checkNames(asker, endpoint.get(), wanted);
            enrol(answer, asker, wanted, body);
        } catch (EnrolmentFault fault) {
            answer.refuse(ResponseCode.BAD_REQUEST, fault.reason(), String.valueOf(fault.getMessage()));
        }
    }

    /** Of the certificate in the answer; empty when the request was refused. */
    private Optional<EstFormat> format(EstAnswer answer) {
        int sent = answer.exchange().getRequestOptions().getContentFormat();
        if (operation != EstOperation.PLATFORM && sent != EstFormat.REQUEST) {
            answer.refuse(
                    ResponseCode.UNSUPPORTED_CONTENT_FORMAT,
                    "content-format",
                    "the request has " + (sent < 0 ? "no content format" : "the content format " + sent)
                            + "; a PKCS#10 request has 286");
            return Optional.empty();
        }
        int accept = answer.exchange().getRequestOptions().getAccept();
        Optional<EstFormat> format = operation.certificate(accept);
        if (format.isEmpty()) {
            answer.refuse(ResponseCode.NOT_ACCEPTABLE, "accept", operation.acceptable() + ", not " + accept);
        }
        return format;
    }

    /** The subject is the issuer's to choose, but a request for somebody else is a fault; a renewal changes no name. */
    private void checkNames(Enrolments.Asker asker, String endpoint, EnrolmentRequest wanted) throws EnrolmentFault {
        X509Certificate shown = asker.trust().certificate();
        if (operation == EstOperation.RENEW) {
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

    private void enrol(
            EstAnswer answer,
            Enrolments.Asker asker,
            EnrolmentRequest wanted,
            Function<List<X509Certificate>, Body> body) {
        ScheduledFuture<?> acknowledge =
                io.schedule(() -> answer.exchange().accept(), UNHURRIED_MILLIS, TimeUnit.MILLISECONDS);
        enrolments.signing().sign(asker, answer.endpoint(), wanted).whenComplete((chain, error) -> {
            acknowledge.cancel(false);
            if (error == null) {
                Body done = body.apply(chain);
                answer.done(chain.get(0), done.octets(), done.contentFormat());
            } else {
                answer.failed(
                        error instanceof CompletionException && error.getCause() != null ? error.getCause() : error);
            }
        });
    }
}
