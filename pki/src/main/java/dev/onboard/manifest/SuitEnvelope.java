package dev.onboard.manifest;

import dev.onboard.manifest.internal.CborReader;
import dev.onboard.manifest.internal.CborWriter;
import dev.onboard.manifest.internal.CoseSignature;
import dev.onboard.manifest.internal.Es256;
import dev.onboard.manifest.internal.MalformedCborException;
import dev.onboard.pki.Credential;
import dev.onboard.pki.SubjectName;
import dev.onboard.pki.Verdict;
import dev.onboard.pki.internal.Certificates;
import java.security.MessageDigest;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A SUIT envelope (draft-ietf-suit-manifest, 8.2): a manifest, the signatures on it, and, when it is whole, the image it is
 * for. Immutable and thread-safe; what it holds is not copied.
 */
public final class SuitEnvelope implements SignedManifest {
    private static final int TAG = 107;
    private static final int AUTHENTICATION = 2;
    private static final int MANIFEST = 3;

    private final byte[] digest;
    private final List<byte[]> signatures;
    private final byte[] manifest;
    private final Map<String, byte[]> payloads;

    private SuitEnvelope(byte[] digest, List<byte[]> signatures, byte[] manifest, Map<String, byte[]> payloads) {
        this.digest = digest;
        this.signatures = List.copyOf(signatures);
        this.manifest = manifest;
        this.payloads = payloads;
    }

    /**
     * Signs a manifest. With several signers devices that trust any of them accept it, as while one update authenticity
     * certificate takes over from another.
     *
     * @throws IllegalArgumentException when there is no signer, or one whose key is not on P-256
     */
    public static SuitEnvelope sign(Manifest manifest, List<Credential> signers) {
        if (signers.isEmpty()) {
            throw new IllegalArgumentException("a manifest without a signer is good for nothing");
        }
        byte[] octets = SuitManifest.encode(manifest);
        byte[] digest = SuitManifest.digest(digestOf(octets));
        List<byte[]> signatures = new ArrayList<>();
        for (Credential signer : signers) {
            if (!Es256.fits(signer.certificate().getPublicKey())) {
                throw new IllegalArgumentException("the key of " + SubjectName.text(signer.certificate())
                        + " is not on P-256; manifests are signed by ES256");
            }
            byte[] header = CoseSignature.es256();
            signatures.add(new CoseSignature(
                            header,
                            CoseSignature.ES256,
                            signer.chain().stream().map(UpdateTrust::encoded).toList(),
                            Es256.sign(signer.privateKey(), CoseSignature.signed(header, digest)))
                    .encoded());
        }
        return new SuitEnvelope(digest, signatures, octets, Map.of());
    }

    /** SUIT, 8.3: the digest is that of the manifest with the head of its byte string. */
    private static byte[] digestOf(byte[] manifest) {
        return Digests.sha256(new CborWriter().bytes(manifest).done());
    }

    /** The same with this image in it, under the name {@link Manifest#INTEGRATED}. */
    public SuitEnvelope withImage(byte[] image) {
        Map<String, byte[]> more = new LinkedHashMap<>(payloads);
        more.put(Manifest.INTEGRATED, image);
        return new SuitEnvelope(digest, signatures, manifest, more);
    }

    /** The same without any signature, which no device must accept. */
    public SuitEnvelope withoutSignatures() {
        return new SuitEnvelope(digest, List.of(), manifest, payloads);
    }

    @Override
    public ManifestFormat format() {
        return ManifestFormat.SUIT;
    }

    @Override
    public boolean hasImage() {
        return payloads.containsKey(Manifest.INTEGRATED);
    }

    @Override
    public byte[] encoded() {
        CborWriter wrapper = new CborWriter().array(1 + signatures.size()).bytes(digest);
        signatures.forEach(wrapper::bytes);
        CborWriter out = new CborWriter()
                .tag(TAG)
                .map(2 + payloads.size())
                .integer(AUTHENTICATION)
                .bytes(wrapper.done())
                .integer(MANIFEST)
                .bytes(manifest);
        payloads.forEach((name, octets) -> out.text(name).bytes(octets));
        return out.done();
    }

    /**
     * Takes an envelope apart; nothing in it is verified.
     *
     * @throws UnreadableManifestException when it is none
     */
    public static SuitEnvelope read(byte[] octets) throws UnreadableManifestException {
        try {
            return read(CborReader.of(octets));
        } catch (MalformedCborException e) {
            throw new UnreadableManifestException(e);
        }
    }

