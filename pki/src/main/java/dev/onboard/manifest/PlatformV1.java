package dev.onboard.manifest;

import dev.onboard.manifest.PlatformManifest.Parts;
import dev.onboard.manifest.PlatformManifest.Signature;
import dev.onboard.manifest.internal.Es256;
import dev.onboard.pki.Credential;
import dev.onboard.pki.Fingerprint;
import dev.onboard.pki.internal.Der;
import dev.onboard.pki.internal.DerReader;
import dev.onboard.pki.internal.MalformedDerException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/**
 * The platform's manifest of version 1: {@code SEQUENCE { resource, signature }}. The signatures are ECDSA in DER over the
 * resource's DER, each with the SHA-256 fingerprints of the certificates it may be verified by. The timestamp is the sequence
 * number.
 */
final class PlatformV1 {
    private static final int VERSION = 1;
    private static final int MANIFEST = 0;
    /** Not encrypted, signed on P-256 with SHA-256. */
    private static final int PLAIN = 2;

    private static final int UTF8 = 0x0c;
    private static final int ENUMERATED = 0x0a;
    private static final int SEQUENCE = 0x30;
    private static final int OCTETS = 0x04;

    private PlatformV1() {}

    static byte[] sign(Manifest manifest, List<Credential> signers) {
        byte[] resource = Der.sequence(Der.enumerated(MANIFEST), encode(manifest));
        List<byte[]> blocks = new ArrayList<>();
        for (Credential signer : signers) {
            byte[] certificate = Der.sequence(
                    Der.octets(HexFormat.of().parseHex(Fingerprint.sha256(signer.certificate()))), Der.utf8(""));
            blocks.add(Der.sequence(
                    Der.octets(Es256.der(Es256.sign(signer.privateKey(), resource))), Der.sequence(certificate)));
        }
        return Der.sequence(resource, Der.sequence(Der.octets(Digests.sha256(resource)), Der.sequence(blocks)));
    }

    private static byte[] encode(Manifest manifest) {
        List<byte[]> fields = new ArrayList<>();
        fields.add(Der.enumerated(VERSION));
        fields.add(Der.integer(manifest.sequence()));
        fields.add(Der.octets(UpdateTarget.octets(manifest.target().vendor())));
        fields.add(Der.octets(UpdateTarget.octets(manifest.target().deviceClass())));
        fields.add(Der.octets(new byte[0])); // for every device
        fields.add(Der.octets(new byte[0])); // no nonce
        fields.add(Der.octets(new byte[0])); // nothing from the vendor
        manifest.delta().ifPresent(delta -> fields.add(Der.octets(delta.precursor())));
        fields.add(Der.bool(true)); // apply at once
        fields.add(Der.enumerated(PLAIN));
        fields.add(Der.sequence()); // no aliases
        fields.add(Der.sequence()); // no dependencies
        fields.add(payload(manifest));
        return Der.sequence(fields);
    }

    private static byte[] payload(Manifest manifest) {
        List<byte[]> fields = new ArrayList<>();
        fields.add(Der.enumerated(manifest.delta().isPresent() ? PlatformManifest.PATCH : PlatformManifest.RAW));
        fields.add(Der.utf8("default"));
        fields.add(Der.sequence(Der.octets(manifest.digest()), Der.utf8(manifest.uri()), Der.integer(manifest.size())));
        manifest.delta().ifPresent(delta -> {
            fields.add(Der.integer(delta.size()));
            fields.add(Der.octets(delta.digest()));
        });
        if (!manifest.version().isEmpty()) {
            fields.add(Der.utf8(manifest.version()));
        }
        return Der.sequence(fields);
    }

    static Parts read(DerReader in) throws MalformedDerException, UnreadableManifestException {
        byte[] resource = in.element();
        DerReader signature = in.sequence();
        in.end("the manifest");
        byte[] hash = PlatformManifest.digest(signature.octets(), "a digest of the manifest");
        List<Signature> signatures = signatures(signature.sequence());
        if (signature.hasNext()) {
            throw unsupported("the manifest is authenticated by a shared key as well");
        }
        DerReader content = DerReader.of(resource).sequence();
        if (content.isNext(UTF8)) {
            content.next(); // where it is from
        }
        int type = content.enter(ENUMERATED).smallIntegerContent();
        if (type != MANIFEST) {
            throw unsupported("the resource has type " + type + "; a manifest has 0");
        }
        Manifest manifest = content(content.sequence());
        content.end("the resource");
        return new Parts(resource, Optional.of(hash), signatures, manifest, Optional.empty());
    }

