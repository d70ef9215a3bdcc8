package dev.onboard.server.internal;

import dev.onboard.journal.Event;
import dev.onboard.journal.Journal;
import dev.onboard.journal.Party;
import dev.onboard.journal.Stage;
import dev.onboard.server.LwM2mServer.Observation;
import dev.onboard.server.Node;
import dev.onboard.server.OperationException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.eclipse.leshan.core.model.LwM2mModel;
import org.eclipse.leshan.core.model.ResourceModel;
import org.eclipse.leshan.core.node.LwM2mPath;
import org.eclipse.leshan.core.observation.CompositeObservation;
import org.eclipse.leshan.core.observation.SingleObservation;
import org.eclipse.leshan.core.request.DownlinkRequest;
import org.eclipse.leshan.core.request.ExecuteRequest;
import org.eclipse.leshan.core.request.ObserveRequest;
import org.eclipse.leshan.core.request.ReadRequest;
import org.eclipse.leshan.core.request.exception.InvalidRequestException;
import org.eclipse.leshan.core.request.exception.TimeoutException;
import org.eclipse.leshan.core.response.LwM2mResponse;
import org.eclipse.leshan.core.response.ObserveCompositeResponse;
import org.eclipse.leshan.core.response.ObserveResponse;
import org.eclipse.leshan.server.LeshanServer;
import org.eclipse.leshan.server.observation.ObservationListener;
import org.eclipse.leshan.server.registration.Registration;

/** Device management on registered devices; every operation becomes one event. Thread-safe, never blocks. */
final class Operations implements ObservationListener {
    /** RFC 7252 section 4.8.2, MAX_TRANSMIT_WAIT. */
    private static final Duration LIMIT = Duration.ofSeconds(93);

    private final LeshanServer server;
    private final LwM2mModel model;
    private final Journal journal;
    private final Map<org.eclipse.leshan.core.observation.ObservationIdentifier, Consumer<Node>> listeners =
            new ConcurrentHashMap<>();

    Operations(LeshanServer server, LwM2mModel model, Journal journal) {
        this.server = server;
        this.model = model;
        this.journal = journal;
        server.getObservationService().addListener(this);
    }

    CompletionStage<Node> read(String endpoint, String path) {
        return send(endpoint, "read", path, target -> new ReadRequest(path))
                .thenApply(answer -> Nodes.of(answer.getContent()));
    }

    CompletionStage<Void> write(String endpoint, String path, String value) {
        return send(endpoint, "write", path, target -> {
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
        return send(endpoint, "execute", path, target -> {
                    if (!target.isResource()) {
                        throw new OperationException(
                                "invalid-path", path + " is not a resource; execute one, such as /3/0/4");
                    }
                    return arguments.isEmpty() ? new ExecuteRequest(path) : new ExecuteRequest(path, arguments);
                })
                .thenApply(answer -> null);
    }

    CompletionStage<Observation> observe(String endpoint, String path, Consumer<Node> listener) {
        return send(endpoint, "observe", path, target -> new ObserveRequest(path))
                .thenApply(answer -> {
                    SingleObservation observation = answer.getObservation();
                    if (observation == null) {
                        throw new OperationException(
                                "refused-by-device", "the device does not let " + path + " be observed");
                    }
                    listeners.put(observation.getId(), listener);
                    listener.accept(Nodes.of(answer.getContent()));
                    return () -> {
                        if (listeners.remove(observation.getId()) != null) {
                            server.getObservationService().cancelObservation(observation);
                        }
                    };
                });
    }

    /** How a request is made for a path; throws {@link OperationException} or {@link InvalidRequestException} when it cannot be. */
    private interface Maker<T extends LwM2mResponse> {
        DownlinkRequest<T> make(LwM2mPath target);
    }

    private <T extends LwM2mResponse> CompletionStage<T> send(
            String endpoint, String operation, String path, Maker<T> maker) {
        CompletableFuture<T> result = new CompletableFuture<>();
        Registration registration = server.getRegistrationService().getByEndpoint(endpoint);
        if (registration == null) {
            result.completeExceptionally(new OperationException(
                    "not-registered",
                    "no device '" + endpoint + "' is registered now; 'onboard device list' shows all"));
            return result;
        }
        DownlinkRequest<T> request;
        try {
            request = maker.make(new LwM2mPath(path));
        } catch (OperationException e) {
            result.completeExceptionally(e);
            return result;
        } catch (InvalidRequestException
                | org.eclipse.leshan.core.node.InvalidLwM2mPathException
                | IllegalArgumentException e) {
            result.completeExceptionally(new OperationException(
                    "invalid-path", "'" + path + "' is not a path of an object, instance or resource, such as /3/0/0"));
            return result;
        }
        long start = System.nanoTime();
        server.send(
                registration,
                request,
                LIMIT.toMillis(),
                answer -> {
                    Event.Draft event = event(endpoint, operation, path, start);
                    if (answer.isSuccess()) {
                        journal.record(event);
                        result.complete(answer);
                    } else {
                        String detail = "the device answered " + answer.getCode()
                                + (answer.getErrorMessage() == null
                                                || answer.getErrorMessage().isEmpty()
                                        ? ""
                                        : ": " + answer.getErrorMessage());
                        journal.record(
                                event.refused(Party.DEVICE, "refused-by-device").detail(detail));
                        result.completeExceptionally(new OperationException("refused-by-device", detail));
                    }
                },
                error -> {
                    String reason = error instanceof TimeoutException ? "timeout" : "not-delivered";
                    String detail = "the device did not answer: " + error.getMessage();
                    journal.record(event(endpoint, operation, path, start)
                            .failed(reason)
                            .detail(detail));
                    result.completeExceptionally(new OperationException(reason, detail));
                });
        return result;
    }

    private static Event.Draft event(String endpoint, String operation, String path, long start) {
        return Event.of(Stage.OPERATION, Party.LWM2M_SERVER)
                .endpoint(endpoint)
                .took(Duration.ofNanos(System.nanoTime() - start))
                .fact("operation", operation)
                .fact("path", path);
    }

    @Override
    public void onResponse(SingleObservation observation, Registration registration, ObserveResponse response) {
        Consumer<Node> listener = listeners.get(observation.getId());
        if (listener != null && response.isSuccess()) {
            listener.accept(Nodes.of(response.getContent()));
        }
    }

    @Override
    public void onResponse(
            CompositeObservation observation, Registration registration, ObserveCompositeResponse response) {
        // only single paths are observed here
    }

    @Override
    public void newObservation(org.eclipse.leshan.core.observation.Observation observation, Registration registration) {
        // known from the answer to the request
    }

    @Override
    public void cancelled(org.eclipse.leshan.core.observation.Observation observation) {
        listeners.remove(observation.getId());
    }

    @Override
    public void onError(
            org.eclipse.leshan.core.observation.Observation observation, Registration registration, Exception error) {
        journal.record(Event.of(Stage.OPERATION, Party.LWM2M_SERVER)
                .endpoint(registration == null ? "" : registration.getEndpoint())
                .failed("unreadable-notification")
                .detail("a notification could not be read: " + error.getMessage())
                .fact("operation", "notify"));
    }
}
