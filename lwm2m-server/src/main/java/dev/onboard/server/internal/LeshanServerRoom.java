package dev.onboard.server.internal;

import dev.onboard.account.AccountTrust;
import dev.onboard.account.DeviceCertification;
import dev.onboard.account.Service;
import dev.onboard.dtls.HandshakeJournal;
import dev.onboard.dtls.TurnedAway;
import dev.onboard.dtls.internal.DtlsServerSide;
import dev.onboard.dtls.internal.DtlsSettings;
import dev.onboard.dtls.internal.Enrolments;
import dev.onboard.dtls.internal.EstResources;
import dev.onboard.journal.Journal;
import dev.onboard.journal.Party;
import dev.onboard.journal.Stage;
import dev.onboard.pki.Credential;
import dev.onboard.pki.EndpointIdentity;
import dev.onboard.pki.KeyAlgorithm;
import dev.onboard.server.Answer;
import dev.onboard.server.Content;
import dev.onboard.server.DeviceRequest;
import dev.onboard.server.LwM2mServer;
import dev.onboard.server.LwM2mServer.Observation;
import dev.onboard.server.LwM2mServer.Surroundings;
import dev.onboard.server.Node;
import dev.onboard.server.ObjectSpec;
import dev.onboard.server.Registered;
import dev.onboard.server.ServerEvent;
import dev.onboard.server.Sleep;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedMap;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.eclipse.californium.core.CoapServer;
import org.eclipse.californium.core.network.Endpoint;
import org.eclipse.leshan.core.californium.identity.IdentityHandlerProvider;
import org.eclipse.leshan.core.link.lwm2m.LwM2mLinkParser;
import org.eclipse.leshan.core.node.codec.DefaultLwM2mEncoder;
import org.eclipse.leshan.core.request.BindingMode;
import org.eclipse.leshan.server.LeshanServer;
import org.eclipse.leshan.server.californium.endpoint.CaliforniumServerEndpointsProvider;
import org.eclipse.leshan.server.californium.registration.RegisterResource;
import org.eclipse.leshan.server.model.StaticModelProvider;
import org.eclipse.leshan.server.queue.StaticClientAwakeTimeProvider;
import org.eclipse.leshan.server.registration.DefaultRegistrationDataExtractor;
import org.eclipse.leshan.server.registration.InMemoryRegistrationStore;
import org.eclipse.leshan.server.registration.RandomStringRegistrationIdProvider;
import org.eclipse.leshan.server.registration.Registration;
import org.eclipse.leshan.server.registration.RegistrationHandler;
import org.eclipse.leshan.server.registration.RegistrationStore;
import org.eclipse.leshan.server.request.UplinkRequestReceiver;
import org.eclipse.leshan.server.security.ServerSecurityInfo;
import org.eclipse.leshan.server.send.SendHandler;
import org.jspecify.annotations.Nullable;

/**
 * The LwM2M server on Leshan; endpoint, trust and the door to {@code /rd} are ours. Long because it is the one place where
 * its parts are put together and each of the server's operations is handed to its part.
 */
public final class LeshanServerRoom implements AutoCloseable {
    private static final SecureRandom RANDOM = new SecureRandom();

    private final LeshanServer server;
    private final DtlsServerSide dtls;
    private final InetSocketAddress address;
    private final Operations operations;
    private final Posts posts;
    private final Together together;
    private final SleepingDevices sleepers;
    private final Happenings happenings;
    private final MessageTrace messages;
    private final Packages packages;
    private final ScheduledExecutorService io;
    private @Nullable PlainFiles plainFiles;
    private final Journal.Subscription trustChanges;

    private LeshanServerRoom(
            LeshanServer server,
            DtlsServerSide dtls,
            InetSocketAddress address,
            Operations operations,
            Posts posts,
            SleepingDevices sleepers,
            Happenings happenings,
            MessageTrace messages,
            Packages packages,
            ScheduledExecutorService io,
            Journal.Subscription trustChanges) {
        this.server = server;
        this.dtls = dtls;
        this.address = address;
        this.operations = operations;
        this.posts = posts;
        this.together = new Together(server, operations, Models.ALL);
        this.sleepers = sleepers;
        this.happenings = happenings;
        this.messages = messages;
        this.packages = packages;
        this.io = io;
        this.trustChanges = trustChanges;
    }

