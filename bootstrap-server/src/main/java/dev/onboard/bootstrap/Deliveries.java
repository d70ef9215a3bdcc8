package dev.onboard.bootstrap;

import dev.onboard.pki.Credential;
import dev.onboard.pki.NotCertified;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
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

    /** Where keys are made; asked first at each bootstrap. */
    default KeySource keys() {
        return KeySource.BOOTSTRAP_SERVER;
    }

    /**
     * What this device is given when it makes its key itself.
     *
     * @throws UnsupportedOperationException when {@link #keys} says otherwise
     */
    default Delivery enrolling(String endpoint) {
        throw new UnsupportedOperationException("keys are made by the bootstrap server");
    }

    /** What a device that enrols shall trust from then on as EST server, roots first; asked at each {@code crts}. */
    default List<X509Certificate> authorities() {
        return List.of();
    }

    /**
     * What a device that enrols is answered.
     *
     * @param key the device's
     * @param issued by the account, the device's own certificate first
     * @throws NotCertified when there is nothing to answer, or nothing yet
     */
    default List<X509Certificate> enrolled(String endpoint, PublicKey key, List<X509Certificate> issued) {
        return issued;
    }

    /** The same servers for every device, asked at each bootstrap. */
    static Deliveries to(Supplier<List<LwM2mServerAccount>> servers) {
        return (endpoint, issued) -> Delivery.of(issued, servers.get());
    }
}