    private static SuitEnvelope read(CborReader in) throws MalformedCborException, UnreadableManifestException {
        if (in.next() == 6) {
            in.tag(TAG, "the envelope");
        }
        int members = in.map("the envelope");
        byte[] digest = {};
        List<byte[]> signatures = new ArrayList<>();
        byte[] manifest = {};
        Map<String, byte[]> payloads = new LinkedHashMap<>();
        boolean wrapped = false;
        for (int i = 0; i < members; i++) {
            if (in.next() == 3) {
                String name = in.text("the name of a payload");
                if (payloads.put(name, in.bytes("the payload " + name)) != null) {
                    throw new MalformedCborException("the envelope has the payload " + name + " twice");
                }
                continue;
            }
            long key = in.integer("a key of the envelope");
            if (key == AUTHENTICATION && !wrapped) {
                wrapped = true;
                CborReader wrapper = in.inner("the authentication wrapper");
                int blocks = wrapper.array("the authentication wrapper");
                digest = wrapper.bytes("the manifest's digest");
                for (int k = 1; k < blocks; k++) {
                    signatures.add(wrapper.bytes("a signature"));
                }
                wrapper.end("the authentication wrapper");
            } else if (key == MANIFEST && manifest.length == 0) {
                manifest = in.bytes("the manifest");
            } else if (key == AUTHENTICATION || key == MANIFEST) {
                throw new MalformedCborException("the envelope has the key " + key + " twice");
            } else {
                throw new UnreadableManifestException(
                        ManifestReason.UNSUPPORTED,
                        "the envelope has the member " + key + "; severed parts of a manifest are not known here");
            }
        }
        in.end("the envelope");
        if (!wrapped || signatures.isEmpty()) {
            throw new UnreadableManifestException(
                    ManifestReason.NOT_SIGNED, "the envelope has no authentication wrapper with a signature");
        }
        if (manifest.length == 0) {
            throw new MalformedCborException("the envelope has no manifest");
        }
        return new SuitEnvelope(digest, signatures, manifest, payloads);
    }

    @Override
    public Manifest manifest() throws UnreadableManifestException {
        try {
            return SuitManifest.decode(manifest);
        } catch (MalformedCborException e) {
            throw new UnreadableManifestException(e);
        }
    }

    @Override
    public Optional<byte[]> image() throws UnreadableManifestException {
        return image(manifest());
    }

    /** The image that the manifest names, when it travels in the envelope. */
    public Optional<byte[]> image(Manifest said) {
        return Optional.ofNullable(payloads.get(said.uri()));
    }

    /**
     * As {@link SignedManifest#verify}, for a package that must be a SUIT envelope with its image.
     *
     * @param installed the sequence number of the firmware that runs; a package must be above it
     */
    public static ManifestVerdict verify(
            byte[] octets, UpdateTrust trust, UpdateTarget target, long installed, Instant at) {
        return verify(octets, trust, Installed.of(target, installed), at);
    }

    static ManifestVerdict verify(byte[] octets, UpdateTrust trust, Installed device, Instant at) {
        try {
            return read(octets).judge(trust, device, at);
        } catch (MalformedCborException e) {
            return ManifestVerdict.Refused.of(
                    ManifestReason.MALFORMED, "the package is not a SUIT envelope: " + e.getMessage());
        } catch (UnreadableManifestException e) {
            return ManifestVerdict.Refused.of(e.reason(), String.valueOf(e.getMessage()));
        }
    }

    private ManifestVerdict judge(UpdateTrust trust, Installed device, Instant at)
            throws MalformedCborException, UnreadableManifestException {
        byte[] found = digestOf(manifest);
        if (!MessageDigest.isEqual(found, SuitManifest.readDigest(CborReader.of(digest)))) {
            return ManifestVerdict.Refused.of(
                    ManifestReason.MANIFEST_CHANGED, "the manifest has another digest than the one that was signed");
        }
        Optional<ManifestVerdict.Refused> first = Optional.empty();
        for (byte[] signature : signatures) {
            ManifestVerdict signed = signature(CoseSignature.read(CborReader.of(signature)), trust, at);
            if (signed instanceof ManifestVerdict.Accepted accepted) {
                return content(accepted, device);
            }
            first = first.isPresent() ? first : Optional.of((ManifestVerdict.Refused) signed);
        }
        return first.orElseThrow();
    }

    private ManifestVerdict signature(CoseSignature signature, UpdateTrust trust, Instant at)
            throws UnreadableManifestException {
        if (signature.algorithm() != CoseSignature.ES256 && signature.algorithm() != CoseSignature.ESP256) {
            return ManifestVerdict.Refused.of(
                    ManifestReason.UNSUPPORTED,
                    "the signature is made by algorithm " + signature.algorithm() + "; this device knows ES256 (-7)");
        }
        if (signature.chain().isEmpty()) {
            return ManifestVerdict.Refused.of(
                    ManifestReason.NOT_SIGNED, "the signature does not name its signer by a certificate (x5chain)");
        }
        X509Certificate signer;
        PublicKey key;
        try {
            signer = Certificates.certificate(signature.chain().get(0));
            key = signer.getPublicKey();
        } catch (IllegalArgumentException | IllegalStateException e) {
            return ManifestVerdict.Refused.signer(
                    UpdateTrust.unreadable("its certificate cannot be read: " + e.getMessage()), "whoever it is");
        }
        String who = "'" + SubjectName.text(signer) + "'";
        if (!Es256.verifies(key, signature.signed(digest), signature.signature())) {
            return ManifestVerdict.Refused.of(
                    ManifestReason.BAD_SIGNATURE, "the signature on the manifest was not made by the key of " + who);
        }
        Verdict verdict = trust.judge(signature.chain(), at);
        return verdict instanceof Verdict.Refused refused
                ? ManifestVerdict.Refused.signer(refused, who)
                : new ManifestVerdict.Accepted(manifest(), signer, verdict.findings());
    }

    private ManifestVerdict content(ManifestVerdict.Accepted signed, Installed device) {
        Manifest said = signed.manifest();
        Optional<ManifestVerdict.Refused> refused = Decision.content(said, device);
        if (refused.isPresent()) {
            return refused.get();
        }
        return image(said)
                .map(signed::withImage)
                .orElseGet(() -> ManifestVerdict.Refused.of(
                        ManifestReason.PAYLOAD_MISSING,
                        "the image '" + said.uri() + "' that the manifest names is not in the package"));
    }
}