    /** See {@link dev.onboard.server.LwM2mServer#start}. */
    public static LeshanServerRoom start(
            InetSocketAddress bind,
            Supplier<Credential> credential,
            Surroundings on,
            Optional<RedisRegistrations> shared)
            throws IOException {
        HandshakeJournal handshakes =
                HandshakeJournal.ofServer(on.journal(), Stage.LWM2M_HANDSHAKE, Party.LWM2M_SERVER);
        DtlsServerSide dtls = new DtlsServerSide(
                        credential,
                        new AccountTrust(on.account(), Service.LWM2M, on.rules()),
                        on.clock(),
                        on.threads(),
                        handshakes,
                        handshakes::closed)
                .keeping(on.transmission().sessions(), handshakes::full, handshakes::limited);
        CaliforniumServerEndpointsProvider provider = new CaliforniumServerEndpointsProvider.Builder()
                .setConfiguration(DtlsSettings.server(on.transmission()))
                .addEndpoint(new SecureEndpoint(bind, dtls))
                .build();
        AtomicReference<UplinkRequestReceiver> receiver = new AtomicReference<>();
        LwM2mLinkParser links = new LenientLinks();
        RegistrationStore registrations =
                shared.map(RedisRegistrations::store).orElseGet(InMemoryRegistrationStore::new);
        LeshanServer server =
                new LeshanServer(
                        provider,
                        registrations,
                        null,
                        new SameDevice(on.journal()),
                        new StaticModelProvider(Models.ALL),
                        new DefaultLwM2mEncoder(),
                        new CheckedDecoder(),
                        true,
                        new StaticClientAwakeTimeProvider(),
                        new RandomStringRegistrationIdProvider(),
                        new DefaultRegistrationDataExtractor(),
                        false,
                        false,
                        links,
                        new ServerSecurityInfo(null, null, null, null)) {
                    @Override
                    protected UplinkRequestReceiver createRequestReceiver(
                            RegistrationHandler handler, SendHandler sendHandler) {
                        receiver.set(super.createRequestReceiver(handler, sendHandler));
                        return Objects.requireNonNull(receiver.get());
                    }
                };
        CoapServer coap = provider.getCoapServer();
        coap.setExecutors(on.threads().io(), on.threads().io(), true);
        Endpoint endpoint = coap.getEndpoints().get(0);
        server.getRegistrationService()
                .addListener(new RegistrationEvents(
                        on.account(),
                        on.journal(),
                        on.role(),
                        () -> endpoint.getAddress().getPort()));
        Happenings happenings = new Happenings();
        SleepingDevices sleepers =
                new SleepingDevices(on.awake(), on.threads().io(), on.clock(), on.journal(), happenings);
        // before whoever is told of an update, and then finds the device awake
        server.getRegistrationService().addListener(sleepers);
        happenings.listenTo(server);
        happenings.add(event -> {
            if (event instanceof ServerEvent.Notified
                    || event instanceof ServerEvent.NotifiedTogether
                    || event instanceof ServerEvent.Sent) {
                sleepers.heard(event.endpoint());
            }
        });
        MessageTrace messages = new MessageTrace(registrations, on.clock());
        endpoint.addInterceptor(messages);
        IdentityHandlerProvider identities = new IdentityHandlerProvider();
        identities.addIdentityHandler(endpoint, new DevicePeer.Handler());
        coap.getRoot().delete(coap.getRoot().getChild(RegisterResource.RESOURCE_NAME));
        coap.add(new RegistrationResource(
                Objects.requireNonNull(receiver.get(), "Leshan made no request receiver"),
                links,
                identities,
                on.account(),
                on.journal(),
                on.threads().io()));
        DeviceCertification certification = new DeviceCertification(on.account(), Service.LWM2M);
        EstResources.addTo(
                coap,
                new Enrolments(
                        asker -> EndpointIdentity.name(asker.trust().certificate(), DevicePeer.NAMES),
                        (asker, endpointName, request) -> certification.certify(
                                endpointName,
                                asker.trust().certificate(),
                                asker.trust().trust().anchor(),
                                request),
                        on.authorities(),
                        () -> KeyAlgorithm.P256.generate(RANDOM)),
                on.journal(),
                Party.LWM2M_SERVER,
                on.threads().io());
        Packages packages = new Packages(on.account().updateCampaigns());
        coap.add(new FirmwareResource(packages), new PayloadResource(packages));
        try {
            endpoint.start();
            shared.ifPresent(redis -> redis.listensAt(endpoint.getUri()));
            server.start();
        } catch (IOException e) {
            server.destroy();
            dtls.close();
            packages.close();
            throw new IOException(
                    "the LwM2M server cannot listen on " + bind.getHostString() + ":" + bind.getPort()
                            + ": the port is in use or not allowed; free it or choose another with "
                            + (on.role() == LwM2mServer.Role.MAIN ? "--lwm2m-port" : "--second-lwm2m-port"),
                    e);
        }
        Journal.Subscription anchors = on.account().trustedCertificates().subscribe(change -> {
            if (change.service() == Service.LWM2M) {
                dtls.closeSessionsOf(change.removed(), "trust-withdrawn");
            }
        });
        Journal.Subscription revocations = on.account().revocationLists().subscribe(dtls::closeRefused);
        Journal.Subscription trustChanges = () -> {
            anchors.close();
            revocations.close();
        };
        return new LeshanServerRoom(
                server,
                dtls,
                endpoint.getAddress(),
                new Operations(server, Models.ALL, on.journal(), sleepers),
                new Posts(server, endpoint, on.journal(), sleepers),
                sleepers,
                happenings,
                messages,
                packages,
                on.threads().io(),
                trustChanges);
    }

    /** The address it listens on. */
    public InetSocketAddress address() {
        return address;
    }

    /** Whether the port takes datagrams. */
    public boolean isListening() {
        return dtls.isListening();
    }

