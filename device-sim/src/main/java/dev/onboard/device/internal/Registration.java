package dev.onboard.device.internal;

import dev.onboard.device.AccessControl;
import dev.onboard.device.DeviceOptions;
import dev.onboard.device.Failure;
import dev.onboard.device.Failure.Outlook;
import dev.onboard.device.ServerAccount;
import dev.onboard.device.ServerObject;
import dev.onboard.factory.DeviceBundle;
import dev.onboard.factory.EndpointName;
import dev.onboard.journal.Party;
import dev.onboard.journal.Stage;
import dev.onboard.pki.Credential;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.eclipse.californium.core.coap.CoAP.Code;
import org.eclipse.californium.core.coap.CoAP.ResponseCode;
import org.eclipse.californium.core.coap.MessageObserverAdapter;
import org.eclipse.californium.core.coap.Request;
import org.eclipse.californium.core.coap.Response;
import org.eclipse.californium.core.network.Exchange;
import org.eclipse.leshan.core.node.LwM2mPath;
import org.jspecify.annotations.Nullable;

/**
 * A device's life at its LwM2M server: handshake with the LwM2M certificate, registration, updates before the lifetime is
 * over, the server's operations, deregistration (OMA LwM2M Core 6.2). Thread-safe.
 */
final class Registration {
    /** How long before the end of the lifetime an update is due: CoAP's EXCHANGE_LIFETIME, or a quarter of a short one. */
    private static final Duration MARGIN = Duration.ofSeconds(247);

    private static final Duration PATIENCE = Duration.ofSeconds(247);
    /** While firmware is under way, a device that hears nothing of its server for so long asks whether it is there. */
    private static final Duration QUIET = Duration.ofSeconds(20);

    private static final String RENEWAL = RenewalInstance.OBJECT + "/0/" + RenewalInstance.RENEW;
    private static final LwM2mPath FIRMWARE = new LwM2mPath(Codecs.FIRMWARE, 0);
    /** Nothing is asked of a device where it fetches firmware. */
    private static final Link.Handler NOTHING = exchange -> exchange.sendResponse(new Response(ResponseCode.NOT_FOUND));

    private static final LwM2mPath MANIFEST = new LwM2mPath(Codecs.MANIFEST, 0);

    private final Surroundings surroundings;
    private final EndpointName endpoint;
    private final DeviceOptions options;
    private final Told told;
    private final Outcome outcome;
    private final Management management;
    private final Firmware firmware;
    private final ServerAccount account;
    private final DeviceBundle bundle;
    private final long startNanos = System.nanoTime();
    private final Link.Target target;
    private final ServerAccount.Certificate certificate;
    /** The server may have the certificate renewed over EST. */
    private final boolean renewable;

    /** New firmware comes from a server that may write it. */
    private final boolean managesFirmware;

    private ServerObject server;
    /** In queue mode. */
    private final Optional<Dozing> dozing;

    private Surroundings.Timer update = Surroundings.Timer.NONE;
    private @Nullable Link link;
    private List<String> location = List.of();
    private boolean lifetimeChanged;
    private boolean over;
    private boolean listening;
    /** What waits for the update that is under way; empty when none is. */
    private final List<Runnable> afterUpdate = new ArrayList<>();

    private volatile long heardNanos = System.nanoTime();

    /** What is told; on any thread, never under a lock of the registration. */
    interface Outcome {
        /** The LwM2M server took the registration, the first one or another. */
        void registered();

        /** There is no registration, or no longer one. Told once. */
        void failed(Failure failure);

        /** The server wrote to the Server object. May block. */
        void written(ServerObject server);

        /** The server asked for a bootstrap (/1/x/9). */
        void bootstrapWanted();

        /** The server asked for another certificate by EST (/35011/0/27002). */
        void renewalWanted(Registrations.Asked asked);

        /** The server asked for a reboot (/3/0/4). */
        void rebootWanted();

        /** The server asked for a factory reset (/3/0/5). */
        void factoryResetWanted();
    }

