package dev.onboard.server.internal;

import dev.onboard.server.OperationException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.eclipse.leshan.server.LeshanServer;
import org.eclipse.leshan.server.registration.Registration;

/** The registrations of devices whose session is with this server: all of them, unless registrations are shared. */
final class HeldHere {
    private HeldHere() {}

    /** The device's; throws {@link OperationException} {@code registrations-unavailable} while Redis does not answer. */
    static Optional<Registration> of(LeshanServer server, String endpoint) {
        return had(() -> Optional.ofNullable(server.getRegistrationService().getByEndpoint(endpoint)))
                .filter(registration -> !StoredRegistrations.isElsewhere(registration));
    }

    /** Every one; throws as {@link #of}. */
    static List<Registration> all(LeshanServer server) {
        return had(() -> {
            List<Registration> all = new ArrayList<>();
            server.getRegistrationService().getAllRegistrations().forEachRemaining(registration -> {
                if (!StoredRegistrations.isElsewhere(registration)) {
                    all.add(registration);
                }
            });
            return all;
        });
    }

    private static <T> T had(Supplier<T> registrations) {
        try {
            return registrations.get();
        } catch (RuntimeException e) {
            String why = RedisRegistrations.failure(e).orElseThrow(() -> e);
            throw new OperationException(
                    "registrations-unavailable",
                    "what the LwM2M servers share, the registrations, cannot be had: " + why);
        }
    }
}
