package dev.onboard.bench;

import dev.onboard.pki.CertificateAuthority;
import dev.onboard.pki.CertificateRecipe;
import dev.onboard.pki.Credential;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.security.SecureRandom;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.eclipse.leshan.client.LeshanClient;
import org.eclipse.leshan.client.LeshanClientBuilder;
import org.eclipse.leshan.client.californium.endpoint.CaliforniumClientEndpointsProvider;
import org.eclipse.leshan.client.californium.endpoint.coaps.CoapsClientProtocolProvider;
import org.eclipse.leshan.client.object.Device;
import org.eclipse.leshan.client.object.Security;
import org.eclipse.leshan.client.object.Server;
import org.eclipse.leshan.client.observer.LwM2mClientObserverAdapter;
import org.eclipse.leshan.client.resource.ObjectsInitializer;
import org.eclipse.leshan.client.servers.LwM2mServer;
import org.eclipse.leshan.core.CertificateUsage;
import org.eclipse.leshan.core.LwM2mId;
import org.eclipse.leshan.core.ResponseCode;
import org.eclipse.leshan.core.SecurityMode;
import org.eclipse.leshan.core.endpoint.Protocol;
import org.eclipse.leshan.core.model.LwM2mModel;
import org.eclipse.leshan.core.model.ObjectLoader;
import org.eclipse.leshan.core.model.StaticModel;
import org.eclipse.leshan.core.peer.OscoreIdentity;
import org.eclipse.leshan.core.request.BindingMode;
import org.eclipse.leshan.core.request.BootstrapRequest;
import org.eclipse.leshan.core.request.RegisterRequest;
import org.eclipse.leshan.server.LeshanServer;
import org.eclipse.leshan.server.LeshanServerBuilder;
import org.eclipse.leshan.server.bootstrap.BootstrapConfig;
import org.eclipse.leshan.server.bootstrap.BootstrapConfig.ServerConfig;
import org.eclipse.leshan.server.bootstrap.BootstrapConfig.ServerSecurity;
import org.eclipse.leshan.server.bootstrap.LeshanBootstrapServer;
import org.eclipse.leshan.server.bootstrap.LeshanBootstrapServerBuilder;
import org.eclipse.leshan.server.californium.bootstrap.endpoint.CaliforniumBootstrapServerEndpointsProvider;
import org.eclipse.leshan.server.californium.bootstrap.endpoint.coaps.CoapsBootstrapServerProtocolProvider;
import org.eclipse.leshan.server.californium.endpoint.CaliforniumServerEndpointsProvider;
import org.eclipse.leshan.server.californium.endpoint.coaps.CoapsServerProtocolProvider;
import org.eclipse.leshan.server.security.BootstrapSecurityStore;
import org.eclipse.leshan.server.security.SecurityInfo;
import org.eclipse.leshan.server.security.SecurityStore;
import org.jspecify.annotations.Nullable;

/**
 * What a competent user of Leshan writes: its servers and clients with their defaults, X.509 on both legs, a fresh key and
 * certificate for each device while it bootstraps; models are loaded once. It keeps no account, no journal and no file.
 */
final class StockContestant implements Contestant {
    private static final InstantSource CLOCK = InstantSource.system();
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final int SHORT_SERVER_ID = 1;
    private static final int LIFETIME_SECONDS = 300;

    private final LwM2mModel model = new StaticModel(ObjectLoader.loadDefault());
    private final CertificateAuthority factory = root("Factory CA");
    private final CertificateAuthority deviceCa = root("LwM2M device CA");
    private final CertificateAuthority serverCa = root("Server CA");
    private final LeshanServer server;
    private final LeshanBootstrapServer bootstrap;
    private final URI serverUri;
    private final URI bootstrapUri;
    private final List<Prepared> prepared = new ArrayList<>();
    private final List<LeshanClient> clients = new ArrayList<>();
    private int made;

    private record Prepared(String endpoint, Credential factory) {}

    StockContestant() {
        Credential own = serverCa.issue(CertificateRecipe.server("localhost", InetAddress.getLoopbackAddress()));
        server = server(own);
        server.start();
        serverUri = URI.create("coaps://localhost:"
                + server.getEndpoint(Protocol.COAPS).getURI().getPort());
        bootstrap = bootstrap(own);
        bootstrap.start();
        bootstrapUri = URI.create("coaps://localhost:"
                + bootstrap.getEndpoint(Protocol.COAPS).getURI().getPort());
    }

    private static CertificateAuthority root(String name) {
        return CertificateAuthority.root(CertificateRecipe.ca(name), CLOCK, RANDOM);
    }

