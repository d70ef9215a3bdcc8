package dev.onboard.account;

import java.util.Locale;
import java.util.Optional;

/** At which server a trusted certificate counts. */
public enum Service {
    /** The bootstrap server: factory CAs. */
    BOOTSTRAP,
    /** The LwM2M server: CAs of devices in LwM2M mode, and third-party CAs. */
    LWM2M;

    /** The name on the wire: {@code bootstrap}, {@code lwm2m}. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The service with this {@link #word()}; empty when there is none. */
    public static Optional<Service> of(String word) {
        for (Service service : values()) {
            if (service.word().equals(word)) {
                return Optional.of(service);
            }
        }
        return Optional.empty();
    }
}
