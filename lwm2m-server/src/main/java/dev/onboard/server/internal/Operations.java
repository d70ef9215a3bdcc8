package dev.onboard.server.internal;

import dev.onboard.journal.Event;
import dev.onboard.journal.Journal;
import dev.onboard.journal.Party;
import dev.onboard.journal.Stage;
import dev.onboard.server.Answer;
import dev.onboard.server.DeviceRequest;
import dev.onboard.server.DeviceRequest.Delivery;
import dev.onboard.server.LwM2mServer.Observation;
import dev.onboard.server.Node;
import dev.onboard.server.OperationException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.eclipse.californium.core.coap.CoAP;
import org.eclipse.californium.core.coap.Request;
import org.eclipse.californium.core.coap.Response;
import org.eclipse.leshan.core.model.LwM2mModel;
import org.eclipse.leshan.core.model.ResourceModel;
import org.eclipse.leshan.core.node.InvalidLwM2mPathException;
import org.eclipse.leshan.core.node.LwM2mPath;
import org.eclipse.leshan.core.node.LwM2mSingleResource;
import org.eclipse.leshan.core.request.ContentFormat;
import org.eclipse.leshan.core.request.DownlinkRequest;
import org.eclipse.leshan.core.request.ExecuteRequest;
import org.eclipse.leshan.core.request.ObserveRequest;
import org.eclipse.leshan.core.request.ReadRequest;
import org.eclipse.leshan.core.request.WriteRequest;
import org.eclipse.leshan.core.request.exception.InvalidRequestException;
import org.eclipse.leshan.core.request.exception.TimeoutException;
import org.eclipse.leshan.core.response.LwM2mResponse;
import org.eclipse.leshan.core.response.ObserveResponse;
import org.eclipse.leshan.core.response.ReadResponse;
import org.eclipse.leshan.server.LeshanServer;
import org.eclipse.leshan.server.registration.Registration;
import org.eclipse.leshan.server.request.LowerLayerConfig;

/** Device management on registered devices; every operation becomes one event. Thread-safe, never blocks. */
final class Operations {
    /** RFC 7252 section 4.8.2, MAX_TRANSMIT_WAIT. */
    private static final Duration LIMIT = Duration.ofSeconds(93);

    /** A body goes in blocks of 1024 octets, each answered; a slow device answers four in a second. */
    private static final int OCTETS_IN_A_SECOND = 4096;

    private static final LowerLayerConfig CONFIRMABLE = request -> {};
    private static final LowerLayerConfig NON_CONFIRMABLE = request -> {
        if (request instanceof Request coap) {
            coap.setType(CoAP.Type.NON);
        }
    };

    private final LeshanServer server;
    private final LwM2mModel model;
    private final Requests requests;
    private final Journal journal;
    private final Observations observations;
    private final SleepingDevices sleepers;

    Operations(LeshanServer server, LwM2mModel model, Journal journal, SleepingDevices sleepers) {
        this.server = server;
        this.model = model;
        this.requests = new Requests(model);
        this.journal = journal;
        this.observations = new Observations(server, journal);
        this.sleepers = sleepers;
    }

    CompletionStage<Node> read(String endpoint, String path) {
        return send(endpoint, "read", path, CONFIRMABLE, target -> new ReadRequest(path))
                .thenApply(answer -> Nodes.of(((ReadResponse) answer.response()).getContent()));
    }

    CompletionStage<Void> write(String endpoint, String path, String value) {
        return send(endpoint, "write", path, CONFIRMABLE, target -> {
                    if (!target.isResource()) {
                        throw new OperationException(
                                "invalid-path", path + " is not a resource; write one, such as /3/0/14");
                    }
                    ResourceModel resource = model.getResourceModel(target.getObjectId(), target.getResourceId());
                    return Nodes.write(target, resource == null ? ResourceModel.Type.STRING : resource.type, value);
                })
                .thenApply(answer -> null);
    }

    CompletionStage<Void> execute(String endpoint, String path, String arguments) {
        return send(endpoint, "execute", path, CONFIRMABLE, target -> {
                    if (!target.isResource()) {
                        throw new OperationException(
                                "invalid-path", path + " is not a resource; execute one, such as /3/0/4");
                    }
                    return arguments.isEmpty() ? new ExecuteRequest(path) : new ExecuteRequest(path, arguments);
                })
                .thenApply(answer -> null);
    }

    /** With arguments that are no text; gives the text of the answer. */
    CompletionStage<String> execute(String endpoint, String path, byte[] arguments) {
        return send(
                        endpoint,
                        "execute",
                        path,
                        lower -> {
                            Request request = (Request) lower;
                            request.setPayload(arguments);
                            request.getOptions().setContentFormat(ContentFormat.OPAQUE_CODE);
                        },
                        target -> new ExecuteRequest(path))
                .thenApply(answer -> ((Response) answer.response().getCoapResponse()).getPayloadString());
    }

    CompletionStage<Answer> send(String endpoint, DeviceRequest request) {
        return send(
                        endpoint,
                        request.operation().word(),
                        request.path(),
                        request.delivery() == Delivery.CONFIRMABLE ? CONFIRMABLE : NON_CONFIRMABLE,
                        target -> requests.make(request, target))
                .thenApply(answer -> Answers.of(answer.response()));
    }

