package dev.onboard.bootstrap.internal;

import dev.onboard.account.Account;
import dev.onboard.account.Admission;
import dev.onboard.account.Device;
import dev.onboard.account.DeviceCertification;
import dev.onboard.account.IssueRequest;
import dev.onboard.bootstrap.Deliveries;
import dev.onboard.bootstrap.Delivery;
import dev.onboard.bootstrap.KeySource;
import dev.onboard.dtls.internal.Enrolments;
import dev.onboard.dtls.internal.PeerTrust;
import dev.onboard.journal.Event;
import dev.onboard.journal.Journal;
import dev.onboard.journal.Party;
import dev.onboard.journal.Stage;
import dev.onboard.pki.Credential;
import dev.onboard.pki.EndpointIdentity;
import dev.onboard.pki.EndpointMatch;
import dev.onboard.pki.KeyAlgorithm;
import dev.onboard.pki.NamePolicy;
import dev.onboard.pki.NotCertified;
import dev.onboard.pki.TrustAnchor;
import java.net.InetSocketAddress;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.eclipse.californium.core.CoapResource;
import org.eclipse.californium.core.coap.CoAP.ResponseCode;
import org.eclipse.californium.core.coap.CoAP.Type;
import org.eclipse.californium.core.server.resources.CoapExchange;
import org.eclipse.leshan.core.peer.IpPeer;
import org.eclipse.leshan.core.request.BootstrapRequest;
import org.eclipse.leshan.core.request.ContentFormat;
import org.eclipse.leshan.server.bootstrap.DefaultBootstrapSession;
import org.eclipse.leshan.server.bootstrap.request.BootstrapDownlinkRequestSender;

/**
 * {@code POST /bs}: decides whether this identity may bootstrap under this endpoint name, has its LwM2M certificate
 * issued, and only then answers 2.04 and delivers. Everything that may wait, waits without a thread; an answer that takes
 * longer than a second is announced with an empty acknowledgement (RFC 7252 section 5.2.2).
 *
 * <p>A second request while a bootstrap of the same endpoint runs is refused with 5.03 and Max-Age, so that a running
 * session is never cut by another; when the device has been silent in the running one for two seconds (it was switched
 * off, say), the new request takes its place.
 */
final class BootstrapResource extends CoapResource {
    private static final Duration SILENCE_THAT_ENDS_A_SESSION = Duration.ofSeconds(2);
    private static final int LONGEST_ENDPOINT_NAME = 64;
    /** How long a device is asked to wait when no certificate could be had. */
    private static final Duration ISSUER_PAUSE = Duration.ofSeconds(30);

    private static final NamePolicy NAMES = NamePolicy.COMMON_NAME_OR_URI;

    private final Account account;
    private final Deliveries deliveries;
    private final BootstrapDownlinkRequestSender sender;
    private final Journal journal;
    private final ScheduledExecutorService io;
    private final SecureRandom random;
    private final Map<String, BootstrapSession> running = new ConcurrentHashMap<>();
    /** Of devices that enrol. */
    private final Map<InetSocketAddress, String> addresses = new ConcurrentHashMap<>();

    BootstrapResource(
            Account account,
            Deliveries deliveries,
            BootstrapDownlinkRequestSender sender,
            Journal journal,
            ScheduledExecutorService io,
            SecureRandom random) {
        super("bs");
        this.account = account;
        this.deliveries = deliveries;
        this.sender = sender;
        this.journal = journal;
        this.io = io;
        this.random = random;
    }

    /** What a device asked for. */
    private record Asked(
            CoapExchange exchange,
            IpPeer peer,
            PeerTrust trust,
            String endpoint,
            ContentFormat format,
            boolean knowsItsId,
            long startNanos) {}

    @Override
    public void handlePOST(CoapExchange exchange) {
        long start = System.nanoTime();
        if (exchange.advanced().getRequest().getType() != Type.CON) {
            exchange.respond(ResponseCode.BAD_REQUEST, "Bootstrap-Request must be confirmable");
            return;
        }
        IpPeer peer = (IpPeer)
                new DevicePeer.Handler().getIdentity(exchange.advanced().getRequest());
        PeerTrust trust = ((DevicePeer) peer.getIdentity()).trust();
        List<String> query = exchange.getRequestOptions().getUriQuery();
        Optional<String> endpoint = parameter(query, "ep").or(() -> EndpointIdentity.name(trust.certificate(), NAMES));
        Asked asked = new Asked(
                exchange,
                peer,
                trust,
                endpoint.orElse(""),
                format(query),
                parameter(query, "iep").isPresent(),
                start);
        if (endpoint.isEmpty()) {
            refuse(
                    asked,
                    "endpoint-name-missing",
                    "the request has no ep= and the certificate has no single common name");
        } else if (endpoint.get().length() > LONGEST_ENDPOINT_NAME) {
            refuse(
                    asked,
                    "endpoint-name-too-long",
                    "an endpoint name has at most " + LONGEST_ENDPOINT_NAME + " characters, this one "
                            + endpoint.get().length());
        } else if (!isDeveloper(trust)
                && EndpointIdentity.match(trust.certificate(), endpoint.get(), NAMES)
                        instanceof EndpointMatch.Refused mismatch) {
            refuse(asked, mismatch.reason().id(), mismatch.detail());
        } else {
            admit(asked);
        }
    }

