package dev.onboard.server.internal;

import dev.onboard.account.Account;
import dev.onboard.journal.Event;
import dev.onboard.journal.Journal;
import dev.onboard.journal.Party;
import dev.onboard.journal.Stage;
import dev.onboard.server.LwM2mServer.Role;
import java.util.Collection;
import java.util.function.IntSupplier;
import org.eclipse.leshan.core.observation.Observation;
import org.eclipse.leshan.server.registration.Registration;
import org.eclipse.leshan.server.registration.RegistrationListener;
import org.eclipse.leshan.server.registration.RegistrationUpdate;
import org.jspecify.annotations.Nullable;

/** Tells the journal of every registration, update and end, and the main server the account's directory. */
final class RegistrationEvents implements RegistrationListener {
    private final Account account;
    private final Journal journal;
    private final Role role;
    private final IntSupplier port;

    /** @param port of this server, once it listens */
    RegistrationEvents(Account account, Journal journal, Role role, IntSupplier port) {
        this.account = account;
        this.journal = journal;
        this.role = role;
        this.port = port;
    }

    @Override
    public void registered(
            Registration registration,
            @Nullable Registration previous,
            @Nullable Collection<Observation> previousObservations) {
        if (role == Role.MAIN) {
            account.devices().registered(registration.getEndpoint(), said(registration));
        }
        DevicePeer device = (DevicePeer) registration.getClientTransportData().getIdentity();
        Event.Draft event = event(Stage.REGISTERED, registration);
        if (registration.usesQueueMode()) {
            event.fact("queue_mode", "yes");
        }
        journal.record(event.fact("registration", registration.getId())
                .fact("lifetime_s", String.valueOf(registration.getLifeTimeInSec()))
                .fact("lwm2m", registration.getLwM2mVersion().toString())
                .fact("serial", device.trust().certificate().getSerialNumber().toString(16))
                .fact(
                        "issuer",
                        device.trust().certificate().getIssuerX500Principal().getName()));
    }

    @Override
    public void updated(RegistrationUpdate update, Registration updated, Registration previous) {
        if (role == Role.MAIN) {
            account.devices().updated(updated.getEndpoint(), said(updated));
        }
        Event.Draft event = event(Stage.UPDATED, updated);
        if (StoredRegistrations.isElsewhere(previous)) {
            event.fact(
                    "taken_over",
                    "yes"); // the session before was with another server, or with this one before it ended
        }
        journal.record(event);
    }

    @Override
    public void unregistered(
            Registration registration,
            Collection<Observation> observations,
            boolean expired,
            @Nullable Registration newRegistration) {
        if (newRegistration != null) {
            return; // replaced, and told by registered()
        }
        if (role == Role.MAIN) {
            account.devices().deregistered(registration.getEndpoint());
        }
        Event.Draft event = event(Stage.DEREGISTERED, registration);
        if (expired) {
            event.failed("registration-expired")
                    .detail("no update came within the lifetime of " + registration.getLifeTimeInSec() + " s");
        }
        journal.record(event);
    }

    private Event.Draft event(Stage stage, Registration registration) {
        return Event.of(stage, Party.LWM2M_SERVER)
                .endpoint(registration.getEndpoint())
                .fact("server_port", String.valueOf(port.getAsInt()));
    }

    private static dev.onboard.account.Registration said(Registration registration) {
        dev.onboard.account.Registration said = dev.onboard.account.Registration.NONE
                .with("address", registration.getSocketAddress().toString())
                .with("lifetime", String.valueOf(registration.getLifeTimeInSec()))
                .with("version", registration.getLwM2mVersion().toString());
        for (String name : PublishedValues.NAMES) {
            String value = registration.getAdditionalRegistrationAttributes().get(name);
            said = value == null ? said : said.with(name, value);
        }
        return said;
    }
}
