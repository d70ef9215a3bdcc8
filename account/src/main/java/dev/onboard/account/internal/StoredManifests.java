package dev.onboard.account.internal;

import dev.onboard.account.AccountException;
import dev.onboard.account.FirmwareManifest;
import dev.onboard.account.FirmwareManifests;
import dev.onboard.account.Page;
import dev.onboard.account.Query;
import dev.onboard.account.internal.Listing.Column;
import dev.onboard.manifest.Manifest;
import dev.onboard.manifest.ManifestFormat;
import dev.onboard.manifest.SignedManifest;
import dev.onboard.manifest.UnreadableManifestException;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/** Firmware manifests in the database. */
public final class StoredManifests implements FirmwareManifests {
    private static final String TABLE = "firmware_manifest";
    private static final String COLUMNS = "id, name, description, size, image_digest, image_size, has_image, version,"
            + " sequence, vendor, device_class, format, uri, patch, created_at";
    private static final int LARGEST = 33 * 1024 * 1024;

    private static final Listing<FirmwareManifest> LISTING = new Listing<>(
            "(SELECT " + COLUMNS + " FROM " + TABLE + ") AS manifests",
            "firmware manifest",
            Map.of(
                    "id", Column.text("id"),
                    "name", Column.text("name"),
                    "description", Column.text("description"),
                    "datafile_size", Column.number("size"),
                    "device_class", Column.text("device_class"),
                    "created_at", Column.time("created_at")),
            (row, context) -> manifest(row));

    private final Storage storage;
    private final Ids ids;
    private final InstantSource clock;

    public StoredManifests(Storage storage, Ids ids, InstantSource clock) {
        this.storage = storage;
        this.ids = ids;
        this.clock = clock;
    }

    private static FirmwareManifest manifest(ResultSet row) throws SQLException {
        return new FirmwareManifest(
                row.getString("id"),
                row.getString("name"),
                row.getString("description"),
                row.getLong("size"),
                ManifestFormat.valueOf(row.getString("format")),
                row.getString("image_digest"),
                row.getLong("image_size"),
                row.getBoolean("has_image") ? FirmwareManifest.Image.INTEGRATED : FirmwareManifest.Image.SEPARATE,
                row.getBoolean("patch") ? FirmwareManifest.Payload.DELTA : FirmwareManifest.Payload.FULL,
                row.getString("uri"),
                row.getString("version"),
                row.getLong("sequence"),
                row.getString("vendor"),
                row.getString("device_class"),
                StoredTime.instant(row.getLong("created_at")));
    }

    @Override
    public FirmwareManifest add(String name, String description, byte[] content) {
        if (content.length > LARGEST) {
            throw AccountException.invalid(
                    "datafile", "has " + content.length + " octets; at most " + LARGEST + " fit");
        }
        SignedManifest signed;
        Manifest said;
        try {
            signed = SignedManifest.read(content);
            said = signed.manifest();
        } catch (UnreadableManifestException e) {
            throw AccountException.invalid(
                    "datafile", e.getMessage() + "; " + e.reason().fix());
        }
        FirmwareManifest manifest = new FirmwareManifest(
                ids.next(),
                FirmwareRows.name(name),
                FirmwareRows.description(description),
                content.length,
                signed.format(),
                said.digestHex(),
                said.size(),
                signed.hasImage() ? FirmwareManifest.Image.INTEGRATED : FirmwareManifest.Image.SEPARATE,
                said.delta().isPresent() ? FirmwareManifest.Payload.DELTA : FirmwareManifest.Payload.FULL,
                FirmwareRows.limited("datafile", said.uri(), 2000),
                FirmwareRows.limited("datafile", said.version(), 128),
                said.sequence(),
                said.target().vendor().toString(),
                said.target().deviceClass().toString(),
                StoredTime.now(clock));
        return Storage.await(storage.write(handle -> {
            handle.createUpdate("INSERT INTO " + TABLE + " (" + COLUMNS + ", content) VALUES (:id, :name, :description,"
                            + " :size, :image_digest, :image_size, :has_image, :version, :sequence, :vendor,"
                            + " :device_class, :format, :uri, :patch, :created_at, :content)")
                    .bind("id", manifest.id())
                    .bind("name", manifest.name())
                    .bind("description", manifest.description())
                    .bind("size", manifest.size())
                    .bind("image_digest", manifest.imageDigest())
                    .bind("image_size", manifest.imageSize())
                    .bind("has_image", manifest.image() == FirmwareManifest.Image.INTEGRATED)
                    .bind("version", manifest.version())
                    .bind("sequence", manifest.sequence())
                    .bind("vendor", manifest.vendor())
                    .bind("device_class", manifest.deviceClass())
                    .bind("format", manifest.format().name())
                    .bind("uri", manifest.uri())
                    .bind("patch", manifest.payload() == FirmwareManifest.Payload.DELTA)
                    .bind("created_at", StoredTime.of(manifest.createdAt()))
                    .bind("content", content)
                    .execute();
            return manifest;
        }));
    }

    static Optional<FirmwareManifest> find(Handle handle, String id) {
        return handle.createQuery("SELECT " + COLUMNS + " FROM " + TABLE + " WHERE id = :id")
                .bind("id", id)
                .map(LISTING.mapper())
                .findOne();
    }

    static Optional<byte[]> content(Handle handle, String id) {
        return FirmwareRows.content(handle, TABLE, id);
    }

    @Override
    public Optional<FirmwareManifest> get(String id) {
        return storage.read(handle -> find(handle, id));
    }

    @Override
    public Optional<byte[]> content(String id) {
        return storage.read(handle -> content(handle, id));
    }

    @Override
    public Page<FirmwareManifest> list(Query query) {
        return storage.read(handle -> LISTING.page(handle, query));
    }

    @Override
    public void remove(String id) {
        Storage.await(storage.write(handle -> {
            boolean used = handle.createQuery("SELECT 1 FROM update_campaign WHERE manifest_id = :id"
                            + " AND phase IN ('TIMED', 'AWAITING_APPROVAL', 'STARTING', 'ACTIVE', 'STOPPING') LIMIT 1")
                    .bind("id", id)
                    .mapTo(Integer.class)
                    .findOne()
                    .isPresent();
            if (used) {
                throw AccountException.conflict(
                        "id", "a campaign that is under way brings this manifest; stop it first");
            }
            FirmwareRows.delete(handle, TABLE, "firmware manifest", id);
            return true;
        }));
    }
}
