package dev.onboard.account;

import dev.onboard.manifest.ManifestFormat;
import java.time.Instant;

/**
 * A signed manifest in the account, and what it says. Whoever signed it, the account keeps it: the devices decide.
 *
 * @param size of the document in octets
 * @param format how it is written
 * @param imageDigest SHA-256 of the image, or the patch, that it is for, hexadecimal
 * @param imageSize of that in octets
 * @param image where it is
 * @param payload what it is
 * @param uri where a device fetches it from, as the manifest says; empty when it says nothing
 * @param version for people; may be empty
 * @param sequence grows with each release
 * @param vendor the vendor id, a UUID
 * @param deviceClass the class id, a UUID
 */
public record FirmwareManifest(
        String id,
        String name,
        String description,
        long size,
        ManifestFormat format,
        String imageDigest,
        long imageSize,
        Image image,
        Payload payload,
        String uri,
        String version,
        long sequence,
        String vendor,
        String deviceClass,
        Instant createdAt) {
    /** Where the image of a manifest is. */
    public enum Image {
        /** In the document itself. */
        INTEGRATED,
        /** Among the firmware images. */
        SEPARATE
    }

    /** What devices get. */
    public enum Payload {
        /** The image. */
        FULL,
        /** A patch that makes it of the image that runs. */
        DELTA
    }

    /** The version, or the sequence number where there is none: how a device that runs the firmware names it. */
    public String versionText() {
        return version.isEmpty() ? Long.toString(sequence) : version;
    }
}
