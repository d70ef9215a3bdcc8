package dev.onboard.manifest;

import java.security.cert.X509Certificate;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/**
 * What a signed manifest says about one firmware image (RFC 9124, 3), in whatever format it is written. Immutable; the digests
 * are not copied and not to be changed.
 *
 * @param target whose devices may install it
 * @param sequence grows with each release; a device takes no lower one (RFC 9124, 4.3.1)
 * @param version for people, for example {@code 1.2.0}; empty when nothing is said
 * @param digest SHA-256 of what is transferred, 32 octets: of the image, or of the patch that makes it
 * @param size of what is transferred in octets, exactly
 * @param uri where the image is: {@code #firmware} in the envelope itself, else an address; empty when nothing is said
 * @param successors the update authenticity certificates that count on a device from this image on; empty: as before
 * @param delta when what is transferred is a patch, what it is for and what it makes; empty for a whole image
 */
public record Manifest(
        UpdateTarget target,
        long sequence,
        String version,
        byte[] digest,
        long size,
        String uri,
        List<X509Certificate> successors,
        Optional<Delta> delta) {
    /** The image travels in the envelope under this name. */
    public static final String INTEGRATED = "#firmware";

    /**
     * A patch in place of an image (RFC 9124, 3.5 and 3.6).
     *
     * @param precursor SHA-256 of the image that it is for
     * @param digest SHA-256 of the image that it makes
     * @param size of that image in octets
     */
    public record Delta(byte[] precursor, byte[] digest, long size) {
        public Delta {
            if (precursor.length != 32 || digest.length != 32 || size < 0) {
                throw new IllegalArgumentException("a patch needs two SHA-256 digests and a size");
            }
        }

        /** A patch that makes one image of another. */
        public static Delta of(byte[] before, byte[] after) {
            return new Delta(Digests.sha256(before), Digests.sha256(after), after.length);
        }
    }

    public Manifest {
        successors = List.copyOf(successors);
        if (digest.length != 32 || size < 0 || sequence < 0) {
            throw new IllegalArgumentException(
                    "a manifest needs a SHA-256 digest, a size and a sequence number from 0 on");
        }
    }

    /** A manifest for this image, which will travel in the envelope. */
    public static Manifest of(UpdateTarget target, FirmwareVersion version, byte[] image) {
        return new Manifest(
                target,
                version.sequence(),
                version.text(),
                Digests.sha256(image),
                image.length,
                INTEGRATED,
                List.of(),
                Optional.empty());
    }

    /** The same with these certificates taking over. */
    public Manifest withSuccessors(List<X509Certificate> certificates) {
        return new Manifest(target, sequence, version, digest, size, uri, certificates, delta);
    }

    /** The same with the image, or the patch, at this address. */
    public Manifest withUri(String address) {
        return new Manifest(target, sequence, version, digest, size, address, successors, delta);
    }

    /** The same for a patch: digest and size are of the patch. */
    public Manifest withDelta(Delta patch) {
        return new Manifest(target, sequence, version, digest, size, uri, successors, Optional.of(patch));
    }

    /** SHA-256 of the image that runs when it is installed. */
    public byte[] installedDigest() {
        return delta.map(Delta::digest).orElse(digest);
    }

    /** For people, and for comparison with what a device says that it runs: the version, or the sequence number where there is none. */
    public String versionText() {
        return version.isEmpty() ? Long.toString(sequence) : version;
    }

    /** The digest as 64 lower-case hexadecimal digits. */
    public String digestHex() {
        return HexFormat.of().formatHex(digest);
    }
}
