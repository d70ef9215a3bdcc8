package dev.onboard.account;

import java.time.Instant;

/**
 * A signed manifest in the account, and what it says. Whoever signed it, the account keeps it: the devices decide.
 *
 * @param size of the document in octets
 * @param imageDigest SHA-256 of the image it is for, hexadecimal
 * @param imageSize of that image in octets
 * @param image where the image is
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
        String imageDigest,
        long imageSize,
        Image image,
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
}
