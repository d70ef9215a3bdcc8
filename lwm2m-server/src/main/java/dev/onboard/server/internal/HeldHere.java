package dev.onboard.server.internal;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.eclipse.leshan.server.LeshanServer;
import org.eclipse.leshan.server.registration.Registration;

/** The registrations of devices whose session is with this server: all of them, unless registrations are shared. */
final class HeldHere {
    private HeldHere() {}

    /** The device's. */
    static Optional<Registration> of(LeshanServer server, String endpoint) {
        return Optional.ofNullable(server.getRegistrationService().getByEndpoint(endpoint))
                .filter(registration -> !StoredRegistrations.isElsewhere(registration));
    }

    /** Every one. */
    static List<Registration> all(LeshanServer server) {
        List<Registration> all = new ArrayList<>();
        server.getRegistrationService().getAllRegistrations().forEachRemaining(registration -> {
            if (!StoredRegistrations.isElsewhere(registration)) {
                all.add(registration);
            }
        });
        return all;
    }
}