    Registration(
            Surroundings surroundings,
            DeviceBundle bundle,
            DeviceOptions options,
            ServerAccount account,
            Firmware firmware,
            Outcome outcome) {
        this.surroundings = surroundings;
        this.bundle = bundle;
        this.account = account;
        this.firmware = firmware;
        this.endpoint = bundle.endpoint();
        this.options = options;
        this.told = new Told(endpoint.value());
        this.outcome = outcome;
        this.server = account.server();
        this.certificate = account.certificate();
        this.renewable =
                account.enrolment().isPresent() && account.allows(AccessControl.EXECUTE, RenewalInstance.OBJECT, 0);
        this.managesFirmware = account.allows(AccessControl.WRITE, Codecs.FIRMWARE, 0);
        this.target = new Link.Target(
                endpoint.value(),
                Party.LWM2M_SERVER,
                Stage.LWM2M_HANDSHAKE,
                account.uri(),
                account.expectedName(),
                account.credential(),
                surroundings.policies().lwm2mServer(account, bundle.trustStore(), options.rules()),
                options.clock(),
                account.suites());
        List<ManagedObject> objects = new ArrayList<>(List.of(
                new ServerInstance(
                        account.server(),
                        this::written,
                        this::update,
                        bundle.mode().bootstraps() ? Optional.of(outcome::bootstrapWanted) : Optional.empty()),
                new DeviceInstance(
                        bundle.identity(),
                        firmware::version,
                        options.clock(),
                        outcome::rebootWanted,
                        outcome::factoryResetWanted),
                new FirmwareInstance(firmware, outcome::rebootWanted, options.firmware())));
        objects.addAll(PlatformObjects.of(bundle.identity(), firmware));
        if (renewable) {
            objects.add(new RenewalInstance());
        }
        account.access().forEach(access -> objects.add(new AccessRights(access)));
        this.management = new Management(surroundings, told, options.timeNotification(), objects, account::allows);
        this.dozing = options.awake()
                .map(awake -> new Dozing(
                        awake,
                        surroundings,
                        firmware::isUnderWay,
                        action -> surroundings
                                .journal()
                                .record(told.of(Stage.POWER)
                                        .fact("action", action)
                                        .fact("server_uri", account.uri().toString()))));
    }

    private void offline() {
        if (managesFirmware) {
            firmware.offline();
        }
    }

    /** Begins; blocks while the host is looked up. */
    void start() {
        Link opened;
        try {
            opened = Link.open(surroundings, target, new Requested());
        } catch (IOException e) {
            Failure failure =
                    Failure.of(Stage.LWM2M_HANDSHAKE, "unreachable", String.valueOf(e.getMessage()), Outlook.MAY_PASS);
            surroundings.journal().record(told.of(failure));
            fail(failure);
            return;
        }
        dozing.ifPresent(opened::add);
        synchronized (this) {
            if (over) {
                opened.close();
                return;
            }
            link = opened;
        }
        register(opened);
    }

    private void register(Link open) {
        synchronized (this) {
            if (over) {
                return;
            }
            lifetimeChanged = false;
        }
        open.sendOverAgain(this::registration, Stage.REGISTERED, PATIENCE, this::sessionLost, new Link.Reply() {
            @Override
            public void answered(Response response) {
                if (response.getCode() == ResponseCode.CREATED) {
                    registered(response);
                } else {
                    refused(open.refusal(Stage.REGISTERED, "POST /rd", response));
                }
            }

            @Override
            public void failed(Failure failure) {
                Registration.this.failed(open, failure);
            }
        });
    }

    private Request registration() {
        ServerObject said;
        synchronized (this) {
            said = server;
        }
        Request request = Request.newPost();
        request.getOptions()
                .addUriPath("rd")
                .setContentFormat(40)
                .addUriQuery("ep=" + endpoint.value())
                .addUriQuery("lt=" + said.lifetime())
                .addUriQuery("lwm2m=1.1")
                .addUriQuery("b=" + said.binding());
        if (dozing.isPresent()) {
            request.getOptions().addUriQuery("Q");
        }
        request.setPayload(management.links());
        return request;
    }