    /** How many DTLS sessions are open. */
    public int openSessions() {
        return dtls.sessions().size();
    }

    /** How many DTLS connections are kept: the open sessions, and the handshakes whose peer has proved its address (RFC 6347, 4.2.1). */
    public int openConnections() {
        return dtls.connections();
    }

    /** How many ClientHellos got no answer. */
    public TurnedAway turnedAway() {
        return dtls.turnedAway();
    }

    /** The device's registration. */
    public Optional<Registered> registration(String endpoint) {
        return HeldHere.of(server, endpoint).map(LeshanServerRoom::registered);
    }

    /** Its sleep. */
    public Optional<Sleep> sleep(String endpoint) {
        return sleepers.sleep(endpoint);
    }

    static Registered registered(Registration registration) {
        return new Registered(
                registration.getId(),
                registration.getEndpoint(),
                registration.getSocketAddress(),
                registration.getLwM2mVersion().toString(),
                Duration.ofSeconds(registration.getLifeTimeInSec()),
                registration.getRegistrationDate().toInstant(),
                registration.getLastUpdate().toInstant(),
                registration.usesQueueMode(),
                BindingMode.toString(registration.getBindingMode()),
                registration.getRootPath(),
                Map.copyOf(registration.getAdditionalRegistrationAttributes()),
                Answers.links(registration.getSortedObjectLinks()));
    }

    /** Reads. */
    public CompletionStage<Node> read(String endpoint, String path) {
        return operations.read(endpoint, path);
    }

    /** Writes. */
    public CompletionStage<Void> write(String endpoint, String path, String value) {
        return operations.write(endpoint, path, value);
    }

    /** Executes. */
    public CompletionStage<Void> execute(String endpoint, String path, String arguments) {
        return operations.execute(endpoint, path, arguments);
    }

    /** Executes with octets. */
    public CompletionStage<String> execute(String endpoint, String path, byte[] arguments) {
        return operations.execute(endpoint, path, arguments);
    }

    /** Observes. */
    public CompletionStage<Observation> observe(String endpoint, String path, Consumer<Answer> listener) {
        return operations.observe(endpoint, path, listener);
    }

    /** Observes, asking for a media type. */
    public CompletionStage<Observation> observe(
            String endpoint, String path, Optional<String> accept, Consumer<Answer> listener) {
        return operations.observe(endpoint, path, accept, listener);
    }

    /** Encodes. */
    public Content encode(String path, Node node, String mediaType) {
        return new Requests(Models.ALL).encode(path, node, mediaType);
    }

    /** Reads several. */
    public CompletionStage<SortedMap<String, Node>> readTogether(
            String endpoint, List<String> paths, String mediaType) {
        return together.read(endpoint, paths, mediaType);
    }

    /** Writes several. */
    public CompletionStage<Void> writeTogether(String endpoint, Map<String, Node> values, String mediaType) {
        return together.write(endpoint, values, mediaType);
    }

    /** Observes several. */
    public CompletionStage<SortedMap<String, Node>> observeTogether(
            String endpoint, List<String> paths, String mediaType) {
        return together.observe(endpoint, paths, mediaType);
    }

    /** Observes several no more. */
    public void cancelTogether(String endpoint, List<String> paths) {
        together.cancel(endpoint, paths);
    }

    /** See {@link dev.onboard.server.LwM2mServer#serveFirmware}. */
    public synchronized InetSocketAddress serveFirmware(InetSocketAddress bind) throws IOException {
        plainFiles = PlainFiles.start(bind, packages, io);
        return plainFiles.address();
    }

    /** The package of an active campaign. */
    public CompletionStage<Optional<byte[]>> packageOf(String campaign) {
        return packages.of(campaign).thenApply(found -> found.map(Packages.Package::octets));
    }

    /** Executes with octets. */
    public CompletionStage<Void> post(String endpoint, String path, byte[] octets) {
        return posts.send(endpoint, path, octets);
    }

    /** The objects that the server knows. */
    public List<ObjectSpec> objects() {
        return Models.ALL.getObjectModels().stream()
                .map(ObjectSpecs::of)
                .sorted(Comparator.comparingInt(ObjectSpec::id))
                .toList();
    }

    /** Watches. */
    public Journal.Subscription watch(Consumer<ServerEvent> listener) {
        return happenings.add(listener);
    }

    /** Watches messages. */
    public Journal.Subscription watchMessages(String endpoint, Consumer<ServerEvent.Message> listener) {
        return messages.add(endpoint, listener);
    }

    /** Sends. */
    public CompletionStage<Answer> send(String endpoint, DeviceRequest request) {
        return operations.send(endpoint, request);
    }

    /** Every registration. */
    public List<Registered> registrations() {
        return HeldHere.all(server).stream().map(LeshanServerRoom::registered).toList();
    }

    @Override
    public void close() {
        trustChanges.close();
        sleepers.close();
        synchronized (this) {
            if (plainFiles != null) {
                plainFiles.close();
            }
        }
        dtls.close();
        server.destroy();
        packages.close();
    }
}
