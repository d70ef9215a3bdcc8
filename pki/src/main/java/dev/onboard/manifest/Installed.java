package dev.onboard.manifest;

import java.util.Optional;

/**
 * What a device is and what runs on it: against this a manifest is held. Immutable; the digest is not copied.
 *
 * @param target whose firmware it takes
 * @param sequence of the firmware that runs; it takes none that is not above
 * @param digest SHA-256 of the image that runs; empty when the device does not know it, as with the one from its factory
 */
public record Installed(UpdateTarget target, long sequence, Optional<byte[]> digest) {
    /** A device that does not know the digest of its image. */
    public static Installed of(UpdateTarget target, long sequence) {
        return new Installed(target, sequence, Optional.empty());
    }
}
