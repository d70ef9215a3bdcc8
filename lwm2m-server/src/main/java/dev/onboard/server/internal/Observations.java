package dev.onboard.server.internal;

import dev.onboard.journal.Event;
import dev.onboard.journal.Journal;
import dev.onboard.journal.Party;
import dev.onboard.journal.Stage;
import dev.onboard.server.Answer;
import dev.onboard.server.LwM2mServer;
import dev.onboard.server.OperationException;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.eclipse.leshan.core.observation.CompositeObservation;
import org.eclipse.leshan.core.observation.Observation;
import org.eclipse.leshan.core.observation.SingleObservation;
import org.eclipse.leshan.core.response.ObserveCompositeResponse;
import org.eclipse.leshan.core.response.ObserveResponse;
import org.eclipse.leshan.server.LeshanServer;
import org.eclipse.leshan.server.observation.ObservationListener;
import org.eclipse.leshan.server.registration.Registration;
import org.eclipse.leshan.server.registration.RegistrationListener;
import org.eclipse.leshan.server.registration.RegistrationUpdate;

/**
 * Who is told what devices notify. Leshan keeps one observation of a path in a registration, the newest; here everybody
 * who observes the path is told of each notification, and the observation ends with the last of them, or with the
 * registration. Thread-safe, never blocks.
 */
final class Observations implements ObservationListener, RegistrationListener {
    private record Key(String registration, String path) {}

    private final LeshanServer server;
    private final Journal journal;
    private final Map<Key, List<Consumer<Answer>>> listeners = new ConcurrentHashMap<>();

    Observations(LeshanServer server, Journal journal) {
        this.server = server;
        this.journal = journal;
        server.getObservationService().addListener(this);
        server.getRegistrationService().addListener(this);
    }

    /** Adds a listener, and tells it the first value. */
    LwM2mServer.Observation add(
            Registration registration, String path, ObserveResponse first, Consumer<Answer> listener) {
        SingleObservation observation = first.getObservation();
        if (observation == null) {
            throw new OperationException("refused-by-device", "the device does not let " + path + " be observed");
        }
        Key key = new Key(observation.getRegistrationId(), observation.getPath().toString());
        listeners.compute(key, (same, before) -> {
            List<Consumer<Answer>> all = before == null ? new CopyOnWriteArrayList<>() : before;
            all.add(listener);
            return all;
        });
        listener.accept(Answers.of(first));
        return () -> listeners.computeIfPresent(key, (same, all) -> {
            all.remove(listener);
            if (!all.isEmpty()) {
                return all;
            }
            server.getObservationService()
                    .cancelObservations(registration, observation.getPath().toString());
            return null;
        });
    }

    @Override
    public void onResponse(SingleObservation observation, Registration registration, ObserveResponse response) {
        List<Consumer<Answer>> all = listeners.get(
                new Key(observation.getRegistrationId(), observation.getPath().toString()));
        if (all != null && response.isSuccess()) {
            Answer answer = Answers.of(response);
            all.forEach(listener -> listener.accept(answer));
        }
    }

    @Override
    public void onError(Observation observation, Registration registration, Exception error) {
        journal.record(Event.of(Stage.OPERATION, Party.LWM2M_SERVER)
                .endpoint(registration == null ? "" : registration.getEndpoint())
                .failed("unreadable-notification")
                .detail("a notification could not be read: " + error.getMessage())
                .fact("operation", "notify"));
    }

    @Override
    public void unregistered(
            Registration registration,
            Collection<Observation> observations,
            boolean expired,
            Registration newRegistration) {
        listeners.keySet().removeIf(key -> key.registration().equals(registration.getId()));
    }

    @Override
    public void registered(
            Registration registration, Registration previous, Collection<Observation> previousObservations) {
        // a new registration has no observations
    }

    @Override
    public void updated(RegistrationUpdate update, Registration updated, Registration previous) {
        // an update leaves observations as they are
    }

    @Override
    public void onResponse(
            CompositeObservation observation, Registration registration, ObserveCompositeResponse response) {
        // only single paths are observed here
    }

    @Override
    public void newObservation(Observation observation, Registration registration) {
        // known from the answer to the request
    }

    @Override
    public void cancelled(Observation observation) {
        // by a newer observation of the same path, by close(), or with the registration
    }
}
