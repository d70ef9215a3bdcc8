package dev.onboard.server.internal;

import dev.onboard.account.Account;
import dev.onboard.account.Admission;
import dev.onboard.dtls.internal.PeerTrust;
import dev.onboard.journal.Event;
import dev.onboard.journal.Journal;
import dev.onboard.journal.Party;
import dev.onboard.journal.Stage;
import dev.onboard.pki.EndpointIdentity;
import dev.onboard.pki.EndpointMatch;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.eclipse.californium.core.coap.CoAP.ResponseCode;
import org.eclipse.californium.core.coap.Request;
import org.eclipse.californium.core.server.resources.CoapExchange;
import org.eclipse.leshan.core.californium.identity.IdentityHandlerProvider;
import org.eclipse.leshan.core.link.LinkParser;
import org.eclipse.leshan.core.request.exception.InvalidRequestException;
import org.eclipse.leshan.server.californium.registration.RegisterResource;
import org.eclipse.leshan.server.request.UplinkRequestReceiver;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code POST /rd}: lets a registration through to Leshan only when the endpoint name is the certificate's (OMA Transport
 * 5.2.6) and the account admits the certificate. The account is asked without blocking; an answer that takes longer than
 * a second is announced with an empty acknowledgement.
 */
final class RegistrationResource extends RegisterResource {
    private static final Logger LOG = LoggerFactory.getLogger(RegistrationResource.class);
    private static final int LONGEST_ENDPOINT_NAME = 64;
    private static final String UNAVAILABLE = "registrations-unavailable";

    private final Account account;
    private final Journal journal;
    private final ScheduledExecutorService io;

    RegistrationResource(
            UplinkRequestReceiver receiver,
            LinkParser links,
            IdentityHandlerProvider identities,
            Account account,
            Journal journal,
            ScheduledExecutorService io) {
        super(receiver, links, identities);
        this.account = account;
        this.journal = journal;
        this.io = io;
    }

    @Override
    protected void handleRegister(CoapExchange exchange, Request request) {
        DevicePeer device = (DevicePeer)
                getForeignPeerIdentity(exchange.advanced(), request).getIdentity();
        PeerTrust trust = device.trust();
        Optional<String> asked = parameter(request.getOptions().getUriQuery(), "ep");
        Optional<String> endpoint = asked.or(() -> EndpointIdentity.name(trust.certificate(), DevicePeer.NAMES));
        if (endpoint.isEmpty()) {
            refuse(
                    exchange,
                    "",
                    "endpoint-name-missing",
                    "the request has no ep= and the certificate has no single name");
        } else if (endpoint.get().length() > LONGEST_ENDPOINT_NAME) {
            refuse(
                    exchange,
                    endpoint.get(),
                    "endpoint-name-too-long",
                    "an endpoint name has at most " + LONGEST_ENDPOINT_NAME + " characters, this one "
                            + endpoint.get().length());
        } else if (EndpointIdentity.match(trust.certificate(), endpoint.get(), DevicePeer.NAMES)
                instanceof EndpointMatch.Refused mismatch) {
            refuse(exchange, endpoint.get(), mismatch.reason().id(), mismatch.detail());
        } else {
            if (asked.isEmpty()) {
                request.getOptions().addUriQuery("ep=" + endpoint.get());
            }
            admit(exchange, request, endpoint.get(), trust);
        }
    }

    private void admit(CoapExchange exchange, Request request, String endpoint, PeerTrust trust) {
        ScheduledFuture<?> acknowledge = io.schedule(exchange::accept, 1, TimeUnit.SECONDS);
        account.devices()
                .admitToLwm2m(endpoint, trust.certificate(), trust.trust().anchor())
                .whenCompleteAsync(
                        (admission, error) -> {
                            acknowledge.cancel(false);
                            if (error != null) {
                                journal.record(Event.of(Stage.REGISTERED, Party.LWM2M_SERVER)
                                        .endpoint(endpoint)
                                        .refused(Party.LWM2M_SERVER, "account-unavailable")
                                        .detail("the account could not be asked: " + error));
                                exchange.respond(ResponseCode.SERVICE_UNAVAILABLE, "account-unavailable");
                            } else if (admission instanceof Admission.Refused refused) {
                                refuse(exchange, endpoint, refused.reason(), refused.detail());
                            } else {
                                register(exchange, request, endpoint);
                            }
                        },
                        io);
    }

    private void register(CoapExchange exchange, Request request, String endpoint) {
        PublishedValues.addTo(request);
        try {
            super.handleRegister(exchange, request);
        } catch (InvalidRequestException | IllegalArgumentException e) {
            handleInvalidRequest(exchange.advanced(), e.getMessage(), e);
        } catch (RuntimeException e) {
            unavailable(exchange, Stage.REGISTERED, Optional.of(endpoint), e);
        }
    }

    /** Without Redis nobody can say what is registered: the device may try again. */
    private void unavailable(CoapExchange exchange, Stage stage, Optional<String> endpoint, RuntimeException failure) {
        Optional<String> why = RedisRegistrations.failure(failure);
        if (why.isEmpty()) {
            LOG.error("a request to /rd failed", failure);
            exchange.respond(ResponseCode.INTERNAL_SERVER_ERROR);
            return;
        }
        journal.record(Event.of(stage, Party.LWM2M_SERVER)
                .endpoint(endpoint.orElse(""))
                .refused(Party.LWM2M_SERVER, UNAVAILABLE)
                .detail("the registrations that the LwM2M servers share cannot be had: " + why.get()
                        + "; the device tries again by itself"));
        exchange.respond(ResponseCode.SERVICE_UNAVAILABLE, UNAVAILABLE);
    }

    /** Leshan reads a lifetime that is no number with an exception that nobody catches, which would be answered with 5.00. */
    @Override
    protected void handleUpdate(CoapExchange exchange, Request request, String registrationId) {
        try {
            super.handleUpdate(exchange, request, registrationId);
        } catch (IllegalArgumentException e) {
            handleInvalidRequest(exchange.advanced(), "the update cannot be read: " + e.getMessage(), e);
        } catch (RuntimeException e) {
            unavailable(exchange, Stage.UPDATED, name(exchange, request), e);
        }
    }

    @Override
    protected void handleDeregister(CoapExchange exchange, String registrationId) {
        try {
            super.handleDeregister(exchange, registrationId);
        } catch (RuntimeException e) {
            unavailable(
                    exchange,
                    Stage.DEREGISTERED,
                    name(exchange, exchange.advanced().getRequest()),
                    e);
        }
    }

    /** Of the device, as its certificate says it. */
    private Optional<String> name(CoapExchange exchange, Request request) {
        DevicePeer device = (DevicePeer)
                getForeignPeerIdentity(exchange.advanced(), request).getIdentity();
        return EndpointIdentity.name(device.trust().certificate(), DevicePeer.NAMES);
    }

    private void refuse(CoapExchange exchange, String endpoint, String reason, String detail) {
        journal.record(Event.of(Stage.REGISTERED, Party.LWM2M_SERVER)
                .endpoint(endpoint)
                .refused(Party.LWM2M_SERVER, reason)
                .detail(detail));
        exchange.respond(ResponseCode.BAD_REQUEST, reason + ": " + detail);
    }

    private static Optional<String> parameter(List<String> query, String name) {
        return query.stream()
                .filter(item -> item.startsWith(name + "="))
                .map(item -> item.substring(name.length() + 1))
                .findFirst();
    }
}
