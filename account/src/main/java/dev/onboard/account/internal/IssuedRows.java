package dev.onboard.account.internal;

import dev.onboard.account.IssuedCertificate;
import dev.onboard.account.RevocationReason;
import dev.onboard.account.internal.Listing.Column;
import dev.onboard.pki.Fingerprint;
import java.math.BigInteger;
import java.security.cert.X509Certificate;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/** The table of issued certificates. */
final class IssuedRows {
    static final Listing<IssuedCertificate> LISTING = new Listing<>(
            "issued_certificate",
            "issued certificate",
            Map.of(
                    "id", Column.text("id"),
                    "serial", Column.text("serial"),
                    "endpoint_name", Column.text("endpoint"),
                    "device_id", Column.text("device_id"),
                    "created_at", Column.time("created_at"),
                    "expires_at", Column.time("expires_at")),
            (row, context) -> read(row));

    private IssuedRows() {}

    static String serial(BigInteger number) {
        return number.toString(16);
    }

    /** True when it was stored; false when the issuer has used its serial before. */
    static boolean insert(Handle handle, IssuedCertificate issued, X509Certificate issuer) {
        return handle.createUpdate("""
                                INSERT INTO issued_certificate (id, issuer, serial, fingerprint, endpoint, device_id,
                                    generation, chain, expires_at, created_at)
                                VALUES (:id, :issuer, :serial, :fingerprint, :endpoint, :device_id,
                                    :generation, :chain, :expires_at, :created_at)
                                ON CONFLICT (serial, issuer) DO NOTHING
                                """)
                        .bind("id", issued.id())
                        .bind("issuer", Fingerprint.sha256(issuer))
                        .bind("serial", issued.serial())
                        .bind("fingerprint", Fingerprint.sha256(issued.certificate()))
                        .bind("endpoint", issued.endpoint())
                        .bind("device_id", issued.deviceId())
                        .bind("generation", issued.generation())
                        .bind("chain", DerChain.encode(issued.chain()))
                        .bind(
                                "expires_at",
                                StoredTime.of(issued.certificate().getNotAfter().toInstant()))
                        .bind("created_at", StoredTime.of(issued.createdAt()))
                        .execute()
                == 1;
    }

    static boolean isUsed(Handle handle, String serial, X509Certificate issuer) {
        return handle.createQuery("SELECT 1 FROM issued_certificate WHERE serial = :serial AND issuer = :issuer")
                .bind("serial", serial)
                .bind("issuer", Fingerprint.sha256(issuer))
                .mapTo(Integer.class)
                .findOne()
                .isPresent();
    }

    static int newestGeneration(Handle handle, String deviceId) {
        return handle.createQuery("SELECT max(generation) FROM issued_certificate WHERE device_id = :device")
                .bind("device", deviceId)
                .mapTo(Integer.class)
                .findOne()
                .orElse(0);
    }

    static Optional<IssuedCertificate> byFingerprint(Handle handle, String fingerprint) {
        return handle.createQuery("SELECT * FROM issued_certificate WHERE fingerprint = :fingerprint")
                .bind("fingerprint", fingerprint)
                .map(LISTING.mapper())
                .findOne();
    }

    static Optional<IssuedCertificate> bySerial(Handle handle, String serial) {
        return handle.createQuery("SELECT * FROM issued_certificate WHERE serial = :serial ORDER BY created_at")
                .bind("serial", serial)
                .map(LISTING.mapper())
                .findFirst();
    }

    static List<IssuedCertificate> byEndpoint(Handle handle, String endpoint) {
        return handle.createQuery(
                        "SELECT * FROM issued_certificate WHERE endpoint = :endpoint ORDER BY created_at, generation")
                .bind("endpoint", endpoint)
                .map(LISTING.mapper())
                .list();
    }

    static List<IssuedCertificate> revoked(Handle handle) {
        return handle.createQuery("SELECT * FROM issued_certificate WHERE revoked_at IS NOT NULL ORDER BY revoked_at")
                .map(LISTING.mapper())
                .list();
    }

    static void revoke(Handle handle, String id, RevocationReason reason, Instant at) {
        handle.createUpdate("""
                        UPDATE issued_certificate SET revoked_at = :at, revocation_reason = :reason
                        WHERE id = :id AND revoked_at IS NULL
                        """)
                .bind("id", id)
                .bind("reason", reason.number())
                .bind("at", StoredTime.of(at))
                .execute();
    }

    private static IssuedCertificate read(ResultSet row) throws SQLException {
        long revokedAt = row.getLong("revoked_at");
        Optional<IssuedCertificate.Revocation> revocation = row.wasNull()
                ? Optional.empty()
                : Optional.of(new IssuedCertificate.Revocation(
                        StoredTime.instant(revokedAt),
                        RevocationReason.of(row.getInt("revocation_reason")).orElse(RevocationReason.UNSPECIFIED)));
        return new IssuedCertificate(
                row.getString("id"),
                row.getString("serial"),
                row.getString("endpoint"),
                row.getString("device_id"),
                row.getInt("generation"),
                DerChain.decode(row.getBytes("chain")),
                revocation,
                StoredTime.instant(row.getLong("created_at")));
    }
}
