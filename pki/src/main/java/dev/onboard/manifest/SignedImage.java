package dev.onboard.manifest;

import dev.onboard.manifest.internal.Es256;
import dev.onboard.pki.Credential;
import dev.onboard.pki.SubjectName;
import dev.onboard.pki.Verdict;
import dev.onboard.pki.internal.Certificates;
import dev.onboard.pki.internal.Der;
import dev.onboard.pki.internal.DerReader;
import dev.onboard.pki.internal.MalformedDerException;
import dev.onboard.pki.internal.SignedContent;
import java.math.BigInteger;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * An image in CMS SignedData, as RFC 4108 protects firmware: what a manifest would say is in the signed attributes. The firmware
 * package identifier is the vendor id with the sequence number, the target hardware is the class id, both as object identifiers
 * under 2.25 (ITU-T X.667). Immutable and thread-safe.
 */
public final class SignedImage implements SignedManifest {
    /** RFC 4108, 2.1.1: the content is a firmware package. */
    private static final String FIRMWARE_PACKAGE = "1.2.840.113549.1.9.16.1.16";
    /** RFC 4108, 2.2.3. */
    private static final String PACKAGE_ID = "1.2.840.113549.1.9.16.2.35";
    /** RFC 4108, 2.2.4. */
    private static final String TARGET_HARDWARE = "1.2.840.113549.1.9.16.2.36";
    /** 2.25, of UUIDs, as the first octet of an object identifier. */
    private static final int UUID_ARC = 2 * 40 + 25;

    private static final byte[] SIGNED_DATA = Der.oid(SignedContent.SIGNED_DATA);

    private final byte[] octets;
    private final SignedContent read;

    private SignedImage(byte[] octets, SignedContent read) {
        this.octets = octets;
        this.read = read;
    }

    /**
     * Signs an image.
     *
     * @throws IllegalArgumentException when the manifest says what cannot be said here, or a key is not on P-256
     */
    public static SignedImage sign(Manifest manifest, List<Credential> signers, byte[] image) {
        if (signers.isEmpty()) {
            throw new IllegalArgumentException("an image without a signer is good for nothing");
        }
        if (!manifest.successors().isEmpty() || manifest.delta().isPresent()) {
            throw new IllegalArgumentException(
                    "CMS carries whole images alone, and no update authenticity certificates; SUIT does");
        }
        for (Credential signer : signers) {
            if (!Es256.fits(signer.certificate().getPublicKey())) {
                throw new IllegalArgumentException(
                        "the key of " + SubjectName.text(signer.certificate()) + " is not on P-256");
            }
        }
        Map<String, byte[]> attributes = new LinkedHashMap<>();
        attributes.put(
                PACKAGE_ID,
                Der.sequence(Der.sequence(oid(manifest.target().vendor()), Der.integer(manifest.sequence()))));
        attributes.put(TARGET_HARDWARE, Der.sequence(oid(manifest.target().deviceClass())));
        byte[] octets = SignedContent.sign(FIRMWARE_PACKAGE, image, attributes, signers);
        return new SignedImage(octets, SignedContent.read(octets));
    }

    private static byte[] oid(UUID id) {
        return Der.oid("2.25." + new BigInteger(1, UpdateTarget.octets(id)));
    }

    /** Whether these octets begin as CMS SignedData does. */
    static boolean isCms(byte[] octets) {
        int length = octets.length > 1 && (octets[1] & 0x80) != 0 ? 2 + (octets[1] & 0x7f) : 2;
        for (int i = 0; i < SIGNED_DATA.length; i++) {
            if (length + i >= octets.length || octets[length + i] != SIGNED_DATA[i]) {
                return false;
            }
        }
        return true;
    }

    /**
     * Takes one apart.
     *
     * @throws UnreadableManifestException when it is not CMS SignedData with its content
     */
    public static SignedImage read(byte[] octets) throws UnreadableManifestException {
        try {
            return new SignedImage(octets, SignedContent.read(octets));
        } catch (IllegalArgumentException e) {
            throw new UnreadableManifestException(
                    ManifestReason.MALFORMED, "the package is not CMS SignedData with its content: " + e.getMessage());
        }
    }

    @Override
    public ManifestFormat format() {
        return ManifestFormat.CMS;
    }

    @Override
    public boolean hasImage() {
        return true;
    }

    @Override
    public byte[] encoded() {
        return octets.clone();
    }

    @Override
    public Optional<byte[]> image() {
        return Optional.of(read.content());
    }

    @Override
    public Manifest manifest() throws UnreadableManifestException {
        if (read.signers().isEmpty()) {
            throw new UnreadableManifestException(ManifestReason.NOT_SIGNED, "the image has no signature");
        }
        return manifest(read.signers().get(0));
    }

