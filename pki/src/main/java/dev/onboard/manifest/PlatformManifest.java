package dev.onboard.manifest;

import dev.onboard.manifest.internal.Es256;
import dev.onboard.pki.Credential;
import dev.onboard.pki.Fingerprint;
import dev.onboard.pki.SubjectName;
import dev.onboard.pki.Verdict;
import dev.onboard.pki.internal.DerReader;
import dev.onboard.pki.internal.MalformedDerException;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * A manifest of the platform, of version 1 or 3: ASN.1 DER, signed by ECDSA on P-256. It travels without its image and says
 * where that is. It carries no certificate: a device takes the key of the update authenticity certificate that it has, which a
 * manifest of version 1 names by its fingerprint. Immutable and thread-safe.
 */
public final class PlatformManifest implements SignedManifest {
    static final int RAW = 1;
    static final int PATCH = 5;

    private final ManifestFormat format;
    private final byte[] octets;
    private final Parts parts;

    /**
     * A signature.
     *
     * @param fingerprint of the certificate whose key made it, SHA-256 in hexadecimal; empty when that is not said
     * @param raw r and s
     */
    record Signature(Optional<String> fingerprint, byte[] raw) {}

    /**
     * What a codec read.
     *
     * @param signed the octets that are signed
     * @param hash of them, as the manifest has it; empty when it has none
     * @param imageSignature over the digest of the image; empty when there is none
     */
    record Parts(
            byte[] signed,
            Optional<byte[]> hash,
            List<Signature> signatures,
            Manifest manifest,
            Optional<byte[]> imageSignature) {}

    private PlatformManifest(ManifestFormat format, byte[] octets, Parts parts) {
        this.format = format;
        this.octets = octets;
        this.parts = parts;
    }

    /**
     * Signs a manifest in one of the platform's formats. Version 1 can have several signers, version 3 one.
     *
     * @throws IllegalArgumentException when the format cannot say what the manifest says, or cannot have these signers
     */
    public static PlatformManifest sign(ManifestFormat format, Manifest manifest, List<Credential> signers) {
        if (signers.isEmpty()) {
            throw new IllegalArgumentException("a manifest without a signer is good for nothing");
        }
        if (!manifest.successors().isEmpty()) {
            throw new IllegalArgumentException(
                    "a manifest of the platform cannot bring update authenticity certificates;" + " SUIT can");
        }
        if (manifest.uri().length() > 255) {
            throw new IllegalArgumentException("the address of the image has "
                    + manifest.uri().length() + " characters; the platform's devices take at most 255");
        }
        for (Credential signer : signers) {
            if (!Es256.fits(signer.certificate().getPublicKey())) {
                throw new IllegalArgumentException("the key of " + SubjectName.text(signer.certificate())
                        + " is not on P-256; the platform's manifests are signed by ECDSA on P-256");
            }
        }
        byte[] octets =
                format == ManifestFormat.PLATFORM_V1 ? PlatformV1.sign(manifest, signers) : v3(manifest, signers);
        try {
            return read(octets);
        } catch (UnreadableManifestException e) {
            throw new IllegalStateException("a manifest that was written cannot be read", e);
        }
    }

    private static byte[] v3(Manifest manifest, List<Credential> signers) {
        if (signers.size() > 1) {
            throw new IllegalArgumentException(
                    "a manifest of version 3 has one signature; sign one for each update authenticity certificate");
        }
        return PlatformV3.sign(manifest, signers.get(0));
    }

    /**
     * Takes a manifest apart; nothing in it is verified.
     *
     * @throws UnreadableManifestException when it is none of the platform's, or not supported
     */
    public static PlatformManifest read(byte[] octets) throws UnreadableManifestException {
        try {
            DerReader all = DerReader.of(octets);
            DerReader in = all.sequence();
            all.end("the manifest");
            return in.isNext(0x0a)
                    ? new PlatformManifest(ManifestFormat.PLATFORM_V3, octets, PlatformV3.read(in))
                    : new PlatformManifest(ManifestFormat.PLATFORM_V1, octets, PlatformV1.read(in));
        } catch (MalformedDerException e) {
            throw new UnreadableManifestException(e);
        }
    }

    @Override
    public ManifestFormat format() {
        return format;
    }

    @Override
    public Manifest manifest() {
        return parts.manifest();
    }

    @Override
    public boolean hasImage() {
        return false;
    }

    @Override
    public Optional<byte[]> image() {
        return Optional.empty();
    }

    @Override
    public byte[] encoded() {
        return octets.clone();
    }

