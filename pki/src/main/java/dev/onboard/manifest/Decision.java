package dev.onboard.manifest;

import dev.onboard.manifest.ManifestVerdict.Refused;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Optional;

/** What a device makes of what a manifest says, whatever its format: after the signature, and before anything else. */
final class Decision {
    private Decision() {}

    /** Whether this device may take it: vendor, class, sequence number and precursor, in this order. */
    static Optional<Refused> content(Manifest said, Installed device) {
        UpdateTarget target = device.target();
        if (!said.target().vendor().equals(target.vendor())) {
            return refused(
                    ManifestReason.WRONG_VENDOR,
                    "the manifest is for vendor " + said.target().vendor() + "; this device is of " + target.vendor());
        }
        if (!said.target().deviceClass().equals(target.deviceClass())) {
            return refused(
                    ManifestReason.WRONG_CLASS,
                    "the manifest is for class " + said.target().deviceClass() + "; this device is of "
                            + target.deviceClass());
        }
        if (said.sequence() <= device.sequence()) {
            return refused(
                    ManifestReason.ROLLBACK,
                    "the manifest has sequence number " + said.sequence() + "; the installed firmware has "
                            + device.sequence());
        }
        return said.delta().flatMap(delta -> precursor(delta, device));
    }

    private static Optional<Refused> precursor(Manifest.Delta delta, Installed device) {
        String wanted = HexFormat.of().formatHex(delta.precursor());
        if (device.digest().isEmpty()) {
            return refused(
                    ManifestReason.WRONG_PRECURSOR,
                    "the patch is for the image " + wanted + "; this device does not know what it runs");
        }
        return MessageDigest.isEqual(device.digest().get(), delta.precursor())
                ? Optional.empty()
                : refused(
                        ManifestReason.WRONG_PRECURSOR,
                        "the patch is for the image " + wanted + "; the one that runs is "
                                + HexFormat.of().formatHex(device.digest().get()));
    }

    /** Whether what was transferred is what the manifest was made for: size and digest. */
    static Optional<Refused> payload(Manifest said, byte[] transferred) {
        return exact(said.delta().isPresent() ? "patch" : "image", transferred, said.size(), said.digest());
    }

    /** Whether what a patch made is what it was to make. */
    static Optional<Refused> made(Manifest.Delta delta, byte[] image) {
        return exact("image that the patch makes", image, delta.size(), delta.digest());
    }

    private static Optional<Refused> exact(String what, byte[] octets, long size, byte[] digest) {
        if (octets.length != size) {
            return refused(
                    ManifestReason.WRONG_SIZE,
                    "the " + what + " has " + octets.length + " octets; the manifest says " + size);
        }
        return MessageDigest.isEqual(Digests.sha256(octets), digest)
                ? Optional.empty()
                : refused(ManifestReason.WRONG_DIGEST, "the " + what + " has another digest than the manifest says");
    }

    static Optional<Refused> refused(ManifestReason reason, String detail) {
        return Optional.of(Refused.of(reason, detail));
    }
}