    private static List<Signature> signatures(DerReader in) throws MalformedDerException {
        List<Signature> all = new ArrayList<>();
        while (in.hasNext()) {
            DerReader block = in.sequence();
            byte[] raw = Es256.ofDer(block.octets())
                    .orElseThrow(() -> new MalformedDerException("a signature that is not ECDSA on P-256"));
            DerReader certificates = block.sequence();
            block.end("a signature");
            while (certificates.hasNext()) {
                DerReader certificate = certificates.sequence();
                byte[] fingerprint = PlatformManifest.digest(certificate.octets(), "a fingerprint");
                PlatformManifest.text(certificate);
                certificate.end("a certificate's reference");
                all.add(new Signature(Optional.of(HexFormat.of().formatHex(fingerprint)), raw));
            }
        }
        return all;
    }

    private static Manifest content(DerReader in) throws MalformedDerException, UnreadableManifestException {
        int version = in.enter(ENUMERATED).smallIntegerContent();
        if (version != VERSION) {
            throw unsupported("the manifest has version " + version + "; this device knows 1 and 3");
        }
        if (in.isNext(UTF8)) {
            in.next(); // a description
        }
        long timestamp = PlatformManifest.number(in, "a timestamp");
        UpdateTarget target = new UpdateTarget(
                PlatformManifest.id(in.octets(), "a vendor id"), PlatformManifest.id(in.octets(), "a class id"));
        if (in.octets().length > 0) {
            throw unsupported("the manifest is for one device alone, by its GUID");
        }
        in.octets(); // a nonce
        in.octets(); // the vendor's own data
        Optional<byte[]> precursor = in.isNext(OCTETS)
                ? Optional.of(PlatformManifest.digest(in.octets(), "a precursor's digest"))
                : Optional.empty();
        if (in.isNext(SEQUENCE)) {
            throw unsupported("the manifest is to be applied in a period of time");
        }
        in.bool();
        if (in.isNext(0x02)) {
            in.next(); // a priority
        }
        if (!in.isNext(ENUMERATED) || in.enter(ENUMERATED).smallIntegerContent() != PLAIN) {
            throw unsupported("the manifest has another encryption mode than 2, a plain image signed on P-256");
        }
        DerReader aliases = in.sequence();
        DerReader dependencies = in.sequence();
        if (aliases.hasNext() || dependencies.hasNext()) {
            throw unsupported("the manifest has aliases, or depends on others");
        }
        if (!in.hasNext()) {
            throw unsupported("the manifest describes no image");
        }
        Manifest manifest = payload(in.sequence(), target, timestamp, precursor);
        in.end("the manifest");
        return manifest;
    }

    private static Manifest payload(DerReader in, UpdateTarget target, long timestamp, Optional<byte[]> precursor)
            throws MalformedDerException, UnreadableManifestException {
        if (!in.isNext(ENUMERATED)) {
            throw PlatformManifest.unsupported(
                    ManifestReason.UNSUPPORTED_PAYLOAD, "the image has a format that an object identifier names");
        }
        int format = in.enter(ENUMERATED).smallIntegerContent();
        if (in.isNext(SEQUENCE)) {
            throw PlatformManifest.unsupported(ManifestReason.UNSUPPORTED_PAYLOAD, "the image is encrypted");
        }
        PlatformManifest.text(in); // where to keep it
        DerReader reference = in.sequence();
        byte[] digest = PlatformManifest.digest(reference.octets(), "a digest");
        String uri = reference.isNext(UTF8) ? PlatformManifest.text(reference) : "";
        long size = PlatformManifest.number(reference, "a size");
        reference.end("the image's reference");
        Optional<Manifest.Delta> delta = Optional.empty();
        if (precursor.isPresent()) {
            long made = PlatformManifest.number(in, "a size");
            byte[] of = PlatformManifest.digest(in.octets(), "a digest");
            delta = Optional.of(new Manifest.Delta(precursor.get(), of, made));
        }
        String version = in.isNext(UTF8) ? PlatformManifest.text(in) : "";
        in.end("the image's description");
        PlatformManifest.payload(format, delta);
        return new Manifest(target, timestamp, version, digest, size, uri, List.of(), delta);
    }

    private static UnreadableManifestException unsupported(String detail) {
        return PlatformManifest.unsupported(ManifestReason.UNSUPPORTED, detail);
    }
}
