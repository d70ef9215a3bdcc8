package dev.onboard.account.internal;

import dev.onboard.account.Device;
import java.time.Instant;
import org.jdbi.v3.core.Handle;

/** The tables of the enrolment list and of the devices denied because of it. */
final class EnrollmentRows {
    private EnrollmentRows() {}

    /** Whether the list has this identity, not expired. */
    static boolean isOpen(Handle handle, String identity, Instant now) {
        return handle.createQuery("""
                        SELECT 1 FROM enrollment
                        WHERE identity = :identity AND (expires_at IS NULL OR expires_at > :now OR claimed_at IS NOT NULL)
                        """)
                .bind("identity", identity)
                .bind("now", StoredTime.of(now))
                .mapTo(Integer.class)
                .findOne()
                .isPresent();
    }

    /** Notes on the list that this device came, when it is the first time. */
    static void claim(Handle handle, Device device, Instant now) {
        if (device.deviceKey().isEmpty()) {
            return;
        }
        int claimed = handle.createUpdate("UPDATE enrollment SET device_id = :device, claimed_at = :now "
                        + "WHERE identity = :identity AND claimed_at IS NULL")
                .bind("device", device.id())
                .bind("now", StoredTime.of(now))
                .bind("identity", identity(device.deviceKey().get()))
                .execute();
        if (claimed == 1) {
            handle.createUpdate("UPDATE device SET enrolled_at = :now WHERE id = :device")
                    .bind("now", StoredTime.of(now))
                    .bind("device", device.id())
                    .execute();
        }
    }

    /** The enrolment identity of a certificate with this SHA-256 in hexadecimal. */
    static String identity(String fingerprint) {
        StringBuilder text = new StringBuilder("A-");
        for (int i = 0; i + 1 < fingerprint.length(); i += 2) {
            text.append(i == 0 ? "" : ":").append(fingerprint, i, i + 2);
        }
        return text.substring(0, 2) + text.substring(2).toUpperCase(java.util.Locale.ROOT);
    }

    static void deny(Handle handle, String id, String endpoint, String trustedCertificateId, Instant now) {
        handle.createUpdate("""
                        INSERT INTO enrollment_denial (id, endpoint, trusted_certificate_id, created_at)
                        VALUES (:id, :endpoint, :ca, :now)
                        """)
                .bind("id", id)
                .bind("endpoint", endpoint)
                .bind("ca", trustedCertificateId)
                .bind("now", StoredTime.of(now))
                .execute();
    }
}