    CompletionStage<Observation> observe(String endpoint, String path, Consumer<Answer> listener) {
        return observe(endpoint, path, Optional.empty(), listener);
    }

    CompletionStage<Observation> observe(
            String endpoint, String path, Optional<String> accept, Consumer<Answer> listener) {
        return send(
                        endpoint,
                        "observe",
                        path,
                        CONFIRMABLE,
                        target -> accept.isEmpty()
                                ? new ObserveRequest(path)
                                : new ObserveRequest(Requests.format(accept.get()), path))
                .thenApply(answer ->
                        observations.add(answer.registration(), path, (ObserveResponse) answer.response(), listener));
    }

    /** A request for several paths, whose names go into the event as they are. */
    <T extends LwM2mResponse> CompletionStage<LwM2mResponse> send(
            String endpoint, String operation, String paths, Supplier<DownlinkRequest<T>> maker) {
        return send(endpoint, operation, paths, CONFIRMABLE, maker::get, paths).thenApply(Answered::response);
    }

    /** How a request is made for a path; throws {@link OperationException} or {@link InvalidRequestException} when it cannot be. */
    private interface Maker {
        DownlinkRequest<? extends LwM2mResponse> make(LwM2mPath target);
    }

    private record Answered(Registration registration, LwM2mResponse response) {}

    private CompletionStage<Answered> send(
            String endpoint, String operation, String path, LowerLayerConfig delivery, Maker maker) {
        return send(endpoint, operation, path, delivery, () -> maker.make(new LwM2mPath(path)), path);
    }

    private CompletionStage<Answered> send(
            String endpoint,
            String operation,
            String path,
            LowerLayerConfig delivery,
            Supplier<DownlinkRequest<? extends LwM2mResponse>> maker,
            String shown) {
        Registration registration;
        try {
            registration = HeldHere.of(server, endpoint).orElse(null);
        } catch (OperationException e) {
            return CompletableFuture.failedStage(e);
        }
        if (registration == null) {
            return CompletableFuture.failedStage(new OperationException(
                    "not-registered",
                    "no device '" + endpoint + "' is registered now; 'onboard device list' shows all"));
        }
        DownlinkRequest<? extends LwM2mResponse> request;
        try {
            request = maker.get();
        } catch (OperationException e) {
            return CompletableFuture.failedStage(e);
        } catch (InvalidRequestException | InvalidLwM2mPathException | IllegalArgumentException e) {
            return CompletableFuture.failedStage(new OperationException(
                    "invalid-path",
                    "'" + path + "' is not a path of an object, instance or resource that " + operation
                            + " is for, such as /3/0/0"));
        }
        return sleepers.whenAwake(registration, operation, path, now -> send(now, operation, path, delivery, request));
    }

    private <T extends LwM2mResponse> CompletionStage<Answered> send(
            Registration registration,
            String operation,
            String path,
            LowerLayerConfig delivery,
            DownlinkRequest<T> request) {
        CompletableFuture<Answered> result = new CompletableFuture<>();
        String endpoint = registration.getEndpoint();
        long start = System.nanoTime();
        server.send(
                registration,
                request,
                delivery,
                limit(request).toMillis(),
                answer -> {
                    sleepers.heard(endpoint);
                    Event.Draft event = event(endpoint, operation, path, start);
                    if (answer.isSuccess()) {
                        journal.record(event);
                        result.complete(new Answered(registration, answer));
                    } else {
                        String detail = "the device answered " + Answers.code(answer) + " " + answer.getCode()
                                + (answer.getErrorMessage() == null
                                                || answer.getErrorMessage().isEmpty()
                                        ? ""
                                        : ": " + answer.getErrorMessage());
                        journal.record(
                                event.refused(Party.DEVICE, "refused-by-device").detail(detail));
                        result.completeExceptionally(OperationException.refused(
                                Answers.code(answer),
                                answer.getErrorMessage() == null ? "" : answer.getErrorMessage(),
                                detail));
                    }
                },
                error -> {
                    String reason = error instanceof TimeoutException ? "timeout" : "not-delivered";
                    String detail = "the device did not answer: " + error.getMessage()
                            + (registration.usesQueueMode() && error instanceof TimeoutException
                                    ? SleepingDevices.EARLIER
                                    : "");
                    if (error instanceof TimeoutException) {
                        sleepers.silent(endpoint);
                    }
                    journal.record(event(endpoint, operation, path, start)
                            .failed(reason)
                            .detail(detail));
                    result.completeExceptionally(new OperationException(reason, detail));
                });
        return result;
    }

    private static Duration limit(DownlinkRequest<?> request) {
        return request instanceof WriteRequest write
                        && write.getNode() instanceof LwM2mSingleResource resource
                        && resource.getValue() instanceof byte[] octets
                ? LIMIT.plusSeconds(octets.length / OCTETS_IN_A_SECOND)
                : LIMIT;
    }

    private static Event.Draft event(String endpoint, String operation, String path, long start) {
        return Event.of(Stage.OPERATION, Party.LWM2M_SERVER)
                .endpoint(endpoint)
                .took(Duration.ofNanos(System.nanoTime() - start))
                .fact("operation", operation)
                .fact("path", path);
    }
}
