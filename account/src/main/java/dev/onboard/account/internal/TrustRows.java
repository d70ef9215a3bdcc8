package dev.onboard.account.internal;

import dev.onboard.account.ExecutionMode;
import dev.onboard.account.Service;
import dev.onboard.account.TrustedCertificate;
import dev.onboard.account.TrustedCertificate.EnrollmentMode;
import dev.onboard.account.TrustedCertificate.Status;
import dev.onboard.account.internal.Listing.Column;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.mapper.RowMapper;
import org.jdbi.v3.core.statement.Update;

/** The table of trusted certificates. */
final class TrustRows {
    private static final RowMapper<TrustedCertificate> MAPPER = (row, context) -> read(row);

    private TrustRows() {}

    /** Pages as they are at this time: what is valid changes with it. */
    static Listing<TrustedCertificate> listing(Instant now, String accountId) {
        return new Listing<>(
                "trusted_certificate",
                "trusted certificate",
                Map.ofEntries(
                        Map.entry("id", Column.text("id")),
                        Map.entry("name", Column.text("name")),
                        Map.entry("description", Column.text("description")),
                        Map.entry("service", Column.text("service")),
                        Map.entry("status", Column.text("status")),
                        Map.entry("enrollment_mode", Column.truth("enrollment_mode")),
                        Map.entry("device_execution_mode", Column.number("execution_mode")),
                        Map.entry("owner", Column.text("'" + accountId + "'")),
                        Map.entry("certificate_fingerprint", Column.text("fingerprint")),
                        Map.entry("subject", Column.text("subject")),
                        Map.entry("issuer", Column.text("issuer")),
                        Map.entry("expire", Column.time("expires_at")),
                        Map.entry("validity", Column.time("expires_at")),
                        Map.entry("created_at", Column.time("created_at")),
                        Map.entry("updated_at", Column.time("updated_at")),
                        Map.entry("valid", Column.truth("(fault = '' AND expires_at >= " + StoredTime.of(now) + ")"))),
                MAPPER);
    }

    /**
     * All of them, oldest first. Those that are known in their present revision are taken as they are: to take a chain
     * apart costs a thousand times what comparing two numbers does.
     *
     * @param known by id
     */
    static List<TrustedCertificate> all(Handle handle, Map<String, TrustedCertificate> known) {
        return handle
                .createQuery("SELECT id, revision FROM trusted_certificate ORDER BY created_at, id")
                .map((row, context) -> new Revision(row.getString("id"), row.getLong("revision")))
                .list()
                .stream()
                .map(row -> {
                    TrustedCertificate kept = known.get(row.id());
                    return kept != null && kept.revision() == row.revision()
                            ? kept
                            : find(handle, row.id()).orElseThrow();
                })
                .toList();
    }

    private record Revision(String id, long revision) {}

    static Optional<TrustedCertificate> find(Handle handle, String id) {
        return handle.createQuery("SELECT * FROM trusted_certificate WHERE id = :id")
                .bind("id", id)
                .map(MAPPER)
                .findOne();
    }

    static void insert(Handle handle, TrustedCertificate certificate) {
        bind(handle.createUpdate("""
                                INSERT INTO trusted_certificate (id, name, description, service, status, enrollment_mode,
                                    execution_mode, chain, fingerprint, subject, issuer, expires_at, fault, revision,
                                    created_at, updated_at)
                                VALUES (:id, :name, :description, :service, :status, :enrollment_mode,
                                    :execution_mode, :chain, :fingerprint, :subject, :issuer, :expires_at, :fault, :revision,
                                    :created_at, :updated_at)
                                """), certificate)
                .bind("created_at", StoredTime.of(certificate.createdAt()))
                .execute();
    }

    static void update(Handle handle, TrustedCertificate certificate) {
        bind(handle.createUpdate("""
                                UPDATE trusted_certificate SET name = :name, description = :description, service = :service,
                                    status = :status, enrollment_mode = :enrollment_mode, execution_mode = :execution_mode,
                                    chain = :chain, fingerprint = :fingerprint, subject = :subject, issuer = :issuer,
                                    expires_at = :expires_at, fault = :fault, revision = :revision, updated_at = :updated_at
                                WHERE id = :id
                                """), certificate).execute();
    }

    static void delete(Handle handle, String id) {
        handle.createUpdate("DELETE FROM trusted_certificate WHERE id = :id")
                .bind("id", id)
                .execute();
    }

    private static Update bind(Update update, TrustedCertificate certificate) {
        return update.bind("id", certificate.id())
                .bind("name", certificate.name())
                .bind("description", certificate.description())
                .bind("service", certificate.service().word())
                .bind("status", certificate.status().name())
                .bind("enrollment_mode", certificate.enrollmentMode() == EnrollmentMode.ENROLLED_DEVICES)
                .bind("execution_mode", certificate.executionMode().number())
                .bind("chain", DerChain.encode(certificate.chain()))
                .bind("fingerprint", certificate.fingerprint())
                .bind("subject", certificate.subject())
                .bind("issuer", certificate.issuer())
                .bind("expires_at", StoredTime.of(certificate.expiresAt()))
                .bind("fault", certificate.fault().orElse(""))
                .bind("revision", certificate.revision())
                .bind("updated_at", StoredTime.of(certificate.updatedAt()));
    }

    private static TrustedCertificate read(ResultSet row) throws SQLException {
        return new TrustedCertificate(
                row.getString("id"),
                row.getString("name"),
                row.getString("description"),
                Service.of(row.getString("service")).orElseThrow(),
                Status.of(row.getString("status")).orElseThrow(),
                row.getBoolean("enrollment_mode") ? EnrollmentMode.ENROLLED_DEVICES : EnrollmentMode.EVERY_DEVICE,
                ExecutionMode.of(row.getInt("execution_mode")).orElse(ExecutionMode.UNSPECIFIED),
                DerChain.decode(row.getBytes("chain")),
                row.getString("fingerprint"),
                row.getString("subject"),
                row.getString("issuer"),
                Optional.of(row.getString("fault")).filter(fault -> !fault.isEmpty()),
                row.getLong("revision"),
                StoredTime.instant(row.getLong("created_at")),
                StoredTime.instant(row.getLong("updated_at")));
    }
}
