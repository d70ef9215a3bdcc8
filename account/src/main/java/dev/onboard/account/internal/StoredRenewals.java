package dev.onboard.account.internal;

import dev.onboard.account.AccountException;
import dev.onboard.account.CertificateEnrollments;
import dev.onboard.account.Device;
import dev.onboard.account.DeviceState;
import dev.onboard.account.Issuers;
import dev.onboard.account.Page;
import dev.onboard.account.Query;
import dev.onboard.account.internal.Listing.Column;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jdbi.v3.core.Handle;

/** The renewals in the database. */
public final class StoredRenewals implements CertificateEnrollments {
    private static final Pattern CUSTOM = Pattern.compile("[\\w\\-]{1,10}\\.[\\w\\-.]{1,10}");
    private static final Listing<Enrollment> LISTING = new Listing<>(
            "certificate_enrollment",
            "certificate enrollment",
            Map.of(
                    "id", Column.text("id"),
                    "device_id", Column.text("device_id"),
                    "certificate_name", Column.text("certificate_name"),
                    "enroll_status", Column.text("status"),
                    "enroll_result", Column.text("result"),
                    "created_at", Column.time("created_at"),
                    "updated_at", Column.time("updated_at")),
            (row, context) -> read(row));

    private final Storage storage;
    private final Ids ids;
    private final InstantSource clock;
    private final ConfigurationRows configurations;

    public StoredRenewals(Storage storage, Ids ids, InstantSource clock) {
        this.storage = storage;
        this.ids = ids;
        this.clock = clock;
        this.configurations = new ConfigurationRows(ids, clock);
    }

    private static Enrollment read(ResultSet row) throws SQLException {
        String result = row.getString("result");
        return new Enrollment(
                row.getString("id"),
                row.getString("device_id"),
                row.getString("certificate_name"),
                result == null
                        ? Optional.empty()
                        : Optional.of(new Result(
                                Outcome.valueOf(result.toUpperCase(Locale.ROOT)), row.getString("result_detail"))),
                row.getLong("revision"),
                StoredTime.instant(row.getLong("created_at")),
                StoredTime.instant(row.getLong("updated_at")));
    }

    private static Optional<Enrollment> find(Handle handle, String id) {
        return handle.createQuery("SELECT * FROM certificate_enrollment WHERE id = :id")
                .bind("id", id)
                .map(LISTING.mapper())
                .findOne();
    }

    private boolean refuse(Handle handle, String deviceId, String name) {
        Device device = DeviceRows.byId(handle, deviceId)
                .orElseThrow(() -> AccountException.notFound("device", deviceId))
                .device();
        if (!name.equals(Issuers.LWM2M) && !CUSTOM.matcher(name).matches()) {
            throw AccountException.invalid(
                    "certificate-name",
                    "'" + name + "' is neither " + Issuers.LWM2M + " nor of the form xxx.xxx with at most 10 characters"
                            + " on each side");
        }
        if (configurations.named(handle, name).isEmpty()) {
            throw AccountException.invalid(
                    "certificate-name",
                    "no certificate issuer is configured for '" + name + "'; add a certificate issuer configuration");
        }
        handle.createQuery("""
                        SELECT id FROM certificate_enrollment
                        WHERE device_id = :device AND certificate_name = :name AND status = 'new'
                        """)
                .bind("device", deviceId)
                .bind("name", name)
                .mapTo(String.class)
                .findFirst()
                .ifPresent(other -> {
                    throw AccountException.conflict(
                            "certificate-name",
                            "certificate enrollment " + other + " of '" + name + "' goes on; wait for its end");
                });
        if (device.state() != DeviceState.REGISTERED) {
            throw AccountException.locked("device " + deviceId + " ('" + device.endpoint() + "') is "
                    + device.state().word() + "; a certificate is renewed while its device is registered");
        }
        return true;
    }

    @Override
    public void check(String deviceId, String certificateName) {
        storage.read(handle -> refuse(handle, deviceId, certificateName));
    }

    @Override
    public Enrollment begin(String deviceId, String certificateName) {
        Instant now = StoredTime.now(clock);
        Enrollment begun = new Enrollment(ids.next(), deviceId, certificateName, Optional.empty(), 1, now, now);
        return Storage.await(storage.write(handle -> {
            refuse(handle, deviceId, certificateName);
            handle.createUpdate("""
                            INSERT INTO certificate_enrollment (id, device_id, certificate_name, status, result_detail,
                                revision, created_at, updated_at)
                            VALUES (:id, :device, :name, 'new', '', 1, :now, :now)
                            """)
                    .bind("id", begun.id())
                    .bind("device", deviceId)
                    .bind("name", certificateName)
                    .bind("now", StoredTime.of(now))
                    .execute();
            return begun;
        }));
    }

    @Override
    public Enrollment complete(String id, Result result) {
        return Storage.await(storage.write(handle -> {
            Enrollment old =
                    find(handle, id).orElseThrow(() -> AccountException.notFound("certificate enrollment", id));
            if (old.result().isPresent()) {
                throw AccountException.conflict("id", "certificate enrollment " + id + " has ended already");
            }
            handle.createUpdate("""
                            UPDATE certificate_enrollment SET status = 'completed', result = :result,
                                result_detail = :detail, revision = :revision, updated_at = :now
                            WHERE id = :id
                            """)
                    .bind("id", id)
                    .bind("result", result.outcome().word())
                    .bind("detail", result.detail())
                    .bind("revision", old.revision() + 1)
                    .bind("now", StoredTime.of(clock.instant()))
                    .execute();
            return find(handle, id).orElseThrow();
        }));
    }

    @Override
    public Optional<Enrollment> get(String id) {
        return storage.read(handle -> find(handle, id));
    }

    @Override
    public Page<Enrollment> list(Query query) {
        return storage.read(handle -> LISTING.page(handle, query));
    }
}
