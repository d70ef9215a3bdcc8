package dev.onboard.bootstrap.internal;

import dev.onboard.dtls.internal.DtlsServerSide;
import java.net.InetSocketAddress;
import java.net.URI;
import org.eclipse.californium.core.network.CoapEndpoint;
import org.eclipse.californium.elements.config.Configuration;
import org.eclipse.leshan.core.californium.DefaultExceptionTranslator;
import org.eclipse.leshan.core.californium.ExceptionTranslator;
import org.eclipse.leshan.core.californium.identity.IdentityHandler;
import org.eclipse.leshan.core.endpoint.EndpointUriUtil;
import org.eclipse.leshan.core.endpoint.Protocol;
import org.eclipse.leshan.server.bootstrap.LeshanBootstrapServer;
import org.eclipse.leshan.server.californium.bootstrap.endpoint.CaliforniumBootstrapServerEndpointFactory;
import org.eclipse.leshan.server.security.ServerSecurityInfo;

/** Makes Leshan's one endpoint: CoAP over DTLS with our identity and trust. Leshan's own factory returns {@code null} for a wrong configuration; this one throws. */
final class SecureEndpoint implements CaliforniumBootstrapServerEndpointFactory {
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
            Configuration settings, ServerSecurityInfo securityInfo, LeshanBootstrapServer server) {
        return dtls.endpoint(settings, address).build();
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
