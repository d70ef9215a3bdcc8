package dev.onboard.account.internal;

import dev.onboard.account.AccountException;
import dev.onboard.account.Issuers;
import dev.onboard.account.Issuers.Configuration;
import dev.onboard.account.internal.Listing.Column;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/** The table of issuer configurations. */
record ConfigurationRows(Ids ids, InstantSource clock) {
    static final Listing<Configuration> LISTING = new Listing<>(
            "issuer_configuration",
            "certificate issuer configuration",
            Map.of(
                    "id", Column.text("id"),
                    "reference", Column.text("reference"),
                    "certificate_issuer_id", Column.text("issuer_id"),
                    "created_at", Column.time("created_at"),
                    "updated_at", Column.time("updated_at")),
            (row, context) -> read(row));

    private static Configuration read(ResultSet row) throws SQLException {
        return new Configuration(
                row.getString("id"),
                row.getString("reference"),
                Optional.ofNullable(row.getString("issuer_id")),
                row.getLong("revision"),
                StoredTime.instant(row.getLong("created_at")),
                StoredTime.instant(row.getLong("updated_at")));
    }

    private static Optional<Configuration> by(Handle handle, String column, String value) {
        return handle.createQuery(
                        "SELECT * FROM issuer_configuration WHERE " + column + " = :value ORDER BY created_at, id")
                .bind("value", value)
                .map(LISTING.mapper())
                .findFirst();
    }

    Optional<Configuration> find(Handle handle, String id) {
        return by(handle, "id", id);
    }

    Optional<Configuration> named(Handle handle, String reference) {
        return by(handle, "reference", reference);
    }

    /** The first one that names this issuer. */
    Optional<Configuration> firstOf(Handle handle, String issuerId) {
        return by(handle, "issuer_id", issuerId);
    }

    Configuration existing(Handle handle, String id) {
        return find(handle, id).orElseThrow(() -> AccountException.notFound("certificate issuer configuration", id));
    }

    Configuration lwm2m(Handle handle) {
        return named(handle, Issuers.LWM2M).orElseThrow();
    }

    private int insert(Handle handle, String reference, Optional<String> issuerId) {
        return handle.createUpdate("""
                        INSERT INTO issuer_configuration (id, reference, issuer_id, revision, created_at, updated_at)
                        VALUES (:id, :reference, :issuer, 1, :now, :now) ON CONFLICT (reference) DO NOTHING
                        """)
                .bind("id", ids.next())
                .bind("reference", reference)
                .bind("issuer", issuerId.orElse(null))
                .bind("now", StoredTime.of(clock.instant()))
                .execute();
    }

    Configuration ensureLwm2m(Handle handle) {
        insert(handle, Issuers.LWM2M, Optional.empty());
        return lwm2m(handle);
    }

    Configuration add(Handle handle, String reference, String issuerId) {
        if (insert(handle, reference, Optional.of(issuerId)) == 0) {
            throw AccountException.conflict("reference", "'" + reference + "' is configured already");
        }
        return named(handle, reference).orElseThrow();
    }

    Configuration exchange(Handle handle, Configuration old, Optional<String> issuerId) {
        handle.createUpdate("""
                        UPDATE issuer_configuration SET issuer_id = :issuer, revision = :revision, updated_at = :now
                        WHERE id = :id
                        """)
                .bind("id", old.id())
                .bind("issuer", issuerId.orElse(null))
                .bind("revision", old.revision() + 1)
                .bind("now", StoredTime.of(clock.instant()))
                .execute();
        return existing(handle, old.id());
    }

    int remove(Handle handle, String id) {
        if (!existing(handle, id).isCustom()) {
            throw AccountException.invalid(
                    "certificate-issuer-configuration-id",
                    "the configuration " + Issuers.LWM2M
                            + " is always there; set its certificate_issuer_id to null to have the account's own CA sign");
        }
        return handle.createUpdate("DELETE FROM issuer_configuration WHERE id = :id")
                .bind("id", id)
                .execute();
    }
}