    private void registered(Response response) {
        long lifetime;
        synchronized (this) {
            location = List.copyOf(response.getOptions().getLocationPath());
            lifetime = server.lifetime();
        }
        surroundings
                .journal()
                .record(certificate
                        .addTo(told.of(Stage.REGISTERED).took(elapsed()))
                        .fact(
                                "registration",
                                String.join("/", response.getOptions().getLocationPath()))
                        .fact("lifetime_s", Long.toString(lifetime))
                        .fact("server_uri", account.uri().toString()));
        awaitUpdate();
        if (managesFirmware) {
            firmware.online(
                    new Files(),
                    () -> {
                        management.changed(FIRMWARE);
                        management.changed(MANIFEST);
                        listen();
                    },
                    outcome::rebootWanted);
            listen();
        }
        outcome.registered();
    }

    /** What the server asks. */
    private final class Requested implements Link.Handler {
        @Override
        public void handle(Exchange exchange) {
            heardNanos = System.nanoTime();
            if (renewable
                    && exchange.getRequest().getCode() == Code.POST
                    && exchange.getRequest().getOptions().getUriPathString().equals(RENEWAL)) {
                renewalWanted(exchange);
            } else {
                management.handle(exchange);
            }
        }

        @Override
        public void begun(String path) {
            if (path.equals(FIRMWARE.append(FirmwareInstance.PACKAGE).toString().substring(1))) {
                firmware.receiving();
            }
        }
    }

    /** Where firmware comes from. */
    private final class Files implements Firmware.Sources {
        @Override
        public Download.Source open(URI uri) throws IOException {
            if (uri.getScheme().equals("coap")) {
                Link plain = Link.openPlain(surroundings, uri, NOTHING);
                return new Fetching(plain, Runnable::run, plain::close);
            }
            return source(uri);
        }

        @Override
        public boolean takesPlain() {
            return options.firmware() == DeviceOptions.FirmwareTransport.COAPS_AND_COAP;
        }

        @Override
        public Download.Source server() throws IOException {
            return new Fetching(session(), Registration.this::update, () -> {});
        }
    }

    private synchronized Link session() throws IOException {
        if (link == null) {
            throw new IOException("there is no session with the LwM2M server");
        }
        return link;
    }

    /**
     * Where firmware comes from: the LwM2M server's own session when it is there, else a session of its own, in which the
     * device proves itself with the same certificate and trusts what the Security object says, for that name (OMA LwM2M
     * Transport, 5.2.4).
     */
    private Download.Source source(URI uri) throws IOException {
        Link open = session();
        if (uri.getAuthority().equals(account.uri().getAuthority())) {
            return new Fetching(open, this::update, () -> {});
        }
        ServerAccount there = new ServerAccount(
                account.securityInstance(),
                uri,
                account.credential(),
                account.serverPublicKey(),
                account.usage(),
                account.matching(),
                Optional.empty(),
                account.server());
        Link another = Link.open(
                surroundings,
                new Link.Target(
                        endpoint.value(),
                        Party.LWM2M_SERVER,
                        Stage.LWM2M_HANDSHAKE,
                        uri,
                        there.expectedName(),
                        there.credential(),
                        surroundings.policies().lwm2mServer(there, bundle.trustStore(), options.rules()),
                        options.clock(),
                        account.suites()),
                NOTHING);
        return new Fetching(another, Runnable::run, another::close);
    }

    /** Blocks over a link. */
    private record Fetching(Link over, Consumer<Runnable> renewal, Runnable end) implements Download.Source {
        @Override
        public void ask(Request request, Stage stage, Duration patience, Reply reply) {
            over.sendForBlock(request, stage, patience, reply);
        }

        @Override
        public void renew(Runnable then) {
            renewal.accept(then);
        }

        @Override
        public void close() {
            end.run();
        }
    }

