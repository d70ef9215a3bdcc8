package dev.onboard.account.internal;

import dev.onboard.account.RevocationReason;
import dev.onboard.account.UploadedRevocationList;
import dev.onboard.pki.Fingerprint;
import java.math.BigInteger;
import java.net.URI;
import java.security.cert.X509Certificate;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/** The table of revocation lists, and what was revoked in that of issued certificates. */
final class RevocationRows {
    /** A revoked certificate. */
    record Revoked(BigInteger serial, Instant at, RevocationReason reason) {}

    /**
     * By which a change of all this is noticed without reading it.
     *
     * @param mode as stored
     * @param lists how many, and when the last of them came
     * @param revoked of the account's own certificates: how many, and when the last of them was
     */
    record State(String mode, String lists, String revoked) {}

    private RevocationRows() {}

    static State state(Handle handle, X509Certificate issuer) {
        return new State(
                mode(handle),
                handle.createQuery("SELECT count(*) || '/' || coalesce(max(created_at), 0) FROM revocation_list")
                        .mapTo(String.class)
                        .one(),
                handle.createQuery("""
                                SELECT count(*) || '/' || coalesce(max(revoked_at), 0) FROM issued_certificate
                                WHERE revoked_at IS NOT NULL AND issuer = :issuer
                                """)
                        .bind("issuer", Fingerprint.sha256(issuer))
                        .mapTo(String.class)
                        .one());
    }

    static List<UploadedRevocationList> all(Handle handle) {
        return handle.createQuery("SELECT * FROM revocation_list ORDER BY created_at, id")
                .map((row, context) -> read(row))
                .list();
    }

    static void store(Handle handle, UploadedRevocationList list, Instant now) {
        remove(handle, list.id());
        handle.createUpdate("""
                        INSERT INTO revocation_list (id, trusted_certificate_id, source, list, issuer, number, this_update,
                            next_update, revoked, updated_at, created_at)
                        VALUES (:id, :trusted, :source, :list, :issuer, :number, :this_update, :next_update, :revoked, :now,
                            :now)
                        """)
                .bind("id", list.id())
                .bind("trusted", list.trustedCertificateId())
                .bind("source", list.source().map(URI::toString).orElse(null))
                .bind("list", list.der())
                .bind("issuer", list.issuer())
                .bind("number", list.number())
                .bind("this_update", StoredTime.of(list.thisUpdate()))
                .bind("next_update", list.nextUpdate().map(StoredTime::of).orElse(null))
                .bind("revoked", list.revoked())
                .bind("now", StoredTime.of(now))
                .execute();
    }

    static boolean remove(Handle handle, String id) {
        return handle.createUpdate("DELETE FROM revocation_list WHERE id = :id")
                        .bind("id", id)
                        .execute()
                > 0;
    }

    static void removeOf(Handle handle, String trustedCertificateId) {
        handle.createUpdate("DELETE FROM revocation_list WHERE trusted_certificate_id = :id")
                .bind("id", trustedCertificateId)
                .execute();
    }

    static String mode(Handle handle) {
        return handle.createQuery("SELECT revocation FROM account")
                .mapTo(String.class)
                .one();
    }

    static void setMode(Handle handle, String word) {
        handle.createUpdate("UPDATE account SET revocation = :word")
                .bind("word", word)
                .execute();
    }

    /** What was revoked of this CA's certificates and has not ended: an ended one needs no list (RFC 5280, 3.3). */
    static List<Revoked> revoked(Handle handle, X509Certificate issuer, Instant now) {
        return handle.createQuery("""
                        SELECT serial, revoked_at, revocation_reason FROM issued_certificate
                        WHERE issuer = :issuer AND revoked_at IS NOT NULL AND expires_at >= :now ORDER BY revoked_at
                        """)
                .bind("issuer", Fingerprint.sha256(issuer))
                .bind("now", StoredTime.of(now))
                .map((row, context) -> new Revoked(
                        new BigInteger(row.getString("serial"), 16),
                        StoredTime.instant(row.getLong("revoked_at")),
                        RevocationReason.of(row.getInt("revocation_reason")).orElse(RevocationReason.UNSPECIFIED)))
                .list();
    }

    private static UploadedRevocationList read(ResultSet row) throws SQLException {
        String source = row.getString("source");
        long next = row.getLong("next_update");
        Optional<Instant> nextUpdate = row.wasNull() ? Optional.empty() : Optional.of(StoredTime.instant(next));
        return new UploadedRevocationList(
                row.getString("id"),
                row.getString("trusted_certificate_id"),
                Optional.ofNullable(source).map(URI::create),
                row.getBytes("list"),
                row.getString("issuer"),
                row.getString("number"),
                StoredTime.instant(row.getLong("this_update")),
                nextUpdate,
                row.getInt("revoked"),
                StoredTime.instant(row.getLong("updated_at")));
    }
}
