package dev.onboard.bootstrap.internal;

import dev.onboard.account.AccountTrust;
import dev.onboard.account.DeviceCertification;
import dev.onboard.account.Service;
import dev.onboard.bootstrap.BootstrapServer.Surroundings;
import dev.onboard.bootstrap.Deliveries;
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
import dev.onboard.pki.KeyAlgorithm;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.eclipse.californium.core.CoapServer;
import org.eclipse.leshan.server.bootstrap.DefaultBootstrapSessionManager;
import org.eclipse.leshan.server.bootstrap.LeshanBootstrapServer;
import org.eclipse.leshan.server.bootstrap.LeshanBootstrapServerBuilder;
import org.eclipse.leshan.server.bootstrap.request.BootstrapDownlinkRequestSender;
import org.eclipse.leshan.server.californium.bootstrap.endpoint.CaliforniumBootstrapServerEndpointsProvider;

/** The bootstrap server on Leshan: its encoders and its request sender; endpoint, trust and {@code /bs} are ours. */
public final class LeshanBootstrap implements AutoCloseable {
    private final LeshanBootstrapServer server;
    private final DtlsServerSide dtls;
    private final InetSocketAddress address;
    private final Journal.Subscription trustChanges;

    private LeshanBootstrap(
            LeshanBootstrapServer server,
            DtlsServerSide dtls,
            InetSocketAddress address,
            Journal.Subscription trustChanges) {
        this.server = server;
        this.dtls = dtls;
        this.address = address;
        this.trustChanges = trustChanges;
    }

    /** See {@link dev.onboard.bootstrap.BootstrapServer#start}. */
    public static LeshanBootstrap start(
            InetSocketAddress bind, Supplier<Credential> credential, Deliveries deliveries, Surroundings on)
            throws IOException {
        HandshakeJournal handshakes =
                HandshakeJournal.ofServer(on.journal(), Stage.BOOTSTRAP_HANDSHAKE, Party.BOOTSTRAP_SERVER);
        DtlsServerSide dtls = new DtlsServerSide(
                        credential,
                        new AccountTrust(on.account(), Service.BOOTSTRAP, on.rules()),
                        on.clock(),
                        on.threads(),
                        handshakes,
                        handshakes::closed)
                .keeping(on.transmission().sessions(), handshakes::full, handshakes::limited);
        CaliforniumBootstrapServerEndpointsProvider provider = new CaliforniumBootstrapServerEndpointsProvider.Builder()
                .setConfiguration(DtlsSettings.server(on.transmission()))
                .addEndpoint(new SecureEndpoint(bind, dtls))
                .build();
        AtomicReference<BootstrapDownlinkRequestSender> sender = new AtomicReference<>();
        LeshanBootstrapServer server = new LeshanBootstrapServerBuilder()
                .setEndpointsProviders(provider)
                .setLinkParser(new LenientLinks())
                .setSessionManager(new DefaultBootstrapSessionManager(
                        (session, before) -> {
                            throw notServedHere();
                        },
                        (session, objects) -> Models.STANDARD,
                        (request, peer) -> {
                            throw notServedHere();
                        }))
                .setBootstrapHandlerFactory((requests, sessions, listener) -> {
                    sender.set(requests);
                    return (peer, request, uri) -> {
                        throw notServedHere();
                    };
                })
                .build();
        CoapServer coap = provider.getCoapServer();
        coap.setExecutors(on.threads().io(), on.threads().io(), true);
        coap.getRoot().delete(coap.getRoot().getChild("bs"));
        BootstrapResource bs = new BootstrapResource(
                on.account(),
                deliveries,
                Objects.requireNonNull(sender.get(), "Leshan made no request sender"),
                on.journal(),
                on.threads().io(),
                on.random());
        coap.add(bs);
        DeviceCertification certification = new DeviceCertification(on.account(), Service.BOOTSTRAP);
        EstResources.addTo(
                coap,
                new Enrolments(
                        bs::enrolling,
                        (asker, endpoint, request) -> certification
                                .certify(
                                        endpoint,
                                        asker.trust().certificate(),
                                        asker.trust().trust().anchor(),
                                        request)
                                .thenApply(issued -> deliveries.enrolled(endpoint, request.publicKey(), issued)),
                        deliveries::authorities,
                        () -> KeyAlgorithm.P256.generate(on.random())),
                on.journal(),
                Party.BOOTSTRAP_SERVER,
                on.threads().io());
        try {
            coap.getEndpoints().get(0).start();
            server.start();
        } catch (IOException e) {
            server.destroy();
            dtls.close();
            throw new IOException(
                    "the bootstrap server cannot listen on " + bind.getHostString() + ":" + bind.getPort()
                            + ": the port is in use or not allowed; free it or choose another with --bootstrap-port",
                    e);
        }
        InetSocketAddress address = coap.getEndpoints().get(0).getAddress();
        Journal.Subscription anchors = on.account().trustedCertificates().subscribe(change -> {
            if (change.service() == Service.BOOTSTRAP) {
                dtls.closeSessionsOf(change.removed(), "trust-withdrawn");
            }
        });
        Journal.Subscription revocations = on.account().revocationLists().subscribe(dtls::closeRefused);
        Journal.Subscription trustChanges = () -> {
            anchors.close();
            revocations.close();
        };
        return new LeshanBootstrap(server, dtls, address, trustChanges);
    }

    private static IllegalStateException notServedHere() {
        return new IllegalStateException("POST /bs is served by " + BootstrapResource.class.getName());
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

    @Override
    public void close() {
        trustChanges.close();
        dtls.close();
        server.destroy();
    }
}
