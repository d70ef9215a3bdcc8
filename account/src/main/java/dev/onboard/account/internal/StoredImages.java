package dev.onboard.account.internal;

import dev.onboard.account.AccountException;
import dev.onboard.account.FirmwareImage;
import dev.onboard.account.FirmwareImages;
import dev.onboard.account.Page;
import dev.onboard.account.Query;
import dev.onboard.account.internal.Listing.Column;
import dev.onboard.pki.Fingerprint;
import java.io.ByteArrayOutputStream;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/** Firmware images and their uploads in the database. */
public final class StoredImages implements FirmwareImages {
    private static final String TABLE = "firmware_image";
    private static final String JOBS = "firmware_upload_job";
    private static final String CHUNKS = "firmware_upload_chunk";
    private static final String COLUMNS = "id, name, description, checksum, size, created_at";

    private static final Listing<FirmwareImage> LISTING = new Listing<>(
            "(SELECT " + COLUMNS + " FROM " + TABLE + ") AS images",
            "firmware image",
            Map.of(
                    "id", Column.text("id"),
                    "name", Column.text("name"),
                    "description", Column.text("description"),
                    "datafile_checksum", Column.text("checksum"),
                    "datafile_size", Column.number("size"),
                    "created_at", Column.time("created_at")),
            (row, context) -> image(row));
    private static final Listing<UploadJob> JOB_LISTING = new Listing<>(
            JOBS,
            "upload job",
            Map.of(
                    "id", Column.text("id"),
                    "name", Column.text("name"),
                    "firmware_image_id", Column.text("image_id"),
                    "created_at", Column.time("created_at")),
            (row, context) -> job(row));
    private static final Listing<Chunk> CHUNK_LISTING = new Listing<>(
            "(SELECT id, job_id, hash, size, created_at FROM " + CHUNKS + ") AS chunks",
            "upload chunk",
            Map.of("id", Column.text("id"), "job_id", Column.text("job_id"), "created_at", Column.time("created_at")),
            (row, context) -> new Chunk(
                    row.getString("id"),
                    row.getString("job_id"),
                    row.getString("hash"),
                    row.getLong("size"),
                    StoredTime.instant(row.getLong("created_at"))));

    private final Storage storage;
    private final Ids ids;
    private final InstantSource clock;

    public StoredImages(Storage storage, Ids ids, InstantSource clock) {
        this.storage = storage;
        this.ids = ids;
        this.clock = clock;
    }

    private static FirmwareImage image(ResultSet row) throws SQLException {
        return new FirmwareImage(
                row.getString("id"),
                row.getString("name"),
                row.getString("description"),
                row.getString("checksum"),
                row.getLong("size"),
                StoredTime.instant(row.getLong("created_at")));
    }

    private static UploadJob job(ResultSet row) throws SQLException {
        return new UploadJob(
                row.getString("id"),
                row.getString("name"),
                row.getString("description"),
                Optional.ofNullable(row.getString("image_id")),
                StoredTime.instant(row.getLong("created_at")),
                StoredTime.instant(row.getLong("updated_at")));
    }

    @Override
    public FirmwareImage add(String name, String description, byte[] content) {
        return Storage.await(storage.write(handle -> insert(handle, name, description, content)));
    }

    private FirmwareImage insert(Handle handle, String name, String description, byte[] content) {
        if (content.length == 0 || content.length > LARGEST) {
            throw AccountException.invalid(
                    "datafile", "has " + content.length + " octets; an image has 1 to " + LARGEST);
        }
        FirmwareImage image = new FirmwareImage(
                ids.next(),
                FirmwareRows.name(name),
                FirmwareRows.description(description),
                Fingerprint.sha256(content),
                content.length,
                StoredTime.now(clock));
        handle.createUpdate("INSERT INTO " + TABLE + " (" + COLUMNS + ", content)"
                        + " VALUES (:id, :name, :description, :checksum, :size, :created_at, :content)")
                .bind("id", image.id())
                .bind("name", image.name())
                .bind("description", image.description())
                .bind("checksum", image.checksum())
                .bind("size", image.size())
                .bind("created_at", StoredTime.of(image.createdAt()))
                .bind("content", content)
                .execute();
        return image;
    }

    @Override
    public Optional<FirmwareImage> get(String id) {
        return storage.read(handle -> handle.createQuery("SELECT " + COLUMNS + " FROM " + TABLE + " WHERE id = :id")
                .bind("id", id)
                .map(LISTING.mapper())
                .findOne());
    }

    @Override
    public Optional<byte[]> content(String id) {
        return storage.read(handle -> FirmwareRows.content(handle, TABLE, id));
    }

    /** The octets of the image with this SHA-256. */
    static Optional<byte[]> ofDigest(Handle handle, String digest) {
        return handle.createQuery("SELECT content FROM " + TABLE + " WHERE checksum = :digest LIMIT 1")
                .bind("digest", digest)
                .map((row, context) -> row.getBytes(1))
                .findOne();
    }

    @Override
    public Page<FirmwareImage> list(Query query) {
        return storage.read(handle -> LISTING.page(handle, query));
    }

