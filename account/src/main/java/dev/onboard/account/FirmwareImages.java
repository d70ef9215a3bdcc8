package dev.onboard.account;

import java.time.Instant;
import java.util.Optional;

/** Firmware images, and the jobs by which large ones are uploaded in pieces. Thread-safe. */
public interface FirmwareImages {
    /** No image is larger: 32 MB. */
    int LARGEST = 32 * 1024 * 1024;

    /**
     * An upload in pieces.
     *
     * @param imageId the image, once the upload is complete
     */
    record UploadJob(
            String id,
            String name,
            String description,
            Optional<String> imageId,
            Instant createdAt,
            Instant updatedAt) {}

    /** A piece of an upload; its hash is SHA-256 in hexadecimal. */
    record Chunk(String id, String jobId, String hash, long size, Instant createdAt) {}

    /**
     * Keeps an image.
     *
     * @throws AccountException when it is empty or larger than {@link #LARGEST}
     */
    FirmwareImage add(String name, String description, byte[] content);

    /** The image with this id. */
    Optional<FirmwareImage> get(String id);

    /** The octets of the image with this id. */
    Optional<byte[]> content(String id);

    /** A page of the images. Fields: {@code id}, {@code name}, {@code description}, {@code datafile_checksum}, {@code datafile_size}, {@code created_at}. */
    Page<FirmwareImage> list(Query query);

    /** Forgets an image; throws {@link AccountException} when there is none with this id. */
    void remove(String id);

    /** Begins an upload in pieces. */
    UploadJob begin(String name, String description);

    /** The upload with this id. */
    Optional<UploadJob> job(String id);

    /** A page of the uploads. */
    Page<UploadJob> jobs(Query query);

    /** Renames an upload that is not complete. */
    UploadJob rename(String id, Optional<String> name, Optional<String> description);

    /** Forgets an upload and its pieces; an image that it made stays. */
    void removeJob(String id);

    /** Adds the next piece; an empty one completes the upload. */
    Chunk append(String jobId, byte[] content);

    /** A page of the pieces of an upload. */
    Page<Chunk> chunks(String jobId, Query query);
}
