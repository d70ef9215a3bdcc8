package dev.onboard.account;

import java.util.Optional;

/** Signed firmware manifests. Thread-safe. */
public interface FirmwareManifests {
    /**
     * Keeps a manifest: a SUIT envelope with its image in it or without, one of the platform's, or an image in CMS.
     *
     * @throws AccountException when it cannot be read; who signed it is the devices' business
     */
    FirmwareManifest add(String name, String description, byte[] content);

    /** The manifest with this id. */
    Optional<FirmwareManifest> get(String id);

    /** The octets of the manifest with this id. */
    Optional<byte[]> content(String id);

    /** A page of the manifests. Fields: {@code id}, {@code name}, {@code description}, {@code datafile_size}, {@code created_at}. */
    Page<FirmwareManifest> list(Query query);

    /**
     * Forgets a manifest.
     *
     * @throws AccountException when there is none with this id, or a campaign that is under way brings it
     */
    void remove(String id);
}
