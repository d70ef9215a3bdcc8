package dev.onboard.account;

import dev.onboard.pki.Credential;
import java.util.Optional;

/**
 * Certificates for development: one key and one certificate, shared by up to
 * {@link DeviceDirectory#DEVICES_PER_DEVELOPER_CERTIFICATE} devices. Each is a trusted certificate of the bootstrap
 * service too, with the same id, where it is listed, made inactive and removed. Thread-safe.
 */
public interface DeveloperCertificates {
    /**
     * A developer certificate.
     *
     * @param trusted what the account trusts
     * @param credential key and certificate, for the devices
     */
    record Developer(TrustedCertificate trusted, Credential credential) {}

    /**
     * Makes one.
     *
     * @param name unique among trusted certificates, 1 to 100 characters
     * @param description up to 500 characters; may be empty
     * @throws AccountException as {@link TrustedCertificates#add}
     */
    Developer create(String name, String description);

    /** The one with this id. */
    Optional<Developer> get(String id);
}