    private static InetSocketAddress anyPort() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    }

    private LeshanServer server(Credential own) {
        return new LeshanServerBuilder()
                .setPrivateKey(own.privateKey())
                .setCertificateChain(new X509Certificate[] {own.certificate()})
                .setTrustedCertificates(new X509Certificate[] {deviceCa.certificate()})
                .setSecurityStore(new SecurityStore() {
                    @Override
                    public SecurityInfo getByEndpoint(String endpoint) {
                        return SecurityInfo.newX509CertInfo(endpoint);
                    }

                    @Override
                    public @Nullable SecurityInfo getByIdentity(String identity) {
                        return null;
                    }

                    @Override
                    public @Nullable SecurityInfo getByOscoreIdentity(OscoreIdentity identity) {
                        return null;
                    }
                })
                .setEndpointsProviders(new CaliforniumServerEndpointsProvider.Builder(new CoapsServerProtocolProvider())
                        .addEndpoint(anyPort(), Protocol.COAPS)
                        .build())
                .build();
    }

    private LeshanBootstrapServer bootstrap(Credential own) {
        return new LeshanBootstrapServerBuilder()
                .setPrivateKey(own.privateKey())
                .setCertificateChain(new X509Certificate[] {own.certificate()})
                .setTrustedCertificates(new X509Certificate[] {factory.certificate()})
                .setSecurityStore(new BootstrapSecurityStore() {
                    @Override
                    public Iterator<SecurityInfo> getAllByEndpoint(String endpoint) {
                        return Collections.singleton(SecurityInfo.newX509CertInfo(endpoint))
                                .iterator();
                    }

                    @Override
                    public @Nullable SecurityInfo getByIdentity(String identity) {
                        return null;
                    }

                    @Override
                    public @Nullable SecurityInfo getByOscoreIdentity(OscoreIdentity identity) {
                        return null;
                    }
                })
                .setConfigStore(session -> configuration(session.getEndpoint()))
                .setEndpointsProviders(new CaliforniumBootstrapServerEndpointsProvider.Builder(
                                new CoapsBootstrapServerProtocolProvider())
                        .addEndpoint(anyPort(), Protocol.COAPS)
                        .build())
                .build();
    }

    /** A key and a certificate for this device, and the LwM2M server. */
    private BootstrapConfig configuration(String endpoint) {
        try {
            Credential fresh = deviceCa.issue(CertificateRecipe.device(endpoint));
            BootstrapConfig config = new BootstrapConfig();
            config.toDelete.add("/0");
            config.toDelete.add("/1");
            ServerSecurity security = new ServerSecurity();
            security.uri = serverUri.toString();
            security.bootstrapServer = false;
            security.securityMode = SecurityMode.X509;
            security.publicKeyOrId = fresh.certificate().getEncoded();
            security.secretKey = fresh.privateKey().getEncoded();
            security.serverPublicKey = serverCa.certificate().getEncoded();
            security.certificateUsage = CertificateUsage.TRUST_ANCHOR_ASSERTION;
            security.sni = "localhost";
            security.serverId = SHORT_SERVER_ID;
            config.security.put(1, security);
            ServerConfig account = new ServerConfig();
            account.shortId = SHORT_SERVER_ID;
            account.lifetime = LIFETIME_SECONDS;
            account.binding = EnumSet.of(BindingMode.U);
            config.servers.put(0, account);
            return config;
        } catch (CertificateEncodingException e) {
            throw new BenchException("a certificate has no encoding", e);
        }
    }

    @Override
    public void prepare(int devices) {
        for (int i = 0; i < devices; i++) {
            String endpoint = "stock-" + ++made;
            prepared.add(new Prepared(endpoint, factory.issue(CertificateRecipe.device(endpoint))));
        }
    }

    @Override
    public long[] onboard(Load load) throws Exception {
        OnTheirWay onTheirWay = new OnTheirWay(load);
        ConcurrentLinkedQueue<Long> latencies = new ConcurrentLinkedQueue<>();
        for (Prepared one : prepared) {
            long start = onTheirWay.begin();
            LeshanClient client = client(one);
            client.addObserver(new LwM2mClientObserverAdapter() {
                @Override
                public void onRegistrationSuccess(LwM2mServer to, RegisterRequest request, String id) {
                    latencies.add(System.nanoTime() - start);
                    onTheirWay.arrived();
                }

                @Override
                public void onRegistrationFailure(
                        LwM2mServer to, RegisterRequest request, ResponseCode code, String message, Exception cause) {
                    fail("was refused by the LwM2M server: " + code);
                }

                @Override
                public void onBootstrapFailure(
                        LwM2mServer to, BootstrapRequest request, ResponseCode code, String message, Exception cause) {
                    fail("was refused by the bootstrap server: " + code);
                }

                private void fail(String why) {
                    onTheirWay.failed(one.endpoint() + " " + why);
                }
            });
            clients.add(client);
            client.start();
        }
        onTheirWay.awaitAll();
        return latencies.stream().mapToLong(Long::longValue).toArray();
    }

    private LeshanClient client(Prepared one) throws CertificateEncodingException {
        ObjectsInitializer objects = new ObjectsInitializer(model);
        objects.setInstancesForObject(
                LwM2mId.SECURITY,
                Security.x509Bootstrap(
                        bootstrapUri.toString(),
                        one.factory().certificate().getEncoded(),
                        one.factory().privateKey().getEncoded(),
                        serverCa.certificate().getEncoded(),
                        CertificateUsage.TRUST_ANCHOR_ASSERTION.code,
                        "localhost"));
        objects.setClassForObject(LwM2mId.SERVER, Server.class);
        objects.setInstancesForObject(LwM2mId.DEVICE, new Device("Acme", "Meter", "7"));
        return new LeshanClientBuilder(one.endpoint())
                .setObjects(objects.createAll())
                .setEndpointsProviders(
                        new CaliforniumClientEndpointsProvider.Builder(new CoapsClientProtocolProvider()).build())
                .build();
    }

    @Override
    public void clear() {
        clients.forEach(client -> client.destroy(false));
        clients.clear();
        prepared.clear();
    }

    @Override
    public void close() {
        bootstrap.destroy();
        server.destroy();
    }
}
