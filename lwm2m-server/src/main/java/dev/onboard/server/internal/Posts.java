package dev.onboard.server.internal;

import dev.onboard.journal.Event;
import dev.onboard.journal.Journal;
import dev.onboard.journal.Party;
import dev.onboard.journal.Stage;
import dev.onboard.server.OperationException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.eclipse.californium.core.coap.CoAP.Code;
import org.eclipse.californium.core.coap.MessageObserverAdapter;
import org.eclipse.californium.core.coap.Request;
import org.eclipse.californium.core.coap.Response;
import org.eclipse.californium.core.network.Endpoint;
import org.eclipse.leshan.server.LeshanServer;
import org.eclipse.leshan.server.registration.Registration;

/**
 * Executes a resource with octets as its argument. OMA's arguments are digits and quoted text (LwM2M Core 6.3.5), and Leshan
 * sends no others; the platform's clients take a manifest like this. Thread-safe, never blocks.
 */
final class Posts {
    private static final Duration LIMIT = Duration.ofSeconds(93);
    private static final int OPAQUE = 42;

    private final LeshanServer server;
    private final Endpoint endpoint;
    private final Journal journal;
    private final SleepingDevices sleepers;

    Posts(LeshanServer server, Endpoint endpoint, Journal journal, SleepingDevices sleepers) {
        this.server = server;
        this.endpoint = endpoint;
        this.journal = journal;
        this.sleepers = sleepers;
    }

    CompletionStage<Void> send(String name, String path, byte[] octets) {
        Registration registration;
        try {
            registration = HeldHere.of(server, name).orElse(null);
        } catch (OperationException e) {
            return CompletableFuture.failedStage(e);
        }
        if (registration == null) {
            return CompletableFuture.failedStage(
                    new OperationException("not-registered", "no device '" + name + "' is registered now"));
        }
        return sleepers.whenAwake(registration, "execute", path, now -> send(now, name, path, octets));
    }

    private CompletionStage<Void> send(Registration registration, String name, String path, byte[] octets) {
        long start = System.nanoTime();
        CompletableFuture<Response> answer = new CompletableFuture<>();
        Request request = new Request(Code.POST);
        request.getOptions().setUriPath(path.substring(1)).setContentFormat(OPAQUE);
        request.setPayload(octets);
        request.setDestinationContext(
                new DevicePeer.Handler().createEndpointContext(registration.getClientTransportData(), false));
        request.addMessageObserver(new MessageObserverAdapter() {
            @Override
            public void onResponse(Response response) {
                answer.complete(response);
            }

            @Override
            protected void failed() {
                answer.completeExceptionally(new TimeoutException("no answer"));
            }
        });
        endpoint.sendRequest(request);
        return answer.orTimeout(LIMIT.toSeconds(), TimeUnit.SECONDS)
                .handle((response, failure) -> ended(name, path, start, response, failure))
                .thenCompose(ended -> ended);
    }

    private CompletionStage<Void> ended(
            String name,
            String path,
            long start,
            @org.jspecify.annotations.Nullable Response response,
            @org.jspecify.annotations.Nullable Throwable failure) {
        Event.Draft event = Event.of(Stage.OPERATION, Party.LWM2M_SERVER)
                .endpoint(name)
                .took(Duration.ofNanos(System.nanoTime() - start))
                .fact("operation", "execute")
                .fact("path", path);
        if (response == null) {
            sleepers.silent(name);
            String detail = "the device did not answer: " + (failure == null ? "" : failure.getMessage());
            journal.record(event.failed("timeout").detail(detail));
            return CompletableFuture.failedStage(new OperationException("timeout", detail));
        }
        sleepers.heard(name);
        if (!response.isSuccess()) {
            String sentence = response.getPayloadString();
            String detail = "the device answered " + response.getCode() + (sentence.isEmpty() ? "" : ": " + sentence);
            journal.record(event.refused(Party.DEVICE, "refused-by-device").detail(detail));
            return CompletableFuture.failedStage(OperationException.refused(response.getCode().text, sentence, detail));
        }
        journal.record(event);
        return CompletableFuture.completedStage(null);
    }
}
