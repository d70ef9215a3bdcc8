package dev.onboard.manifest;

import java.security.cert.X509Certificate;
import java.util.HexFormat;
import java.util.List;

/**
 * What a signed manifest says about one firmware image (RFC 9124, 3). Immutable; the digest is not copied and not to be
 * changed.
 *
 * @param target whose devices may install it
 * @param sequence grows with each release; a device takes no lower one (RFC 9124, 4.3.1)
 * @param version for people, for example {@code 1.2.0}; empty when nothing is said
 * @param digest SHA-256 of the image, 32 octets
 * @param size of the image in octets, exactly
 * @param uri where the image is: {@code #firmware} in the envelope itself, else an address; empty when nothing is said
 * @param successors the update authenticity certificates that count on a device from this image on; empty: as before
 */
public record Manifest(
        UpdateTarget target,
        long sequence,
        String version,
        byte[] digest,
        long size,
        String uri,
        List<X509Certificate> successors) {
    /** The image travels in the envelope under this name. */
    public static final String INTEGRATED = "#firmware";

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
                target, version.sequence(), version.text(), Digests.sha256(image), image.length, INTEGRATED, List.of());
    }

    /** The same with these certificates taking over. */
    public Manifest withSuccessors(List<X509Certificate> certificates) {
        return new Manifest(target, sequence, version, digest, size, uri, certificates);
    }

    /** The digest as 64 lower-case hexadecimal digits. */
    public String digestHex() {
        return HexFormat.of().formatHex(digest);
    }
}