    private void renewalWanted(Exchange exchange) {
        Request request = exchange.getRequest();
        int status = RenewalInstance.asked(request.getPayloadSize() == 0 ? new byte[0] : request.getPayload());
        Registrations.Asked asked = (ended, afterwards) -> {
            Response response = new Response(ResponseCode.CHANGED);
            response.setPayload(Integer.toString(ended));
            response.getOptions().setContentFormat(0);
            response.addMessageObserver(new MessageObserverAdapter() {
                @Override
                public void onSent(boolean retransmission) {
                    if (!retransmission) {
                        surroundings.work(afterwards);
                    }
                }
            });
            surroundings
                    .journal()
                    .record(told.of(Stage.OPERATION)
                            .fact("operation", "execute")
                            .fact("path", "/" + RENEWAL)
                            .fact("answer", ResponseCode.CHANGED.text)
                            .fact("ce_status", Integer.toString(ended)));
            exchange.sendResponse(response);
        };
        if (status != RenewalInstance.DONE) {
            asked.answer(status, () -> {});
            return;
        }
        exchange.sendAccept();
        outcome.renewalWanted(asked);
    }

    /** Has the certificate of this session renewed in it; the dialect is that in which it was enrolled. */
    void renew(Registrations.Renewal renewal) {
        Link open;
        synchronized (this) {
            open = link;
        }
        if (open == null || account.enrolment().isEmpty()) {
            renewal.failed(Failure.of(
                    Stage.ENROLLED,
                    "unreachable",
                    "there is no session with the LwM2M server to renew the certificate in",
                    Outlook.MAY_PASS));
            return;
        }
        Link session = open;
        Enrolment.Outcome ended = new Enrolment.Outcome() {
            @Override
            public void certified(Credential credential) {
                Delivery judged = new Delivery.Enrolling(
                                new Delivery.Reading(
                                        bundle,
                                        account.securityInstance(),
                                        options.clock().instant()),
                                account::withCredential)
                        .with(credential);
                if (judged instanceof Delivery.Usable usable) {
                    renewal.certified(usable.account().credential());
                } else if (judged instanceof Delivery.Unusable unusable) {
                    failed(Failure.refused(
                            Stage.ENROLLED, Party.DEVICE, unusable.reason(), unusable.detail(), Outlook.PERMANENT));
                }
            }

            @Override
            public void failed(Failure failure) {
                renewal.failed(failure);
            }
        };
        surroundings.work(() -> new Enrolment(
                        surroundings,
                        session,
                        bundle,
                        options,
                        told,
                        account.enrolment().get(),
                        Optional.empty(),
                        ended)
                .renew(account.credential().certificate()));
    }

    private synchronized void awaitUpdate() {
        update.cancel();
        if (over) {
            return;
        }
        Duration lifetime = Duration.ofSeconds(server.lifetime());
        Duration quarter = lifetime.dividedBy(4);
        Duration latest = lifetime.minus(MARGIN.compareTo(quarter) < 0 ? MARGIN : quarter);
        double earlier = 0.95 + 0.05 * surroundings.random().nextDouble();
        update = surroundings.after(Duration.ofNanos((long) (latest.toNanos() * earlier)), this::update);
    }

    /** Asks for the server while it has something to do and says nothing: when it started again, it waits for the device. */
    private void listen() {
        synchronized (this) {
            if (over || listening || !firmware.isUnderWay()) {
                return;
            }
            listening = true;
        }
        surroundings.after(QUIET, () -> {
            synchronized (this) {
                listening = false;
            }
            if (firmware.isUnderWay() && System.nanoTime() - heardNanos >= QUIET.toNanos()) {
                update();
            }
            listen();
        });
    }

    /** Sleeps now, in queue mode. */
    void sleep() {
        dozing.ifPresent(Dozing::sleep);
    }

    /** Sends a registration update now. */
    void update() {
        update(() -> {});
    }

    /** The same, one at a time; afterwards there is a registration in a session that the server knows. */
    private void update(Runnable then) {
        synchronized (this) {
            afterUpdate.add(then);
            if (afterUpdate.size() > 1) {
                return;
            }
        }
        sendUpdate();
    }

    private void updated() {
        List<Runnable> next;
        synchronized (this) {
            next = List.copyOf(afterUpdate);
            afterUpdate.clear();
        }
        next.forEach(Runnable::run);
        if (lifetimeIsNew()) {
            update();
        }
    }