    @Override
    public void remove(String id) {
        Storage.await(storage.write(handle -> {
            FirmwareRows.delete(handle, TABLE, "firmware image", id);
            return true;
        }));
    }

    @Override
    public UploadJob begin(String name, String description) {
        return Storage.await(storage.write(handle -> {
            Instant now = StoredTime.now(clock);
            UploadJob begun = new UploadJob(
                    ids.next(),
                    FirmwareRows.name(name),
                    FirmwareRows.description(description),
                    Optional.empty(),
                    now,
                    now);
            handle.createUpdate("INSERT INTO " + JOBS + " (id, name, description, created_at, updated_at)"
                            + " VALUES (:id, :name, :description, :now, :now)")
                    .bind("id", begun.id())
                    .bind("name", begun.name())
                    .bind("description", begun.description())
                    .bind("now", StoredTime.of(now))
                    .execute();
            return begun;
        }));
    }

    private static Optional<UploadJob> find(Handle handle, String id) {
        return handle.createQuery("SELECT * FROM " + JOBS + " WHERE id = :id")
                .bind("id", id)
                .map(JOB_LISTING.mapper())
                .findOne();
    }

    private static UploadJob known(Handle handle, String id) {
        return find(handle, id).orElseThrow(() -> AccountException.notFound("upload job", id));
    }

    @Override
    public Optional<UploadJob> job(String id) {
        return storage.read(handle -> find(handle, id));
    }

    @Override
    public Page<UploadJob> jobs(Query query) {
        return storage.read(handle -> JOB_LISTING.page(handle, query));
    }

    @Override
    public UploadJob rename(String id, Optional<String> name, Optional<String> description) {
        return Storage.await(storage.write(handle -> {
            UploadJob job = known(handle, id);
            handle.createUpdate("UPDATE " + JOBS + " SET name = :name, description = :description, updated_at = :now"
                            + " WHERE id = :id")
                    .bind("id", id)
                    .bind("name", FirmwareRows.name(name.orElse(job.name())))
                    .bind("description", FirmwareRows.description(description.orElse(job.description())))
                    .bind("now", StoredTime.of(StoredTime.now(clock)))
                    .execute();
            return known(handle, id);
        }));
    }

    @Override
    public void removeJob(String id) {
        Storage.await(storage.write(handle -> {
            FirmwareRows.delete(handle, JOBS, "upload job", id);
            forgetChunks(handle, id);
            return true;
        }));
    }

    private static void forgetChunks(Handle handle, String job) {
        handle.createUpdate("DELETE FROM " + CHUNKS + " WHERE job_id = :job")
                .bind("job", job)
                .execute();
    }

    @Override
    public Chunk append(String jobId, byte[] content) {
        return Storage.await(storage.write(handle -> {
            UploadJob job = known(handle, jobId);
            if (job.imageId().isPresent()) {
                throw AccountException.conflict("upload_job", "'" + jobId + "' is complete; begin another");
            }
            Chunk chunk =
                    new Chunk(ids.next(), jobId, Fingerprint.sha256(content), content.length, StoredTime.now(clock));
            if (content.length == 0) {
                complete(handle, job);
                return chunk;
            }
            handle.createUpdate("INSERT INTO " + CHUNKS + " (id, job_id, hash, size, content, created_at)"
                            + " VALUES (:id, :job, :hash, :size, :content, :now)")
                    .bind("id", chunk.id())
                    .bind("job", jobId)
                    .bind("hash", chunk.hash())
                    .bind("size", chunk.size())
                    .bind("content", content)
                    .bind("now", StoredTime.of(chunk.createdAt()))
                    .execute();
            if (size(handle, jobId) > LARGEST) {
                throw AccountException.invalid(
                        "datafile", "the pieces together are larger than " + LARGEST + " octets");
            }
            return chunk;
        }));
    }

    private static long size(Handle handle, String job) {
        return handle.createQuery("SELECT coalesce(sum(size), 0) FROM " + CHUNKS + " WHERE job_id = :job")
                .bind("job", job)
                .mapTo(Long.class)
                .one();
    }

    private void complete(Handle handle, UploadJob job) {
        ByteArrayOutputStream whole = new ByteArrayOutputStream();
        handle.createQuery("SELECT content FROM " + CHUNKS + " WHERE job_id = :job ORDER BY created_at, id")
                .bind("job", job.id())
                .map((row, context) -> row.getBytes(1))
                .forEach(whole::writeBytes);
        FirmwareImage image = insert(handle, job.name(), job.description(), whole.toByteArray());
        handle.createUpdate("UPDATE " + JOBS + " SET image_id = :image, updated_at = :now WHERE id = :id")
                .bind("image", image.id())
                .bind("now", StoredTime.of(image.createdAt()))
                .bind("id", job.id())
                .execute();
        forgetChunks(handle, job.id());
    }

    @Override
    public Page<Chunk> chunks(String jobId, Query query) {
        return storage.read(handle -> {
            known(handle, jobId);
            return CHUNK_LISTING.page(handle, query.where("job_id", jobId));
        });
    }
}
