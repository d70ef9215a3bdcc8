package dev.onboard.server.internal;

import dev.onboard.dtls.Transmission;
import dev.onboard.dtls.internal.DtlsSettings;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.concurrent.ScheduledExecutorService;
import org.eclipse.californium.core.CoapServer;
import org.eclipse.californium.core.config.CoapConfig;
import org.eclipse.californium.core.config.CoapConfig.MatcherMode;
import org.eclipse.californium.core.network.CoapEndpoint;
import org.eclipse.californium.elements.config.Configuration;

/** {@code GET /firmware/CAMPAIGN} by CoAP without DTLS, and nothing else. Thread-safe. */
final class PlainFiles implements AutoCloseable {
    private final CoapServer server;
    private final CoapEndpoint endpoint;

    private PlainFiles(CoapServer server, CoapEndpoint endpoint) {
        this.server = server;
        this.endpoint = endpoint;
    }

    static PlainFiles start(InetSocketAddress bind, Packages packages, ScheduledExecutorService io) throws IOException {
        Configuration settings = DtlsSettings.server(Transmission.STANDARD);
        settings.set(CoapConfig.RESPONSE_MATCHING, MatcherMode.STRICT);
        CoapEndpoint endpoint = CoapEndpoint.builder()
                .setConfiguration(settings)
                .setInetSocketAddress(bind)
                .build();
        CoapServer server = new CoapServer(settings);
        server.setExecutors(io, io, true);
        server.addEndpoint(endpoint);
        server.add(new FirmwareResource(packages));
        try {
            endpoint.start();
            server.start();
        } catch (IOException e) {
            server.destroy();
            throw new IOException(
                    "firmware cannot be served on " + bind.getHostString() + ":" + bind.getPort()
                            + ": the port is in use or not allowed; free it or choose another with --firmware-coap-port",
                    e);
        }
        return new PlainFiles(server, endpoint);
    }

    InetSocketAddress address() {
        return endpoint.getAddress();
    }

    @Override
    public void close() {
        server.destroy();
    }
}
