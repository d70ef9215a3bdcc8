package dev.onboard.manifest;

import dev.onboard.pki.Credential;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** A signed manifest in any of the formats. Immutable and thread-safe. */
public sealed interface SignedManifest permits SuitEnvelope, PlatformManifest, SignedImage {
    /** How it is written. */
    ManifestFormat format();

    /**
     * What it says, whoever signed it.
     *
     * @throws UnreadableManifestException when it cannot be read or is not supported
     */
    Manifest manifest() throws UnreadableManifestException;

    /** Whether the image travels in it. */
    boolean hasImage();

    /**
     * The image, or the patch, that travels in it; empty when there is none.
     *
     * @throws UnreadableManifestException when it is not said which it is
     */
    Optional<byte[]> image() throws UnreadableManifestException;

    /** The octets. */
    byte[] encoded();

    /**
     * Takes it apart, in whatever format it is; nothing in it is verified.
     *
     * @throws UnreadableManifestException when it is in none of them
     */
    static SignedManifest read(byte[] octets) throws UnreadableManifestException {
        if (!isDer(octets)) {
            return SuitEnvelope.read(octets);
        }
        return SignedImage.isCms(octets) ? SignedImage.read(octets) : PlatformManifest.read(octets);
    }

    /**
     * Signs a manifest for this image.
     *
     * @param image as it is to be transferred; it travels in {@link ManifestFormat#CMS} alone, which is nothing without it
     * @throws IllegalArgumentException when the format cannot say what the manifest says, or cannot have these signers; the
     *     message says what
     */
    static SignedManifest sign(ManifestFormat format, Manifest manifest, List<Credential> signers, byte[] image) {
        return switch (format) {
            case SUIT -> SuitEnvelope.sign(manifest, signers);
            case PLATFORM_V1, PLATFORM_V3 -> PlatformManifest.sign(format, manifest, signers);
            case CMS -> SignedImage.sign(manifest, signers, image);
        };
    }

    /**
     * Whether a device may install this: signature, signer, vendor, class, sequence number, precursor, then size and digest of
     * the image, in this order; nothing that a manifest says is used before its signature is verified. The platform's manifests
     * come without their image: it is held against the verdict by {@link ManifestVerdict.Accepted#withImage}.
     *
     * @param octets as received
     * @param trust whose signature counts
     * @param device what the device is and runs
     * @param at the time to judge at
     * @return a verdict for every input; nothing is thrown
     */
    static ManifestVerdict verify(byte[] octets, UpdateTrust trust, Installed device, Instant at) {
        if (!isDer(octets)) {
            return SuitEnvelope.verify(octets, trust, device, at);
        }
        try {
            SignedManifest read = read(octets);
            return read instanceof PlatformManifest platform
                    ? platform.judge(trust, device, at)
                    : ((SignedImage) read).judge(trust, device, at);
        } catch (UnreadableManifestException e) {
            return ManifestVerdict.Refused.of(e.reason(), String.valueOf(e.getMessage()));
        }
    }

    /** In which format these octets seem to be, whether they can be read or not. */
    static ManifestFormat formatOf(byte[] octets) {
        if (!isDer(octets)) {
            return ManifestFormat.SUIT;
        }
        if (SignedImage.isCms(octets)) {
            return ManifestFormat.CMS;
        }
        int content = octets.length > 1 && (octets[1] & 0x80) != 0 ? 2 + (octets[1] & 0x7f) : 2;
        return octets.length > content && octets[content] == 0x30
                ? ManifestFormat.PLATFORM_V1
                : ManifestFormat.PLATFORM_V3;
    }

    private static boolean isDer(byte[] octets) {
        return octets.length > 0 && octets[0] == 0x30;
    }
}