    private void sendUpdate() {
        Link open;
        List<String> path;
        Optional<Long> lifetime;
        synchronized (this) {
            open = link;
            if (over || open == null || location.isEmpty()) {
                afterUpdate.clear();
                return;
            }
            path = location;
            lifetime = lifetimeChanged ? Optional.of(server.lifetime()) : Optional.empty();
            lifetimeChanged = false;
        }
        Supplier<Request> request = () -> {
            Request update = Request.newPost();
            path.forEach(segment -> update.getOptions().addUriPath(segment));
            lifetime.ifPresent(seconds -> update.getOptions().addUriQuery("lt=" + seconds));
            return update;
        };
        long sent = System.nanoTime();
        open.sendOverAgain(request, Stage.UPDATED, PATIENCE, this::sessionLost, new Link.Reply() {
            @Override
            public void answered(Response response) {
                heardNanos = System.nanoTime();
                if (response.getCode() == ResponseCode.CHANGED) {
                    surroundings
                            .journal()
                            .record(told.of(Stage.UPDATED).took(Duration.ofNanos(System.nanoTime() - sent)));
                    awaitUpdate();
                    updated();
                } else if (response.getCode() == ResponseCode.NOT_FOUND) {
                    surroundings.journal().record(told.of(open.refusal(Stage.UPDATED, "the update", response)));
                    register(open);
                    updated();
                } else {
                    refused(open.refusal(Stage.UPDATED, "the update", response));
                }
            }

            @Override
            public void failed(Failure failure) {
                Registration.this.failed(open, failure);
            }
        });
    }

    private void sessionLost(Failure failure) {
        surroundings.journal().record(told.of(failure));
        if (managesFirmware) {
            firmware.sessionLost();
        }
    }

    private void failed(Link open, Failure failure) {
        if (open.isRecorded(failure)) {
            fail(failure);
        } else {
            refused(failure);
        }
    }

    private void refused(Failure failure) {
        surroundings.journal().record(told.of(failure));
        fail(failure);
    }

    /** Ends the registration at the server if it can be reached, closes the link, then goes on with what comes after. */
    void deregister(Runnable afterwards) {
        Link open;
        Request request = new Request(Code.DELETE);
        synchronized (this) {
            open = link;
            update.cancel();
            if (over || open == null || location.isEmpty()) {
                open = null;
            } else {
                location.forEach(segment -> request.getOptions().addUriPath(segment));
                over = true;
            }
        }
        if (open == null) {
            close();
            afterwards.run();
            return;
        }
        Link leaving = open;
        leaving.send(request, Stage.DEREGISTERED, PATIENCE, new Link.Reply() {
            @Override
            public void answered(Response response) {
                surroundings
                        .journal()
                        .record(
                                response.isSuccess()
                                        ? told.of(Stage.DEREGISTERED)
                                        : told.of(leaving.refusal(Stage.DEREGISTERED, "the deregistration", response)));
                surroundings.work(this::leave);
            }

            @Override
            public void failed(Failure failure) {
                surroundings.journal().record(told.of(Stage.DEREGISTERED, failure));
                surroundings.work(this::leave);
            }

            private void leave() {
                dozing.ifPresent(Dozing::end);
                offline();
                management.close();
                leaving.leave(afterwards);
            }
        });
    }

    /** Closes the link without a word to the server; nobody is told anything afterwards. */
    void close() {
        Link open;
        offline();
        dozing.ifPresent(Dozing::end);
        synchronized (this) {
            over = true;
            update.cancel();
            open = link;
            link = null;
        }
        management.close();
        if (open != null) {
            open.close();
        }
    }

    private void written(ServerObject value) {
        synchronized (this) {
            lifetimeChanged = lifetimeChanged || value.lifetime() != server.lifetime();
            server = value;
        }
        surroundings.work(() -> {
            outcome.written(value);
            if (lifetimeIsNew()) {
                update();
            }
        });
    }

    private synchronized boolean lifetimeIsNew() {
        return lifetimeChanged;
    }

    private Duration elapsed() {
        return Duration.ofNanos(System.nanoTime() - startNanos);
    }

    private void fail(Failure failure) {
        synchronized (this) {
            if (over) {
                return;
            }
        }
        surroundings.work(() -> {
            close();
            outcome.failed(failure);
        });
    }
}
