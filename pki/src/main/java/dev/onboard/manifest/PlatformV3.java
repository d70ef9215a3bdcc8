package dev.onboard.manifest;

import dev.onboard.manifest.PlatformManifest.Parts;
import dev.onboard.manifest.PlatformManifest.Signature;
import dev.onboard.manifest.internal.Es256;
import dev.onboard.pki.Credential;
import dev.onboard.pki.internal.Der;
import dev.onboard.pki.internal.DerReader;
import dev.onboard.pki.internal.MalformedDerException;
import java.util.List;
import java.util.Optional;

/**
 * The platform's manifest of version 3: {@code SEQUENCE { ENUMERATED 3, manifest SEQUENCE, signature OCTET STRING }}, the
 * signature being r and s over the manifest's DER.
 */
final class PlatformV3 {
    private static final int VERSION = 3;
    private static final String COMPONENT = "MAIN";

    private PlatformV3() {}

    static byte[] sign(Manifest manifest, Credential signer) {
        byte[] signed = encode(manifest);
        return Der.sequence(Der.enumerated(VERSION), signed, Der.octets(Es256.sign(signer.privateKey(), signed)));
    }

    private static byte[] encode(Manifest manifest) {
        String version = FirmwareVersion.of(manifest.version())
                .filter(parsed -> parsed.sequence() == manifest.sequence())
                .orElseThrow(() -> new IllegalArgumentException("a manifest of version 3 names its firmware by three"
                        + " numbers such as 1.2.0, and '" + manifest.version() + "' with sequence number "
                        + manifest.sequence() + " is not that"))
                .text();
        byte[] metadata = manifest.delta()
                .map(delta -> Der.sequence(
                        Der.integer(delta.size()), Der.octets(delta.digest()), Der.octets(delta.precursor())))
                .orElse(new byte[0]);
        return Der.tlv(
                0x30,
                Der.octets(UpdateTarget.octets(manifest.target().vendor())),
                Der.octets(UpdateTarget.octets(manifest.target().deviceClass())),
                Der.integer(0),
                Der.utf8(COMPONENT),
                Der.utf8(version),
                Der.octets(manifest.digest()),
                Der.integer(manifest.size()),
                Der.utf8(manifest.uri()),
                Der.enumerated(manifest.delta().isPresent() ? PlatformManifest.PATCH : PlatformManifest.RAW),
                Der.octets(new byte[0]), // no signature on the image
                metadata);
    }

    static Parts read(DerReader in) throws MalformedDerException, UnreadableManifestException {
        int version = in.enter(0x0a).smallIntegerContent();
        if (version != VERSION) {
            throw PlatformManifest.unsupported(
                    ManifestReason.UNSUPPORTED, "the manifest has version " + version + "; this device knows 1 and 3");
        }
        byte[] signed = in.element();
        byte[] signature = in.octets();
        in.end("the manifest");
        List<Signature> signatures =
                signature.length == 0 ? List.of() : List.of(new Signature(Optional.empty(), signature));
        return content(DerReader.of(signed).sequence(), signed, signatures);
    }

    private static Parts content(DerReader in, byte[] signed, List<Signature> signatures)
            throws MalformedDerException, UnreadableManifestException {
        UpdateTarget target = new UpdateTarget(
                PlatformManifest.id(in.octets(), "a vendor id"), PlatformManifest.id(in.octets(), "a class id"));
        PlatformManifest.number(in, "a priority");
        String component = PlatformManifest.text(in);
        String version = PlatformManifest.text(in);
        byte[] digest = PlatformManifest.digest(in.octets(), "a digest");
        long size = PlatformManifest.number(in, "a size");
        String uri = PlatformManifest.text(in);
        int payload = in.enter(0x0a).smallIntegerContent();
        byte[] ofImage = in.isNext(0x04) ? in.octets() : new byte[0];
        Optional<Manifest.Delta> delta = in.isNext(0x30) ? Optional.of(delta(in.sequence())) : Optional.empty();
        if (in.isNext(0x04)) {
            in.octets(); // the vendor's own data
        }
        in.end("the manifest");
        if (!component.equals(COMPONENT)) {
            throw PlatformManifest.unsupported(
                    ManifestReason.WRONG_COMPONENT,
                    "the manifest is for the component '" + component + "'; this device has " + COMPONENT);
        }
        FirmwareVersion parsed = FirmwareVersion.of(version)
                .orElseThrow(() -> PlatformManifest.unsupported(
                        ManifestReason.MALFORMED,
                        "the manifest has the version '" + version + "', which is not three numbers from 0 to 999"));
        PlatformManifest.payload(payload, delta);
        return new Parts(
                signed,
                Optional.empty(),
                signatures,
                new Manifest(target, parsed.sequence(), parsed.text(), digest, size, uri, List.of(), delta),
                ofImage.length == 0 ? Optional.empty() : Optional.of(ofImage));
    }

    private static Manifest.Delta delta(DerReader in) throws MalformedDerException, UnreadableManifestException {
        long size = PlatformManifest.number(in, "a size");
        byte[] digest = PlatformManifest.digest(in.octets(), "a digest");
        if (!in.hasNext()) {
            throw PlatformManifest.unsupported(
                    ManifestReason.UNSUPPORTED_PAYLOAD,
                    "the manifest names no image that a patch would be for; encrypted images are not known here");
        }
        byte[] precursor = PlatformManifest.digest(in.octets(), "a precursor's digest");
        in.end("the metadata of a patch");
        return new Manifest.Delta(precursor, digest, size);
    }
}
