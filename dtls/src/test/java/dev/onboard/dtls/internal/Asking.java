package dev.onboard.dtls.internal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.onboard.dtls.HandshakeRecord;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.eclipse.californium.core.coap.MessageObserverAdapter;
import org.eclipse.californium.core.coap.Request;
import org.eclipse.californium.core.coap.Response;
import org.eclipse.californium.core.network.CoapEndpoint;
import org.eclipse.californium.elements.EndpointContext;

/** A device asks a server who it is, and what either side recorded of the handshake. */
final class Asking {
    private Asking() {}

    /** The answer's payload, or "failed" when no answer came because the handshake failed. */
    static String who(CoapEndpoint device, EndpointContext server) throws Exception {
        CompletableFuture<String> answer = new CompletableFuture<>();
        Request request = Request.newGet();
        request.getOptions().setUriPath("who");
        request.setDestinationContext(server);
        request.addMessageObserver(new MessageObserverAdapter() {
            @Override
            public void onResponse(Response response) {
                answer.complete(response.getPayloadString());
            }

            @Override
            protected void failed() {
                answer.complete("failed");
            }
        });
        device.sendRequest(request);
        return answer.get(20, TimeUnit.SECONDS);
    }

    static HandshakeRecord next(BlockingQueue<HandshakeRecord> queue) throws InterruptedException {
        HandshakeRecord handshake = queue.poll(10, TimeUnit.SECONDS);
        assertThat(handshake).as("a handshake record within ten seconds").isNotNull();
        return handshake;
    }
}
