package dev.onboard.server.internal;

import dev.onboard.dtls.internal.DtlsServerSide;
import java.net.InetSocketAddress;
import java.net.URI;
import org.eclipse.californium.core.network.CoapEndpoint;
import org.eclipse.californium.core.network.serialization.UdpDataParser;
import org.eclipse.californium.core.network.serialization.UdpDataSerializer;
import org.eclipse.californium.elements.config.Configuration;
import org.eclipse.leshan.core.californium.DefaultExceptionTranslator;
import org.eclipse.leshan.core.californium.ExceptionTranslator;
import org.eclipse.leshan.core.californium.identity.IdentityHandler;
import org.eclipse.leshan.core.endpoint.EndpointUriUtil;
import org.eclipse.leshan.core.endpoint.Protocol;
import org.eclipse.leshan.server.LeshanServer;
import org.eclipse.leshan.server.californium.endpoint.CaliforniumServerEndpointFactory;
import org.eclipse.leshan.server.californium.observation.LwM2mObservationStore;
import org.eclipse.leshan.server.californium.observation.ObservationSerDes;
import org.eclipse.leshan.server.observation.LwM2mNotificationReceiver;
import org.eclipse.leshan.server.security.ServerSecurityInfo;

/** Makes Leshan's one endpoint: CoAP over DTLS with our identity and trust. Leshan's own factory returns {@code null} for a wrong configuration; this one throws. */
final class SecureEndpoint implements CaliforniumServerEndpointFactory {
    private final InetSocketAddress address;
    private final DtlsServerSide dtls;

    SecureEndpoint(InetSocketAddress address, DtlsServerSide dtls) {
        this.address = address;
        this.dtls = dtls;
    }

    @Override
    public Protocol getProtocol() {
        return Protocol.COAPS;
    }

    @Override
    public URI getUri() {
        return EndpointUriUtil.createUri(Protocol.COAPS.getUriScheme(), address);
    }

    @Override
    public String getEndpointDescription() {
        return "CoAP over DTLS 1.2, mutual authentication with X.509 certificates";
    }

    @Override
    public CoapEndpoint createCoapEndpoint(
            Configuration settings,
            ServerSecurityInfo securityInfo,
            LwM2mNotificationReceiver notifications,
            LeshanServer server) {
        return dtls.endpoint(settings, address)
                .setEndpointContextMatcher(new SameSubject())
                .setObservationStore(new LwM2mObservationStore(
                        server.getRegistrationStore(),
                        notifications,
                        new ObservationSerDes(new UdpDataParser(), new UdpDataSerializer())))
                .build();
    }

    @Override
    public IdentityHandler createIdentityHandler() {
        return new DevicePeer.Handler();
    }

    @Override
    public ExceptionTranslator createExceptionTranslator() {
        return new DefaultExceptionTranslator();
    }
}
