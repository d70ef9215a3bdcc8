package dev.onboard.device;

import dev.onboard.dtls.DtlsThreads;
import dev.onboard.dtls.Transmission;
import dev.onboard.dtls.internal.DtlsServerSide;
import dev.onboard.dtls.internal.DtlsSettings;
import dev.onboard.pki.Credential;
import dev.onboard.pki.TrustPolicy;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.InstantSource;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.eclipse.californium.core.CoapServer;
import org.eclipse.californium.core.coap.MessageObserverAdapter;
import org.eclipse.californium.core.coap.Request;
import org.eclipse.californium.core.coap.Response;
import org.eclipse.californium.core.network.CoapEndpoint;
import org.eclipse.californium.core.network.Exchange;
import org.eclipse.californium.core.server.MessageDeliverer;
import org.eclipse.californium.elements.EndpointContext;
import org.eclipse.californium.elements.config.Configuration;
import org.eclipse.californium.scandium.DTLSConnector;

/** A real CoAP server over DTLS that does to devices what a test says, also what no good server would do. */
final class ScriptedServer implements AutoCloseable {
    private final DtlsServerSide dtls;
    private final CoapServer server;
    private final CoapEndpoint endpoint;
    private final DTLSConnector connector;
    private volatile Consumer<Exchange> script = exchange -> {};
    final BlockingQueue<Response> notifications = new LinkedBlockingQueue<>();

    ScriptedServer(Credential credential, AtomicReference<TrustPolicy> trust, DtlsThreads threads) throws Exception {
        dtls = new DtlsServerSide(
                () -> credential, trust::get, InstantSource.system(), threads, handshake -> {}, (session, why) -> {});
        Configuration settings = DtlsSettings.server(Transmission.STANDARD);
        server = new CoapServer(settings);
        endpoint = dtls.endpoint(settings, new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .build();
        connector = (DTLSConnector) endpoint.getConnector();
        server.addEndpoint(endpoint);
        server.setExecutors(threads.io(), threads.io(), true);
        server.setMessageDeliverer(new MessageDeliverer() {
            @Override
            public void deliverRequest(Exchange exchange) {
                script.accept(exchange);
            }

            @Override
            public void deliverResponse(Exchange exchange, Response response) {
                exchange.getRequest().setResponse(response);
            }
        });
        endpoint.addNotificationListener((request, response) -> notifications.add(response));
        server.start();
    }

    void onRequest(Consumer<Exchange> then) {
        script = then;
    }

    Consumer<Exchange> script() {
        return script;
    }

    URI uri(String host) {
        return URI.create("coaps://" + host + ":" + endpoint.getAddress().getPort());
    }

    int sessions() {
        return dtls.sessions().size();
    }

    void closeSessions() {
        dtls.closeSessions(session -> true, "test");
    }

    /** Knows no session any more, as after a start; nobody is told. */
    void forgetSessions() {
        connector.clearConnectionState();
    }

    /** Sends a request to a device, and completes with its answer. */
    CompletableFuture<Response> send(EndpointContext device, Request request) {
        CompletableFuture<Response> answer = new CompletableFuture<>();
        request.setDestinationContext(device);
        request.addMessageObserver(new MessageObserverAdapter() {
            @Override
            public void onResponse(Response response) {
                answer.complete(response);
            }

            @Override
            public void onTimeout() {
                answer.completeExceptionally(new AssertionError("no answer to " + request));
            }

            @Override
            public void onReject() {
                answer.completeExceptionally(new AssertionError("reset for " + request));
            }

            @Override
            public void onSendError(Throwable error) {
                answer.completeExceptionally(error);
            }
        });
        endpoint.sendRequest(request);
        return answer.orTimeout(20, TimeUnit.SECONDS);
    }

    @Override
    public void close() {
        server.destroy();
        dtls.close();
    }
}
