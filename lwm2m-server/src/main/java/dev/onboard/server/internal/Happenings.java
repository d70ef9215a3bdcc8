package dev.onboard.server.internal;

import dev.onboard.journal.Journal;
import dev.onboard.server.ServerEvent;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.eclipse.leshan.core.node.LwM2mPath;
import org.eclipse.leshan.core.node.TimestampedLwM2mNodes;
import org.eclipse.leshan.core.observation.CompositeObservation;
import org.eclipse.leshan.core.observation.Observation;
import org.eclipse.leshan.core.observation.SingleObservation;
import org.eclipse.leshan.core.request.SendRequest;
import org.eclipse.leshan.core.response.ObserveCompositeResponse;
import org.eclipse.leshan.core.response.ObserveResponse;
import org.eclipse.leshan.server.LeshanServer;
import org.eclipse.leshan.server.observation.ObservationListener;
import org.eclipse.leshan.server.registration.Registration;
import org.eclipse.leshan.server.registration.RegistrationListener;
import org.eclipse.leshan.server.registration.RegistrationUpdate;
import org.eclipse.leshan.server.send.SendListener;
import org.jspecify.annotations.Nullable;

/** Tells whoever watches what Leshan tells. Thread-safe, never blocks. */
final class Happenings implements RegistrationListener, ObservationListener, SleepingDevices.Presence, SendListener {
    private final List<Consumer<ServerEvent>> watchers = new CopyOnWriteArrayList<>();

    /** From now on. */
    void listenTo(LeshanServer server) {
        server.getRegistrationService().addListener(this);
        server.getObservationService().addListener(this);
        server.getSendService().addListener(this);
    }

    Journal.Subscription add(Consumer<ServerEvent> watcher) {
        watchers.add(watcher);
        return () -> watchers.remove(watcher);
    }

    private void tell(ServerEvent event) {
        watchers.forEach(watcher -> watcher.accept(event));
    }

    @Override
    public void registered(
            Registration registration,
            @Nullable Registration previous,
            @Nullable Collection<Observation> previousObservations) {
        tell(new ServerEvent.Appeared(LeshanServerRoom.registered(registration)));
    }

    @Override
    public void updated(RegistrationUpdate update, Registration updated, Registration previous) {
        if (StoredRegistrations.isElsewhere(previous)) {
            tell(new ServerEvent.Appeared(LeshanServerRoom.registered(updated)));
        }
        tell(new ServerEvent.Updated(
                LeshanServerRoom.registered(updated),
                Optional.ofNullable(update.getLifeTimeInSec()).map(Duration::ofSeconds),
                Optional.ofNullable(update.getObjectLinks()).map(Answers::links)));
    }

    @Override
    public void unregistered(
            Registration registration,
            Collection<Observation> observations,
            boolean expired,
            @Nullable Registration newRegistration) {
        tell(new ServerEvent.Disappeared(LeshanServerRoom.registered(registration)));
    }

    @Override
    public void sleeping(String endpoint) {
        tell(new ServerEvent.Sleeping(endpoint));
    }

    @Override
    public void awake(String endpoint) {
        tell(new ServerEvent.Awake(endpoint));
    }

    @Override
    public void onResponse(
            SingleObservation observation, @Nullable Registration registration, ObserveResponse response) {
        if (registration != null && response.getContent() != null) {
            tell(new ServerEvent.Notified(
                    registration.getEndpoint(), observation.getPath().toString(), Nodes.of(response.getContent())));
        }
    }

    @Override
    public void onResponse(
            CompositeObservation observation, @Nullable Registration registration, ObserveCompositeResponse response) {
        if (registration != null && response.getContent() != null) {
            tell(new ServerEvent.NotifiedTogether(
                    registration.getEndpoint(),
                    observation.getPaths().stream().map(LwM2mPath::toString).toList(),
                    Nodes.together(response.getContent())));
        }
    }

    @Override
    public void dataReceived(
            @Nullable Registration registration, TimestampedLwM2mNodes data, @Nullable SendRequest request) {
        if (registration != null) {
            tell(new ServerEvent.Sent(registration.getEndpoint(), Nodes.together(data.getNodes())));
        }
    }

    @Override
    public void onError(Observation observation, Registration registration, Exception error) {
        // told to the journal by Observations
    }

    @Override
    public void onError(Registration registration, String errorMessage, Exception error) {
        // a Send that cannot be read is answered with 4.00
    }

    @Override
    public void newObservation(Observation observation, Registration registration) {
        // whoever asked for it knows
    }

    @Override
    public void cancelled(Observation observation) {
        // whoever asked for it knows
    }
}
