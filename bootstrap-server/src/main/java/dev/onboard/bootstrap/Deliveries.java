package dev.onboard.bootstrap;

import dev.onboard.pki.Credential;
import java.util.List;
import java.util.function.Supplier;

/** Decides what a bootstrap writes, once its LwM2M certificate is issued. Implementations are thread-safe and do not block. */
@FunctionalInterface
public interface Deliveries {
    /**
     * What this device is given.
     *
     * @param issued its LwM2M key and certificate, with the chain above it
     */
    Delivery of(String endpoint, Credential issued);

    /** The same servers for every device, asked at each bootstrap. */
    static Deliveries to(Supplier<List<LwM2mServerAccount>> servers) {
        return (endpoint, issued) -> Delivery.of(issued, servers.get());
    }
}
