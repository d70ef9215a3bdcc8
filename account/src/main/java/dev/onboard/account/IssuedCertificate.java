package dev.onboard.account;

import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * A certificate that was issued to a device.
 *
 * @param id 32 lower-case hexadecimal digits
 * @param serial hexadecimal, lower case, without leading zeros
 * @param deviceId the device it was issued to
 * @param generation 1 for a device's first certificate, then counting
 * @param chain the device's certificate first, then its issuers as the device needs them
 * @param revocation when and why it was revoked
 */
public record IssuedCertificate(
        String id,
        String serial,
        String endpoint,
        String deviceId,
        int generation,
        List<X509Certificate> chain,
        Optional<Revocation> revocation,
        Instant createdAt) {

    /** A revocation. */
    public record Revocation(Instant at, RevocationReason reason) {}

    public IssuedCertificate {
        chain = List.copyOf(chain);
    }

    /** The device's certificate. */
    public X509Certificate certificate() {
        return chain.get(0);
    }
}
