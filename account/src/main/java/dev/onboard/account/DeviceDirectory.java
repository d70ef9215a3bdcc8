package dev.onboard.account;

import dev.onboard.pki.TrustAnchor;
import java.security.cert.X509Certificate;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/**
 * The devices of the account, and who may be which. Thread-safe; stages complete on the account's workers, after what
 * they say is durable.
 *
 * <p>An endpoint name belongs to the first identity that is admitted with it: the CA that signed its certificate (name
 * and key identifier) and its public key. A new certificate of the same CA for the same key is the same identity.
 * Anybody else is refused {@link Admission.Refusal#BOUND} until {@link #release}. The records of admissions are the
 * servers' to write into the journal.
 */
public interface DeviceDirectory {
    /** How many devices share one developer certificate. */
    int DEVICES_PER_DEVELOPER_CERTIFICATE = 100;

    /**
     * A device whose chain was judged trusted asks to bootstrap. When it may, it is in the directory afterwards.
     *
     * @param leaf the certificate it showed
     * @param anchor the anchor its chain ends at
     */
    CompletionStage<Admission> admitToBootstrap(String endpoint, X509Certificate leaf, TrustAnchor anchor);

    /**
     * A device whose chain was judged trusted asks to register. A certificate that the account issued must have been
     * issued to this endpoint and not be revoked; older ones stay good until the device has come with a newer one
     * ({@link Admission.Refusal#SUPERSEDED} after that), so that a bootstrap cut short locks nobody out. With a
     * certificate that the account did not issue, the rules of {@link #admitToBootstrap} hold.
     */
    CompletionStage<Admission> admitToLwm2m(String endpoint, X509Certificate leaf, TrustAnchor anchor);

    /**
     * Bootstrap-Finish was answered with success. This, and what the three methods below say, is in the directory within 20
     * ms: no device waits for it, so it is committed together with what one waits for.
     */
    CompletionStage<Void> bootstrapped(String endpoint);

    /** The device registered. */
    CompletionStage<Void> registered(String endpoint, Registration registration);

    /** The device updated its registration; what is not said stays as it was. */
    CompletionStage<Void> updated(String endpoint, Registration changes);

    /** The registration ended. */
    CompletionStage<Void> deregistered(String endpoint);

    /** The next identity that is admitted with this endpoint name will own it. Throws {@link AccountException} when the device is not known. */
    Device release(String endpoint);

    /** Makes a device known. Throws {@link AccountException} when its endpoint name is known already. */
    Device add(NewDevice device);

    /** Replaces what people wrote on a device. Throws {@link AccountException} when it is not known. */
    Device relabel(String id, Labels labels, Map<String, String> customAttributes);

    /** Suspends a device: it is refused from now on. Throws {@link AccountException} when it is not known. */
    Device suspend(String id, String category, String description);

    /** Ends a suspension. Throws {@link AccountException} when the device is not known. */
    Device resume(String id);

    /** Forgets a device; its certificates are good for nothing any more. Throws {@link AccountException} when it is not known. */
    void remove(String id);

    /** The device with this id. */
    Optional<Device> get(String id);

    /** The device with this endpoint name. */
    Optional<Device> byEndpoint(String endpoint);

    /** A page of the devices. Fields: those of the platform's {@code DeviceData}. */
    Page<Device> list(Query query);

    /** How many devices are in each state. */
    Map<DeviceState, Long> count();
}