    /** See {@link SignedManifest#verify}; of the manifest alone. */
    ManifestVerdict judge(UpdateTrust trust, Installed device, Instant at) {
        if (parts.hash().isPresent() && !Arrays.equals(parts.hash().get(), Digests.sha256(parts.signed()))) {
            return ManifestVerdict.Refused.of(
                    ManifestReason.MANIFEST_CHANGED, "the manifest has another digest than the one that was signed");
        }
        ManifestVerdict verdict = signer(trust, at);
        if (verdict instanceof ManifestVerdict.Accepted accepted) {
            return Decision.content(parts.manifest(), device)
                    .<ManifestVerdict>map(r -> r)
                    .orElse(accepted);
        }
        return verdict;
    }

    private ManifestVerdict signer(UpdateTrust trust, Instant at) {
        List<X509Certificate> named = new ArrayList<>();
        for (X509Certificate certificate : trust.authenticity()) {
            for (Signature signature : parts.signatures()) {
                if (isOf(signature, certificate)) {
                    named.add(certificate);
                    if (Es256.verifies(certificate.getPublicKey(), parts.signed(), signature.raw())) {
                        return trusted(certificate, trust, at);
                    }
                }
            }
        }
        if (parts.signatures().isEmpty()) {
            return ManifestVerdict.Refused.of(ManifestReason.NOT_SIGNED, "the manifest has no signature");
        }
        if (named.isEmpty()) {
            return ManifestVerdict.Refused.signer(
                    UpdateTrust.unknown("no update authenticity certificate of this device has its fingerprint"),
                    "the one with the certificate "
                            + parts.signatures().get(0).fingerprint().orElse("that is not named"));
        }
        return ManifestVerdict.Refused.of(
                ManifestReason.BAD_SIGNATURE,
                "the signature on the manifest was not made by the key of '" + SubjectName.text(named.get(0))
                        + "', this device's update authenticity certificate");
    }

    private static boolean isOf(Signature signature, X509Certificate certificate) {
        return signature.fingerprint().isEmpty()
                || signature.fingerprint().get().equals(Fingerprint.sha256(certificate));
    }

    private ManifestVerdict trusted(X509Certificate certificate, UpdateTrust trust, Instant at) {
        Verdict verdict = trust.judge(List.of(UpdateTrust.encoded(certificate)), at);
        if (verdict instanceof Verdict.Refused refused) {
            return ManifestVerdict.Refused.signer(refused, "'" + SubjectName.text(certificate) + "'");
        }
        if (parts.imageSignature().isPresent()
                && !Es256.verifiesDigest(
                        certificate.getPublicKey(),
                        parts.manifest().installedDigest(),
                        parts.imageSignature().get())) {
            return ManifestVerdict.Refused.of(
                    ManifestReason.BAD_SIGNATURE,
                    "the signature on the image was not made by the key of '" + SubjectName.text(certificate) + "'");
        }
        return new ManifestVerdict.Accepted(parts.manifest(), certificate, verdict.findings());
    }

    /** The id in these 16 octets. */
    static UUID id(byte[] octets, String what) throws MalformedDerException {
        if (octets.length != 16) {
            throw new MalformedDerException(what + " of " + octets.length + " octets instead of 16");
        }
        ByteBuffer buffer = ByteBuffer.wrap(octets);
        return new UUID(buffer.getLong(), buffer.getLong());
    }

    static byte[] digest(byte[] octets, String what) throws MalformedDerException {
        if (octets.length != 32) {
            throw new MalformedDerException(what + " of " + octets.length + " octets instead of the 32 of SHA-256");
        }
        return octets;
    }

    /** A number from 0 to 2^63 − 1. */
    static long number(DerReader in, String what) throws MalformedDerException {
        BigInteger value = in.integer();
        if (value.signum() < 0 || value.bitLength() > 63) {
            throw new MalformedDerException(what + " " + value + " that is negative or too large");
        }
        return value.longValue();
    }

    static String text(DerReader in) throws MalformedDerException {
        return in.enter(0x0c).text(StandardCharsets.UTF_8);
    }

    /** Whether what is transferred is an image as it is, or a patch that is described. */
    static void payload(int format, Optional<Manifest.Delta> delta) throws UnreadableManifestException {
        if (format != (delta.isPresent() ? PATCH : RAW)) {
            throw unsupported(
                    ManifestReason.UNSUPPORTED_PAYLOAD,
                    "the manifest has payload format " + format
                            + (delta.isPresent() ? " with" : " without")
                            + " the metadata of a patch; this device knows 1, an image, and 5, a patch with its metadata");
        }
    }

    static UnreadableManifestException unsupported(ManifestReason reason, String detail) {
        return new UnreadableManifestException(reason, detail);
    }
}
