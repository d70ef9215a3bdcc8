package dev.onboard.dtls.internal;

import dev.onboard.dtls.DtlsThreads;
import dev.onboard.dtls.HandshakeRecord;
import dev.onboard.pki.Credential;
import dev.onboard.pki.TrustPolicy;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.InstantSource;
import org.eclipse.californium.core.network.CoapEndpoint;
import org.eclipse.californium.elements.AddressEndpointContext;
import org.eclipse.californium.elements.Connector;
import org.eclipse.californium.elements.EndpointContext;
import org.eclipse.californium.elements.config.Configuration;
import org.eclipse.californium.scandium.config.DtlsConnectorConfig;

/** Makes the endpoints of devices, CoAP over DTLS and, for firmware, CoAP alone: one socket each, no thread each. Immutable and thread-safe. */
public final class DtlsClientSide {
    private final DtlsThreads threads;
    private final Configuration settings;
    private final InetAddress localAddress;

    /**
     * @param settings from {@link DtlsSettings#device}, shared by all devices
     * @param localAddress the address that the devices' sockets are bound to, each on a free port
     */
    public DtlsClientSide(DtlsThreads threads, Configuration settings, InetAddress localAddress) {
        this.threads = threads;
        this.settings = settings;
        this.localAddress = localAddress;
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
                .setAddress(new InetSocketAddress(localAddress, 0))
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
        return endpoint(new PlainConnector(new InetSocketAddress(localAddress, 0), threads.selector()));
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
