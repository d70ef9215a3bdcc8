package dev.onboard.account.internal;

import dev.onboard.account.AccountException;
import dev.onboard.account.Enrollments;
import dev.onboard.account.Page;
import dev.onboard.account.Query;
import dev.onboard.account.internal.Listing.Column;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jdbi.v3.core.Handle;

/** The enrolment list, its jobs and the denials, in the database. */
public final class StoredEnrollments implements Enrollments {
    private static final Pattern IDENTITY = Pattern.compile("A-[0-9A-F]{2}(:[0-9A-F]{2}){31}");

    private static final Listing<Enrollment> LIST = new Listing<>(
            "enrollment",
            "device enrollment",
            Map.of(
                    "id", Column.text("id"),
                    "enrollment_identity", Column.text("identity"),
                    "enrolled_device_id", Column.text("device_id"),
                    "created_at", Column.time("created_at")),
            (row, context) -> enrollment(row));

    private static final Listing<Denial> DENIALS = new Listing<>(
            "enrollment_denial",
            "device enrollment denial",
            Map.of(
                    "id", Column.text("id"),
                    "trusted_certificate_id", Column.text("trusted_certificate_id"),
                    "endpoint_name", Column.text("endpoint"),
                    "created_at", Column.time("created_at")),
            (row, context) -> new Denial(
                    row.getString("id"),
                    row.getString("endpoint"),
                    row.getString("trusted_certificate_id"),
                    StoredTime.instant(row.getLong("created_at"))));

    private final Storage storage;
    private final Ids ids;
    private final InstantSource clock;

    public StoredEnrollments(Storage storage, Ids ids, InstantSource clock) {
        this.storage = storage;
        this.ids = ids;
        this.clock = clock;
    }

    private static Enrollment enrollment(ResultSet row) throws SQLException {
        return new Enrollment(
                row.getString("id"),
                row.getString("identity"),
                Optional.ofNullable(row.getString("device_id")),
                instant(row, "claimed_at"),
                instant(row, "expires_at"),
                StoredTime.instant(row.getLong("created_at")));
    }

    private static Optional<Instant> instant(ResultSet row, String column) throws SQLException {
        long micros = row.getLong(column);
        return row.wasNull() ? Optional.empty() : Optional.of(StoredTime.instant(micros));
    }

    private static String checked(String identity) {
        String canonical = identity.toUpperCase(Locale.ROOT);
        if (!IDENTITY.matcher(canonical).matches()) {
            throw AccountException.invalid(
                    "enrollment_identity",
                    "'" + identity
                            + "' is not 'A-' and the SHA-256 of a certificate as 32 hexadecimal octets with colons");
        }
        return canonical;
    }

    private Enrollment insert(Handle handle, String identity) {
        Enrollment wanted = new Enrollment(
                ids.next(), identity, Optional.empty(), Optional.empty(), Optional.empty(), clock.instant());
        int stored = handle.createUpdate("""
                        INSERT INTO enrollment (id, identity, created_at) VALUES (:id, :identity, :created_at)
                        ON CONFLICT (identity) DO NOTHING
                        """)
                .bind("id", wanted.id())
                .bind("identity", identity)
                .bind("created_at", StoredTime.of(wanted.createdAt()))
                .execute();
        if (stored == 0) {
            throw AccountException.conflict("enrollment_identity", "'" + identity + "' is on the list already");
        }
        return wanted;
    }

    @Override
    public Enrollment add(String identity) {
        String checked = checked(identity);
        return Storage.await(storage.write(handle -> insert(handle, checked)));
    }

    private static void delete(Handle handle, String column, String value) {
        int deleted = handle.createUpdate("DELETE FROM enrollment WHERE " + column + " = :value")
                .bind("value", value)
                .execute();
        if (deleted == 0) {
            throw AccountException.notFound("device enrollment", value);
        }
    }

    @Override
    public void remove(String id) {
        Storage.await(storage.write(handle -> {
            delete(handle, "id", id);
            return true;
        }));
    }

    @Override
    public Optional<Enrollment> get(String id) {
        return storage.read(handle -> handle.createQuery("SELECT * FROM enrollment WHERE id = :id")
                .bind("id", id)
                .map(LIST.mapper())
                .findOne());
    }

    @Override
    public Page<Enrollment> list(Query query) {
        return storage.read(handle -> LIST.page(handle, query));
    }

    @Override
    public Job run(JobKind kind, List<String> identities) {
        Instant start = clock.instant();
        return Storage.await(storage.write(handle -> {
            StringBuilder report = new StringBuilder("enrollment_identity,result\n");
            int errors = 0;
            for (String identity : identities) {
                String result = "ok";
                try {
                    if (kind == JobKind.UPLOAD) {
                        insert(handle, checked(identity));
                    } else {
                        delete(handle, "identity", checked(identity));
                    }
                } catch (AccountException e) {
                    errors++;
                    result = e.kind().name().toLowerCase(Locale.ROOT);
                }
                report.append('"')
                        .append(identity.replace("\"", "\"\""))
                        .append("\",")
                        .append(result)
                        .append('\n');
            }
            Job job = new Job(ids.next(), kind, identities.size(), errors, report.toString(), start, clock.instant());
            store(handle, job);
            return job;
        }));
    }

    private static void store(Handle handle, Job job) {
        handle.createUpdate("""
                        INSERT INTO enrollment_job (id, kind, total, errors, report, created_at, completed_at)
                        VALUES (:id, :kind, :total, :errors, :report, :created_at, :completed_at)
                        """)
                .bind("id", job.id())
                .bind("kind", job.kind().name())
                .bind("total", job.total())
                .bind("errors", job.errors())
                .bind("report", job.report())
                .bind("created_at", StoredTime.of(job.createdAt()))
                .bind("completed_at", StoredTime.of(job.completedAt()))
                .execute();
    }

    @Override
    public Optional<Job> job(String id) {
        return storage.read(handle -> handle.createQuery("SELECT * FROM enrollment_job WHERE id = :id")
                .bind("id", id)
                .map((row, context) -> new Job(
                        row.getString("id"),
                        JobKind.valueOf(row.getString("kind")),
                        row.getInt("total"),
                        row.getInt("errors"),
                        row.getString("report"),
                        StoredTime.instant(row.getLong("created_at")),
                        StoredTime.instant(row.getLong("completed_at"))))
                .findOne());
    }

    @Override
    public Page<Denial> denials(Query query) {
        return storage.read(handle -> DENIALS.page(handle, query));
    }

    @Override
    public Optional<Denial> denial(String id) {
        return storage.read(handle -> handle.createQuery("SELECT * FROM enrollment_denial WHERE id = :id")
                .bind("id", id)
                .map(DENIALS.mapper())
                .findOne());
    }
}