    private Manifest manifest(SignedContent.Signer signer) throws UnreadableManifestException {
        byte[] named = signer.attributes().get(PACKAGE_ID);
        byte[] targets = signer.attributes().get(TARGET_HARDWARE);
        if (!read.contentType().equals(FIRMWARE_PACKAGE) || named == null || targets == null) {
            throw new UnreadableManifestException(
                    ManifestReason.UNSUPPORTED,
                    "the signed content is no firmware package with an identifier and a target (RFC 4108); who may"
                            + " install it cannot be told");
        }
        try {
            DerReader identifier = DerReader.of(named).sequence().sequence();
            UUID vendor = id(identifier);
            long sequence = PlatformManifest.number(identifier, "a version");
            DerReader target = DerReader.of(targets).sequence();
            UUID deviceClass = id(target);
            target.end("the target hardware");
            String version = sequence < 1_000_000_000L
                    ? new FirmwareVersion((int) (sequence / 1_000_000), (int) (sequence / 1000 % 1000), (int)
                                    (sequence % 1000))
                            .text()
                    : "";
            return new Manifest(
                    new UpdateTarget(vendor, deviceClass),
                    sequence,
                    version,
                    Digests.sha256(read.content()),
                    read.content().length,
                    Manifest.INTEGRATED,
                    List.of(),
                    Optional.empty());
        } catch (MalformedDerException e) {
            throw new UnreadableManifestException(
                    ManifestReason.MALFORMED, "a signed attribute of the image cannot be read: " + e.getMessage());
        }
    }

    /** The UUID that the next object identifier is made of. */
    private static UUID id(DerReader in) throws MalformedDerException {
        byte[] encoded = in.enter(0x06).rest();
        BigInteger value = BigInteger.ZERO;
        for (int i = 1; i < encoded.length; i++) {
            value = value.shiftLeft(7).or(BigInteger.valueOf(encoded[i] & 0x7f));
        }
        if (encoded.length < 2 || encoded[0] != UUID_ARC || value.bitLength() > 128) {
            throw new MalformedDerException("an object identifier that is not made of a UUID (2.25)");
        }
        return new UUID(value.shiftRight(64).longValue(), value.longValue());
    }

    /** See {@link SignedManifest#verify}. */
    ManifestVerdict judge(UpdateTrust trust, Installed device, Instant at) throws UnreadableManifestException {
        Optional<ManifestVerdict.Refused> first = Optional.empty();
        for (SignedContent.Signer signer : read.signers()) {
            ManifestVerdict verdict = signature(signer, trust, at);
            if (verdict instanceof ManifestVerdict.Accepted accepted) {
                // the digest is the content's own: what was changed has no signature that verifies
                return Decision.content(accepted.manifest(), device)
                        .<ManifestVerdict>map(refused -> refused)
                        .orElse(accepted);
            }
            first = first.isPresent() ? first : Optional.of((ManifestVerdict.Refused) verdict);
        }
        return first.orElseGet(
                () -> ManifestVerdict.Refused.of(ManifestReason.NOT_SIGNED, "the image has no signature"));
    }

    private ManifestVerdict signature(SignedContent.Signer signer, UpdateTrust trust, Instant at)
            throws UnreadableManifestException {
        if (signer.certificate().isEmpty()) {
            return ManifestVerdict.Refused.of(
                    ManifestReason.NOT_SIGNED, "the signature does not come with its signer's certificate");
        }
        X509Certificate certificate;
        try {
            certificate = Certificates.certificate(signer.certificate().get());
        } catch (IllegalArgumentException e) {
            return ManifestVerdict.Refused.signer(
                    UpdateTrust.unreadable("its certificate cannot be read: " + e.getMessage()), "whoever it is");
        }
        String who = "'" + SubjectName.text(certificate) + "'";
        if (!Es256.fits(certificate.getPublicKey())) {
            return ManifestVerdict.Refused.of(
                    ManifestReason.UNSUPPORTED, "the key of " + who + " is not on P-256; this device knows no other");
        }
        if (!signer.verifies()) {
            return ManifestVerdict.Refused.of(
                    ManifestReason.BAD_SIGNATURE,
                    "the signature is not that of " + who + " on this image: one of them was changed");
        }
        Verdict verdict = trust.judge(signer.chain(), at);
        return verdict instanceof Verdict.Refused refused
                ? ManifestVerdict.Refused.signer(refused, who)
                : new ManifestVerdict.Accepted(manifest(signer), certificate, verdict.findings());
    }
}