    private void admit(Asked asked) {
        ScheduledFuture<?> acknowledge = io.schedule(() -> asked.exchange().accept(), 1, TimeUnit.SECONDS);
        forgetAfterFactoryReset(asked)
                .thenCompose(done -> account.devices()
                        .admitToBootstrap(
                                asked.endpoint(),
                                asked.trust().certificate(),
                                asked.trust().trust().anchor()))
                .thenComposeAsync(admission -> decided(asked, admission), io)
                .whenComplete((done, error) -> {
                    acknowledge.cancel(false);
                    if (error != null) {
                        refuseUnavailable(asked, error);
                    }
                });
    }

    /**
     * A device that shares its certificate with others is told from them by its endpoint name and, once it has one, its id.
     * One that has bootstrapped and comes without an id ({@code iep}) was reset to factory settings: the account makes a new
     * device of it. A suspended one stays what it is.
     */
    private CompletionStage<Void> forgetAfterFactoryReset(Asked asked) {
        if (!isDeveloper(asked.trust()) || asked.knowsItsId()) {
            return CompletableFuture.completedFuture(null);
        }
        String anchor = asked.trust().trust().anchor().id();
        return CompletableFuture.runAsync(
                () -> account.devices()
                        .byEndpoint(asked.endpoint())
                        .filter(device -> device.caId().equals(Optional.of(anchor))
                                && device.suspension().isEmpty()
                                && account.issuedCertificates().byEndpoint(asked.endpoint()).stream()
                                        .anyMatch(issued -> issued.deviceId().equals(device.id())))
                        .ifPresent(device -> account.devices().remove(device.id())),
                io);
    }

    private CompletionStage<Boolean> decided(Asked asked, Admission admission) {
        if (admission instanceof Admission.Refused refused) {
            refuse(asked, refused.reason(), refused.detail());
            return CompletableFuture.completedFuture(false);
        }
        BootstrapSession session = new BootstrapSession(
                sender,
                journal,
                leshanSession(asked),
                new FinishRequest(asked.exchange().advanced(), io));
        BootstrapSession present = running.merge(
                asked.endpoint(),
                session,
                (old, fresh) -> old.silence().compareTo(SILENCE_THAT_ENDS_A_SESSION) < 0 ? old : fresh);
        if (present != session) {
            journal.record(event(asked)
                    .refused(Party.BOOTSTRAP_SERVER, "bootstrap-in-progress")
                    .detail("a bootstrap of this endpoint is under way and its device answers; ask again later. Two"
                            + " devices with one endpoint name take turns like this."));
            asked.exchange().setMaxAge(SILENCE_THAT_ENDS_A_SESSION.toSeconds());
            asked.exchange().respond(ResponseCode.SERVICE_UNAVAILABLE, "bootstrap-in-progress");
            return CompletableFuture.completedFuture(false);
        }
        journal.record(event(asked));
        Device device = ((Admission.Admitted) admission).device();
        CompletionStage<Boolean> delivered = deliveries.keys() == KeySource.BOOTSTRAP_SERVER
                ? issueAndDeliver(asked, session)
                : deliverAndWait(asked, session, device);
        return delivered.whenComplete((done, error) -> running.remove(asked.endpoint(), session));
    }

    private CompletionStage<Boolean> issueAndDeliver(Asked asked, BootstrapSession session) {
        KeyPair keys = KeyAlgorithm.P256.generate(random);
        return account.issue(IssueRequest.of(asked.endpoint(), keys))
                .thenComposeAsync(
                        issued -> {
                            Delivery delivery = deliveries.of(asked.endpoint(), Credential.of(keys, issued.chain()));
                            asked.exchange().respond(ResponseCode.CHANGED);
                            return session.deliver(delivery, Optional.empty());
                        },
                        io)
                .thenCompose(delivered -> ended(asked, session, delivered));
    }

