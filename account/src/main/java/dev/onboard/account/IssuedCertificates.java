package dev.onboard.account;

import java.util.List;
import java.util.Optional;

/** The certificates that were issued to devices. Nothing is ever forgotten here. Thread-safe. */
public interface IssuedCertificates {
    /** The certificate with this serial (hexadecimal, any case, leading zeros allowed). */
    Optional<IssuedCertificate> bySerial(String serial);

    /** All certificates of an endpoint, oldest first. */
    List<IssuedCertificate> byEndpoint(String endpoint);

    /** A page of them. Fields: {@code serial}, {@code endpoint_name}, {@code device_id}, {@code created_at}, {@code expires_at}. */
    Page<IssuedCertificate> list(Query query);

    /**
     * Revokes a certificate for good: the device is refused from its next handshake on. Doing it again changes nothing.
     *
     * @throws AccountException {@link AccountException.Kind#NOT_FOUND}
     */
    IssuedCertificate revoke(String serial, RevocationReason reason);
}
