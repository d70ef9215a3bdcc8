package dev.onboard.server.internal;

import dev.onboard.journal.Event;
import dev.onboard.journal.Journal;
import dev.onboard.journal.Party;
import dev.onboard.journal.Stage;
import org.eclipse.leshan.core.peer.LwM2mPeer;
import org.eclipse.leshan.core.request.RegisterRequest;
import org.eclipse.leshan.core.request.UplinkRequest;
import org.eclipse.leshan.server.registration.Registration;
import org.eclipse.leshan.server.security.Authorization;
import org.eclipse.leshan.server.security.Authorizer;

/**
 * Lets a device update and end its own registration and nobody else's. A registration itself has passed
 * {@link RegistrationResource} before it comes here.
 */
final class SameDevice implements Authorizer {
    private final Journal journal;

    SameDevice(Journal journal) {
        this.journal = journal;
    }

    @Override
    public Authorization isAuthorized(UplinkRequest<?> request, Registration registration, LwM2mPeer sender) {
        if (request instanceof RegisterRequest
                || registration.getClientTransportData().getIdentity().equals(sender.getIdentity())) {
            return Authorization.approved();
        }
        journal.record(Event.of(Stage.UPDATED, Party.LWM2M_SERVER)
                .endpoint(registration.getEndpoint())
                .refused(Party.LWM2M_SERVER, "not-your-registration")
                .detail("a device with another certificate, " + sender.getIdentity() + ", asked for it"));
        return Authorization.declined();
    }
}