    /** The next one of this endpoint may begin before the account has noted this one. */
    private CompletionStage<Boolean> ended(Asked asked, BootstrapSession session, boolean delivered) {
        running.remove(asked.endpoint(), session);
        return delivered
                ? account.devices().bootstrapped(asked.endpoint()).thenApply(done -> true)
                : CompletableFuture.completedFuture(false);
    }

    /** The device makes its key and enrols before it confirms Finish. */
    private CompletionStage<Boolean> deliverAndWait(Asked asked, BootstrapSession session, Device device) {
        addresses.put(asked.peer().getSocketAddress(), asked.endpoint());
        Delivery delivery = deliveries.enrolling(asked.endpoint());
        Optional<String> query =
                deliveries.keys() == KeySource.PLATFORM_EST ? Optional.of("iep=" + device.id()) : Optional.empty();
        asked.exchange().respond(ResponseCode.CHANGED);
        return session.deliver(delivery, query)
                .whenComplete((done, error) -> addresses.remove(asked.peer().getSocketAddress(), asked.endpoint()))
                .thenCompose(confirmed -> ended(asked, session, confirmed));
    }

    /** Who enrols: what its certificate says, and where that names none, who bootstraps from its address now. */
    Optional<String> enrolling(Enrolments.Asker asker) {
        return isDeveloper(asker.trust())
                ? Optional.ofNullable(addresses.get(asker.address()))
                : EndpointIdentity.name(asker.trust().certificate(), NAMES);
    }

    private DefaultBootstrapSession leshanSession(Asked asked) {
        BootstrapRequest request = new BootstrapRequest(
                asked.endpoint(),
                asked.format(),
                Map.of(),
                asked.exchange().advanced().getRequest());
        DefaultBootstrapSession session = new DefaultBootstrapSession(
                request,
                asked.peer(),
                true,
                asked.format(),
                Map.of(),
                asked.exchange().advanced().getEndpoint().getUri());
        session.setModel(Models.STANDARD);
        return session;
    }

    private void refuse(Asked asked, String reason, String detail) {
        journal.record(event(asked).refused(Party.BOOTSTRAP_SERVER, reason).detail(detail));
        asked.exchange().respond(ResponseCode.BAD_REQUEST, reason + ": " + detail);
    }

    /**
     * The account or its certificate issuer could not be asked, or did not deliver: the device may try again (5.03), after
     * Max-Age where nobody answered. Where the issuer answered what is not to reach a device it is our fault (5.00).
     */
    private void refuseUnavailable(Asked asked, Throwable error) {
        NotCertified none = DeviceCertification.reason(error);
        journal.record(
                event(asked).refused(Party.BOOTSTRAP_SERVER, none.reason()).detail(String.valueOf(none.getMessage())));
        if (!asked.exchange().advanced().isComplete()) {
            if (none.kind() == NotCertified.Kind.WRONG_ANSWER) {
                asked.exchange().respond(ResponseCode.INTERNAL_SERVER_ERROR, none.reason());
            } else {
                asked.exchange().setMaxAge(ISSUER_PAUSE.toSeconds());
                asked.exchange().respond(ResponseCode.SERVICE_UNAVAILABLE, none.reason());
            }
        }
    }

    private static Event.Draft event(Asked asked) {
        return Event.of(Stage.ADMISSION, Party.BOOTSTRAP_SERVER)
                .endpoint(asked.endpoint())
                .took(Duration.ofNanos(System.nanoTime() - asked.startNanos()))
                .fact(
                        "factory_issuer",
                        asked.trust().certificate().getIssuerX500Principal().getName())
                .fact("trusted_by", asked.trust().trust().anchor().id());
    }

    /**
     * A developer certificate is shared by its devices and names none of them; the account counts them instead. What it
     * signed, should it sign anything, is no developer certificate and names its device.
     */
    private static boolean isDeveloper(PeerTrust trust) {
        TrustAnchor anchor = trust.trust().anchor();
        return anchor.kind() == TrustAnchor.Kind.DEVELOPER
                && anchor.certificate().equals(trust.certificate());
    }

    private static Optional<String> parameter(List<String> query, String name) {
        return query.stream()
                .filter(item -> item.startsWith(name + "="))
                .map(item -> item.substring(name.length() + 1))
                .findFirst();
    }

    /** TLV unless the device prefers a SenML format (LwM2M 1.1, {@code pct}); everybody reads TLV. */
    private static ContentFormat format(List<String> query) {
        return parameter(query, "pct")
                .map(wanted -> switch (wanted) {
                    case "110" -> ContentFormat.SENML_JSON;
                    case "112" -> ContentFormat.SENML_CBOR;
                    default -> ContentFormat.TLV;
                })
                .orElse(ContentFormat.TLV);
    }
}
