package dev.onboard.dtls.internal;

import dev.onboard.dtls.DtlsThreads;
import dev.onboard.dtls.HandshakeRecord;
import dev.onboard.pki.Credential;
import dev.onboard.pki.TrustPolicy;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.eclipse.californium.core.network.CoapEndpoint;
import org.eclipse.californium.elements.AddressEndpointContext;
import org.eclipse.californium.elements.Connector;
import org.eclipse.californium.elements.EndpointContext;
import org.eclipse.californium.elements.config.Configuration;
import org.eclipse.californium.scandium.config.DtlsConnectorConfig;

/**
 * Makes the endpoints of devices, CoAP over DTLS and, for firmware, CoAP alone: one socket each, no thread each. Thread-safe.
 */
public final class DtlsClientSide {
    private final DtlsThreads threads;
    private final Configuration settings;
    private final List<InetAddress> localAddresses;
    private final AtomicInteger endpoints = new AtomicInteger();

    /**
     * @param settings from {@link DtlsSettings#device}, shared by all devices
     * @param localAddresses the addresses that the devices' sockets are bound to in turn, each on a free port
     */
    public DtlsClientSide(DtlsThreads threads, Configuration settings, List<InetAddress> localAddresses) {
        this.threads = threads;
        this.settings = settings;
        this.localAddresses = List.copyOf(localAddresses);
    }

    /**
     * An endpoint, not yet started, that proves itself with this credential (chain sent as it stands in it) and trusts a
     * server by this policy.
     *
     * @param observer told of every handshake, on a protocol thread
     */
    public CoapEndpoint endpoint(
            Credential credential, TrustPolicy policy, InstantSource clock, HandshakeRecord.Observer observer) {
        HandshakeWatch watch = new HandshakeWatch(HandshakeRecord.Side.CLIENT, observer, (connection, session) -> {});
        DtlsConnectorConfig.Builder builder = DtlsConnectorConfig.builder(settings)
                .setAddress(freePort())
                .setCertificateIdentityProvider(new SentIdentity(() -> credential))
                .setAdvancedCertificateVerifier(new EvaluatingVerifier(() -> policy, clock, watch))
                .setSessionListener(watch);
        SelectorConnector connector = new SelectorConnector(
                builder.build(), new CertificateGate(() -> policy, clock, watch), threads.selector());
        connector.setExecutor(threads.io());
        return endpoint(connector);
    }

    /** An endpoint, not yet started, without DTLS: for what needs no secrecy and proves itself. */
    public CoapEndpoint plainEndpoint() {
        return endpoint(new PlainConnector(freePort(), threads.selector()));
    }

    private InetSocketAddress freePort() {
        int turn = Math.floorMod(endpoints.getAndIncrement(), localAddresses.size());
        return new InetSocketAddress(localAddresses.get(turn), 0);
    }

    private CoapEndpoint endpoint(Connector connector) {
        CoapEndpoint endpoint = CoapEndpoint.builder()
                .setConfiguration(settings)
                .setConnector(connector)
                .build();
        endpoint.setExecutors(threads.io(), threads.io());
        return endpoint;
    }

    /**
     * Where to send a request: the server's address, and its name for SNI (RFC 6066 section 3). An address literal is
     * not a name and is not sent.
     */
    public static EndpointContext destination(InetSocketAddress server, String host) {
        boolean literal = host.indexOf(':') >= 0 || host.chars().allMatch(c -> c == '.' || Character.isDigit(c));
        return literal ? new AddressEndpointContext(server) : new AddressEndpointContext(server, host, null);
    }
}
