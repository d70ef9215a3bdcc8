package dev.onboard.device.internal;

import dev.onboard.factory.DeviceBundle;
import dev.onboard.factory.DeviceIdentity;
import dev.onboard.manifest.Installed;
import dev.onboard.manifest.Manifest;
import dev.onboard.manifest.ManifestReason;
import dev.onboard.manifest.ManifestVerdict;
import dev.onboard.manifest.ManifestVerdict.Accepted;
import dev.onboard.manifest.ManifestVerdict.Refused;
import dev.onboard.manifest.Patch;
import dev.onboard.manifest.SignedManifest;
import dev.onboard.manifest.UnreadableManifestException;
import dev.onboard.manifest.UpdateTarget;
import dev.onboard.manifest.UpdateTrust;
import java.io.IOException;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/**
 * What a device makes of firmware: of a package of object 5, or of a manifest of object 10252 and of what was fetched for it. It
 * is one decision in all formats ({@link SignedManifest#verify}). Blocks: it reads what the device keeps.
 */
final class FirmwareCheck {
    private final DeviceBundle bundle;
    private final UpdateTrust.Expiry expiry;
    private final InstantSource clock;
    private final FirmwareStore store;

    /**
     * A verdict, and the image that would run.
     *
     * @param image empty when the verdict is a refusal
     */
    record Checked(ManifestVerdict verdict, byte[] image) {
        static Checked refused(Refused refused) {
            return new Checked(refused, new byte[0]);
        }
    }

    FirmwareCheck(DeviceBundle bundle, UpdateTrust.Expiry expiry, InstantSource clock, FirmwareStore store) {
        this.bundle = bundle;
        this.expiry = expiry;
        this.clock = clock;
        this.store = store;
    }

    private ManifestVerdict verify(FirmwareState now, byte[] octets) throws IOException {
        List<X509Certificate> authenticity =
                now.successors().isEmpty() ? List.of(bundle.updateAuthenticity()) : now.successors();
        DeviceIdentity identity = bundle.identity();
        return SignedManifest.verify(
                octets,
                UpdateTrust.of(authenticity, expiry, store.revocationLists()),
                new Installed(
                        UpdateTarget.of(identity.manufacturer(), identity.model()),
                        now.sequence(),
                        now.image().isEmpty()
                                ? Optional.empty()
                                : Optional.of(HexFormat.of().parseHex(now.image()))),
                clock.instant());
    }

    /** Of a package with its image in it. */
    Checked packaged(FirmwareState now, byte[] octets) throws IOException {
        ManifestVerdict verdict = verify(now, octets);
        if (!(verdict instanceof Accepted accepted)) {
            return Checked.refused((Refused) verdict);
        }
        Optional<byte[]> image;
        try {
            image = SignedManifest.read(octets).image();
        } catch (UnreadableManifestException e) {
            throw new IllegalStateException("what was verified cannot be read", e);
        }
        return image.isPresent()
                ? made(accepted, image.get())
                : refused(
                        ManifestReason.PAYLOAD_MISSING,
                        "the manifest comes without its image; the platform's manifests are for object 10252");
    }

    /** Of a manifest alone. */
    ManifestVerdict manifest(FirmwareState now, byte[] octets) throws IOException {
        return SignedManifest.formatOf(octets).isPlatform()
                ? verify(now, octets)
                : refused(
                                ManifestReason.UNSUPPORTED,
                                "object 10252 takes the platform's manifests; packages are for object 5")
                        .verdict();
    }

    /** Of a manifest with what was fetched for it. */
    Checked fetched(FirmwareState now, byte[] manifest, byte[] payload) throws IOException {
        ManifestVerdict verdict = manifest(now, manifest);
        ManifestVerdict whole = verdict instanceof Accepted accepted ? accepted.withImage(payload) : verdict;
        return whole instanceof Accepted accepted ? made(accepted, payload) : Checked.refused((Refused) whole);
    }

    /** The image that what was transferred is, or makes. */
    private Checked made(Accepted accepted, byte[] transferred) throws IOException {
        Manifest manifest = accepted.manifest();
        if (manifest.delta().isEmpty()) {
            return new Checked(accepted, transferred);
        }
        Optional<byte[]> before = store.readRunning();
        if (before.isEmpty()) {
            return refused(ManifestReason.WRONG_PRECURSOR, "the image that the patch is for is not there any more");
        }
        try {
            byte[] image = Patch.apply(before.get(), transferred);
            ManifestVerdict verdict = accepted.withPatched(image);
            return verdict instanceof Refused refused ? Checked.refused(refused) : new Checked(accepted, image);
        } catch (UnreadableManifestException e) {
            return refused(e.reason(), String.valueOf(e.getMessage()));
        }
    }

    private static Checked refused(ManifestReason reason, String detail) {
        return Checked.refused(new Refused(reason.id(), Optional.of(reason), detail, reason.fix()));
    }
}
